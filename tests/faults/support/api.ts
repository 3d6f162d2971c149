import { z } from 'zod';

/** Watchbook's API, as one user sees it. */
export class Api {
  constructor(
    /** Such as http://127.0.0.1:40123 */
    readonly url: string,
    private readonly token: string,
  ) {}

  static async logIn(url: string, email: string, password: string): Promise<Api> {
    const response = await new Api(url, '').send('POST', '/auth/login', {
      body: { email, password },
    });
    const { access_token: token } = Tokens.parse(await response.json());
    return new Api(url, token);
  }

  /** The same, reached in another way. */
  at(url: string): Api {
    return new Api(url, this.token);
  }

  send(
    method: string,
    path: string,
    { body, headers = {} }: { body?: object; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Response> {
    return fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        'Content-Type': 'application/json',
        Authorization: `Bearer ${this.token}`,
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
      // Longer than it may take to answer; a connection may have fallen silent.
      signal: AbortSignal.timeout(10_000),
    });
  }

  /** The ids of all services, as of a position. */
  async services(minPosition: bigint): Promise<string[]> {
    const seen: string[] = [];
    for (let skip = 0; skip === seen.length; skip += pageSize) {
      const path = `/services?limit=${pageSize}&sort=name&skip=${skip}`;
      const headers = { 'Watchbook-Min-Position': minPosition.toString() };
      const page = Page.parse(await (await this.send('GET', path, { headers })).json());
      seen.push(...page.data.map(({ id }) => id));
    }
    return seen;
  }
}

const pageSize = 1000;
const Tokens = z.looseObject({ access_token: z.string() });
const Page = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) });
