import { createDriverFactory, type DriverFactory } from 'slonik';
import { createClient } from '../platform/postgres.js';

/**
 * How slonik talks to Postgres here. Its own driver knows no time limit of the client's, so that each connection to a
 * server that has gone silent is lost to the pool for ever; and so is each one that breaks while it is in use.
 */
export function readingDriver(url: string, timeoutMs: number): DriverFactory {
  return createDriverFactory(() =>
    Promise.resolve({
      createPoolClient: ({ clientEventEmitter }) => {
        const client = createClient(url, { timeoutMs });
        client.on('error', (error) =>
          // After the query in hand has failed: slonik could not remove the connection before that. When it has
          // removed it already, nobody listens any more.
          setImmediate(() => {
            if (clientEventEmitter.listenerCount('error') > 0)
              clientEventEmitter.emit('error', error);
          }),
        );
        return Promise.resolve({
          connect: () => client.connect().then(() => undefined),
          end: () => client.end(),
          query: async (text, values) => {
            const { fields, rowCount, rows } = await client.query<Record<string, unknown>>(
              text,
              values,
            );
            const described = fields.map(({ dataTypeID, name }) => ({
              dataTypeId: dataTypeID,
              name,
            }));
            return { command: 'SELECT', fields: described, rowCount, rows };
          },
          stream: () => {
            throw new Error('Answers are not streamed here');
          },
        });
      },
    }),
  );
}
