import { type Pool } from 'pg';
import { type EventStore } from '../event-store/event-store.js';
import {
  healthStream,
  roleStream,
  serviceStream,
  tagStream,
  userStream,
} from '../event-store/stream-id.js';
import { type Projection } from '../projections/projection.js';
import { roles } from '../projections/roles.js';
import { type ServiceRow, services } from '../projections/services.js';
import { tags } from '../projections/tags.js';
import { users } from '../projections/users.js';
import { type RelationsSource, now } from '../queries/relations.js';
import { foldTo } from './fold-to.js';
import { Beginning, type Moment } from './moment.js';
import { people } from './people.js';
import { type PastRows, relationsOf } from './relations-of.js';
import { rowAt, withView } from './row-at.js';
import { type SnapshotName, snapshotFolds, snapshots } from './snapshots.js';

/**
 * What the tables were at a moment, for queries to read in place of the tables. One row is folded from its own stream;
 * lists from the nearest snapshot. Without a moment it is the tables as they are.
 */
export class Past {
  private readonly beginning: Beginning;

  constructor(
    private readonly store: EventStore,
    private readonly pool: Pool,
  ) {
    this.beginning = new Beginning(store);
  }

  /** One service, and the tags it had. */
  service(id: string, moment: Moment | undefined): RelationsSource {
    return at(moment, async (then) => {
      const row = await this.serviceRow(id, then);
      if (row === undefined) return {};
      const found = await Promise.all(
        row.tag_ids.map((tagId) => rowAt(this.store, tags, tagStream(tagId), then)),
      );
      const itsTags = found.flatMap((tag) => (tag === undefined ? [] : [withView(tags, tag)]));
      return { services: { rows: [withView(services, row)] }, tags: { rows: itsTags } };
    });
  }

  /** One tag, and all services, of which some had it. */
  tag(id: string, moment: Moment | undefined): RelationsSource {
    return at(moment, async (then) => {
      const row = await rowAt(this.store, tags, tagStream(id), then);
      if (row === undefined) return {};
      const tables = await this.tables(['services'], then);
      return { services: tables('services'), tags: { rows: [withView(tags, row)] } };
    });
  }

  /** One user, and their role. */
  user(id: string, moment: Moment | undefined): RelationsSource {
    return at(moment, async (then) => {
      const row = await rowAt(this.store, users, userStream(id), then);
      if (row === undefined) return {};
      const role = await rowAt(this.store, roles, roleStream(row.role), then);
      return {
        users: { rows: [withView(users, row)] },
        roles: { rows: role === undefined ? [] : [withView(roles, role)] },
      };
    });
  }

  role(name: string, moment: Moment | undefined): RelationsSource {
    return at(moment, async (then) => {
      const row = await rowAt(this.store, roles, roleStream(name), then);
      return row === undefined ? {} : { roles: { rows: [withView(roles, row)] } };
    });
  }

  /** All services and tags. @throws BeforeTheBeginning, as do the others for lists. */
  servicesAndTags(moment: Moment | undefined): RelationsSource {
    return at(moment, async (then) => {
      await this.beginning.require(then);
      const tables = await this.tables(['services', 'tags'], then);
      return { services: tables('services'), tags: tables('tags') };
    });
  }

  usersAndRoles(moment: Moment | undefined): RelationsSource {
    return at(moment, async (then) => {
      await this.beginning.require(then);
      const tables = await this.tables(['people', 'roles'], then);
      return { users: await this.usersAmong(tables(people.name), then), roles: tables('roles') };
    });
  }

  roles(moment: Moment | undefined): RelationsSource {
    return at(moment, async (then) => {
      await this.beginning.require(then);
      return { roles: (await this.tables(['roles'], then))('roles') };
    });
  }

  /** What people decided, then what the monitor saw: neither stream touches what the other one tells. */
  private async serviceRow(id: string, then: Moment): Promise<ServiceRow | undefined> {
    const known = await this.known(services, id, then);
    const decided = await rowAt(
      this.store,
      services,
      serviceStream(id),
      then,
      known && { row: known, next: known.revision + 1 },
    );
    if (decided === undefined) return undefined;
    const next = decided.health_revision + 1;
    return rowAt(this.store, services, healthStream(id), then, { row: decided, next });
  }

  /** A row of the nearest snapshot: a service with ten thousand events costs little more than a young one. */
  private async known<Row extends object>(
    { name, row }: Projection<Row>,
    key: string,
    moment: Moment,
  ): Promise<Row | undefined> {
    const { position } = await snapshots.nearest(this.pool, moment);
    const [found] = await snapshots.rows(this.pool, name, position, [key]);
    return found === undefined ? undefined : row.parse(found);
  }

  private tables(
    names: readonly SnapshotName[],
    moment: Moment,
  ): Promise<(name: string) => PastRows> {
    const folds = snapshotFolds();
    return foldTo(
      this.store,
      this.pool,
      names.map((name) => folds[name]),
      moment,
    );
  }

  /** Snapshots tell only who there was; the rest is in the streams, for as long as it can be read. */
  private async usersAmong({ rows, snapshot }: PastRows, moment: Moment): Promise<PastRows> {
    const known =
      snapshot === undefined
        ? []
        : await snapshots.keys(this.pool, snapshot.projection, snapshot.position);
    const gone = new Set(snapshot?.except);
    const ids = [
      ...known.filter((id) => !gone.has(id)),
      ...rows.map((row) => people.row.parse(row).id),
    ];
    const found: object[] = [];
    for (let from = 0; from < ids.length; from += streamsAtOnce) {
      const some = ids.slice(from, from + streamsAtOnce);
      const read = some.map((id) => rowAt(this.store, users, userStream(id), moment));
      for (const row of await Promise.all(read)) if (row) found.push(withView(users, row));
    }
    return { rows: found };
  }
}

/** Streams that are asked for together are read together. */
const streamsAtOnce = 100;

function at(
  moment: Moment | undefined,
  tables: (moment: Moment) => Promise<Parameters<typeof relationsOf>[0]>,
): RelationsSource {
  return moment === undefined ? now : async () => relationsOf(await tables(moment));
}
