import { finished } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { Service } from '../events.js';
import { measureReplay } from '../replay.js';
import { quantile, sum } from '../statistics.js';
import { type Peer } from './peer.js';
import { run, table } from './table.js';

/**
 * The server's ceiling: nobody is asked what revision they expect. Rows come in by COPY, 1,000 to a commit, ready
 * made before the time counts; and go out as bytes that nobody looks at.
 */
export const copy: Peer = {
  prepare: (url) => run(url, table),
  async append(url, { seconds, warmUpSeconds }) {
    const client = new pg.Client(url);
    await client.connect();
    try {
      const { rows: ends } = await client.query<{ position: number }>(
        'SELECT coalesce(max(position), 0)::int AS position FROM events',
      );
      const rows = new Rows(ends[0]?.position ?? 0);
      for (let spent = 0; spent < warmUpSeconds * 1000;) spent += await copyIn(client, rows.next());
      const times: number[] = [];
      for (let spent = 0; spent < seconds * 1000;) {
        const took = await copyIn(client, rows.next());
        times.push(took);
        spent += took;
      }
      return {
        eventsPerSecond: (times.length * rowsPerCommit * 1000) / sum(times),
        p50: quantile(times, 0.5),
        p99: quantile(times, 0.99),
      };
    } finally {
      await client.end();
    }
  },
  async replay(url) {
    const client = new pg.Client(url);
    await client.connect();
    try {
      return await measureReplay(async (read) => {
        const rows = client.query(copyTo('COPY log.events TO STDOUT WITH (FORMAT binary)'));
        rows.on('data', () => read(0));
        await finished(rows);
        read(rows.rowCount);
      });
    } finally {
      await client.end();
    }
  },
};

const rowsPerCommit = 1_000;

/** A statement without a transaction around it is one. @returns How long it took, in ms. */
async function copyIn(client: pg.Client, rows: string): Promise<number> {
  const started = performance.now();
  const target = client.query(
    copyFrom(
      'COPY events (position, stream, revision, id, type, version, data, metadata) FROM STDIN',
    ),
  );
  target.end(rows);
  await finished(target);
  return performance.now() - started;
}

class Rows {
  private readonly services = Array.from({ length: rowsPerCommit }, () => new Service());

  constructor(private position: number) {}

  next(): string {
    return this.services.map((service) => this.row(service)).join('');
  }

  private row(service: Service): string {
    this.position += 1;
    service.revision += 1;
    return service
      .next(1)
      .map(({ id, event, metadata }) =>
        [
          this.position,
          service.stream,
          service.revision,
          id,
          event.type,
          1,
          // What COPY would take for an escape.
          JSON.stringify(event.data).replaceAll('\\', '\\\\'),
          JSON.stringify(metadata).replaceAll('\\', '\\\\'),
        ].join('\t'),
      )
      .join('\n')
      .concat('\n');
  }
}
