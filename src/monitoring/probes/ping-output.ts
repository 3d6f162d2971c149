export interface PingOutput {
  readonly stdout: string;
  readonly stderr: string;
  /** null: it was killed. */
  readonly exitCode: number | null;
}

export type Heard =
  | { readonly kind: 'reply'; readonly ms: number | undefined }
  /** Somebody on the way said so. */
  | { readonly kind: 'unreachable'; readonly by: string }
  | { readonly kind: 'silence' }
  /** Nothing could be sent: this computer knows no way. */
  | { readonly kind: 'no-way' }
  | { readonly kind: 'not-allowed' }
  | { readonly kind: 'failed' };

/** Reads what the `ping` of iputils or of busybox has to say about one echo request. */
export function readPingOutput({ stdout, stderr, exitCode }: PingOutput): Heard {
  const reply = /^\d+ bytes from [^\n]*?(?:time[=<]([0-9.]+) ?ms)?$/m.exec(stdout);
  if (reply !== null)
    return { kind: 'reply', ms: reply[1] === undefined ? undefined : Number(reply[1]) };

  const refusal =
    /^From (\S+?):? [^\n]*(?:Destination [^\n]*Unreachable|Packet filtered|Time to live exceeded)/im.exec(
      stdout,
    );
  if (refusal?.[1] !== undefined) return { kind: 'unreachable', by: refusal[1] };

  if (/not permitted|permission denied|lacking privilege|cap_net_raw/i.test(stderr))
    return { kind: 'not-allowed' };
  if (/unreachable|no route to host|cannot assign requested address|not supported/i.test(stderr))
    return { kind: 'no-way' };
  // iputils: 1 is no reply, 2 anything else. busybox has 1 for both, and says nothing when nobody replied.
  const hasTried = exitCode === null || (exitCode === 1 && stderr.trim() === '');
  return { kind: hasTried ? 'silence' : 'failed' };
}
