import { endpointOf } from '../../outbound/destination.js';
import { connectGuarded } from '../../outbound/guarded-connect.js';
import { type Finding, type ProbeContext } from './finding.js';

/** Up when any of the target's addresses accepts a connection. Nothing is sent. */
export async function probeTcp(
  url: string,
  { policy, signal, options, elapsed }: ProbeContext,
): Promise<Finding> {
  const { host, port = 0 } = endpointOf(url);
  const destination = { host, port, isSecure: false };
  const { socket, address, timings } = await connectGuarded(policy, destination, signal, options);
  socket.destroy();
  return {
    code: 'ok',
    message: 'Accepted a connection',
    latencyMs: elapsed(),
    timings,
    details: { address },
  };
}
