import { type Client } from 'pg';
import { type EventStore, type LogEntry } from '../event-store/event-store.js';
import { type RowFold } from '../projections/row-fold.js';
import { type Verification, verify } from '../projections/verify/verify.js';

/** What a verification looks like in answers and on the command line. */
export interface VerificationView {
  readonly projection: string;
  readonly version: number;
  readonly position: string;
  readonly is_equal: boolean;
  readonly rows: Verification['rows'];
  readonly checksum: Verification['checksum'];
  readonly differing: number;
  readonly differences: readonly {
    readonly key: string;
    readonly kind: Verification['differences'][number]['kind'];
    readonly columns: readonly string[];
    readonly last_event: LastEventView | null;
  }[];
}

interface LastEventView {
  readonly id: string;
  readonly type: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: string;
  readonly recorded_at: string;
}

/** Compares read models with the log; one after the other, because each has its hands full. */
export class ProjectionVerifier {
  private last: Promise<unknown> = Promise.resolve();

  /** @param connect Opens a connection whose statements may take as long as they need. */
  constructor(
    private readonly store: EventStore,
    private readonly folds: readonly RowFold[],
    private readonly connect: () => Promise<Client>,
  ) {}

  /** @throws VersionDiffers, IndigestibleEvent, NoConnectionOfItsOwn; an Error for a projection that this build does not have */
  verify(projection: string): Promise<VerificationView> {
    const fold = this.folds.find(({ name }) => name === projection);
    if (fold === undefined) throw new Error(`This build has no projection ${projection}`);
    const verified = this.last.then(() => this.run(fold.anew()));
    this.last = verified.catch(() => undefined);
    return verified;
  }

  private async run(fold: RowFold): Promise<VerificationView> {
    const client = await this.connect();
    try {
      return view(await verify(this.store, client, fold));
    } finally {
      await client.end();
    }
  }
}

function view({ position, differences, ...verification }: Verification): VerificationView {
  return {
    ...verification,
    position: position.toString(),
    is_equal: verification.differing === 0,
    differences: differences.map(({ key, kind, columns, lastEvent }) => ({
      key,
      kind,
      columns,
      last_event: lastEvent === undefined ? null : eventView(lastEvent),
    })),
  };
}

function eventView(entry: LogEntry): LastEventView {
  const { id, stream, revision, position, recordedAt } = entry;
  const type = entry.readable ? entry.event.type : entry.type;
  return { id, type, stream, revision, position: position.toString(), recorded_at: recordedAt };
}
