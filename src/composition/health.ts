import { type Container } from 'inversify';
import { type Health } from '../http/health.js';
import { MemoryDirectory } from '../projections/memory-directory.js';
import { ProjectionEngine } from '../projections/projection-engine.js';
import { tokens } from './tokens.js';

/** What `/readyz` looks at. */
export function healthOf(container: Container): Health {
  const pool = container.get(tokens.pool);
  const directory = container.get(MemoryDirectory);
  const eventStoreAnswers = container.get(tokens.eventStoreAnswers);
  const runsProjections = container.get(tokens.configuration).roles.has('projector');
  return async () => {
    const missing: Record<string, string> = {};
    try {
      await pool.query('SELECT 1');
    } catch {
      missing['database'] = 'PostgreSQL does not answer';
    }
    if (!(await eventStoreAnswers())) missing['event_store'] = 'The event store does not answer';
    if (!directory.isCurrent) missing['event_log'] = 'The event log cannot be followed';
    if (runsProjections && !container.get(ProjectionEngine).hasCaughtUp)
      missing['read_models'] = 'They are catching up with the event log';
    if (runsProjections)
      for (const projection of container.get(ProjectionEngine).stopped)
        missing[`projection ${projection}`] = 'An event stopped it; GET /projections says which';
    return missing;
  };
}
