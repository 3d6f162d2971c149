import { type Container } from 'inversify';
import { CommandBus } from '../commands/command-bus.js';
import { commandContext, newId } from '../commands/context.js';
import { requestRebuild, requestRollback } from '../commands/projections/projection-commands.js';
import { type ProcessActor } from '../domain/access/actor.js';
import { DomainError } from '../domain/domain-error.js';
import { ProjectionEngine } from '../projections/projection-engine.js';
import { ProjectionRequests } from '../projections/rebuild/projection-requests.js';
import { tokens } from './tokens.js';

/**
 * Asks for new tables where the code has another version of a projection than the one that made the table: the old
 * table keeps being read until the new one takes over. After a step back to an earlier version of Watchbook, the table
 * of that version is taken back, if it is still kept.
 */
export async function requestMissingRebuilds(container: Container): Promise<void> {
  const bus = container.get(CommandBus);
  const requests = container.get(ProjectionRequests);
  for (const { projection, version } of container.get(ProjectionEngine).outdated) {
    const context = commandContext(start);
    const rebuild = { projection, rebuildId: newId(context, 'rebuild') };
    try {
      if ((await requests.keptVersion(projection)) === version)
        await bus.execute(requestRollback, { ...rebuild, isKept: true }, context);
      else await bus.execute(requestRebuild, { ...rebuild, version }, context);
      container
        .get(tokens.log)
        .info({ projection, version }, 'Another version made this read model: it is built anew');
    } catch (error) {
      // Another process that started at the same time was faster.
      if (!(error instanceof DomainError && error.code === 'rebuild-is-running')) throw error;
    }
  }
}

const start: ProcessActor = { kind: 'process', id: 'start' };
