import autocannon from 'autocannon';

export interface Load {
  readonly url: string;
  readonly token?: string;
  readonly connections: number;
  readonly seconds: number;
  /** Paths to ask for in turn, with a body for commands. */
  readonly requests: readonly { readonly path: string; readonly body?: () => object }[];
}

export interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** Sends requests over so many connections for so many seconds. @throws when any answer is not a success */
export async function load({
  url,
  token,
  connections,
  seconds,
  requests,
}: Load): Promise<Measured> {
  let next = 0;
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    requests: [
      {
        setupRequest(request) {
          const { path, body } = requests[next % requests.length] ?? { path: '/' };
          next += 1;
          if (body === undefined) return { ...request, method: 'GET', path };
          const headers = { ...request.headers, 'content-type': 'application/json' };
          return { ...request, method: 'PATCH', path, headers, body: JSON.stringify(body()) };
        },
      },
    ],
  });
  const failed = result.errors + result.timeouts + result.non2xx;
  if (failed > 0)
    throw new Error(`${failed} of ${result.requests.total} requests to ${url} failed`);
  return {
    perSecond: result.requests.total / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
  };
}
