import { randomUUID } from 'node:crypto';
import { type NewEvent } from '../../src/event-store/event-store.js';
import { serviceStream, type StreamId } from '../../src/event-store/stream-id.js';

/** The events of one service, as the commands of Watchbook write them; every peer stores the same. */
export class Service {
  readonly stream: StreamId;
  /** Of the last event that was appended; -1: none yet. */
  revision = -1;
  private readonly id = randomUUID();

  /** @param made How many events the service has been through already, which decides what comes next. */
  constructor(private made = 0) {
    this.stream = serviceStream(this.id);
  }

  next(count: number): NewEvent[] {
    return Array.from({ length: count }, () => this.nextEvent());
  }

  private nextEvent(): NewEvent {
    this.made += 1;
    const [event, command] = happening(this.id, this.made);
    const commandId = randomUUID();
    return {
      id: randomUUID(),
      event,
      metadata: {
        actor: { kind: 'user', id: actorId },
        command,
        commandId,
        correlationId: commandId,
        causationId: null,
        requestId: null,
        allowedBy: 'service:update:any',
      },
    };
  }
}

const actorId = randomUUID();

/** Names change more often than schedules, thresholds and targets. */
function happening(serviceId: string, n: number): [NewEvent['event'], string] {
  switch (n % 5) {
    case 1:
      return [
        {
          type: 'ServiceRescheduled',
          data: { serviceId, schedule: { intervalSeconds: 60 + n, timeoutMs: 5_000 } },
        },
        'RescheduleService',
      ];
    case 3:
      return [
        {
          type: 'ServiceRetargeted',
          data: {
            serviceId,
            target: { type: 'http', url: `https://host-${n}.example.org/health` },
          },
        },
        'RetargetService',
      ];
    default:
      return [
        { type: 'ServiceRenamed', data: { serviceId, name: `Checkout in region ${n}` } },
        'RenameService',
      ];
  }
}

/** Of data and metadata as JSON, over what a service goes through. */
export function averageBytes(): number {
  const events = new Service().next(500);
  const bytes = events.map(({ event, metadata }) =>
    Buffer.byteLength(JSON.stringify(event.data) + JSON.stringify(metadata)),
  );
  return Math.round(bytes.reduce((sum, size) => sum + size, 0) / bytes.length);
}
