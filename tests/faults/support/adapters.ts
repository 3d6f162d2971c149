import { type Adapter } from './adapter.js';
import { eventStoreDb, unsupervised } from './eventstoredb-adapter.js';
import { fenced, hasty, sequenced } from './naive-adapter.js';
import { postgres } from './postgres-adapter.js';

const adapters: readonly Adapter[] = [
  postgres,
  eventStoreDb,
  sequenced,
  fenced,
  hasty,
  unsupervised,
];

/** @throws when there is none of that name. */
export function adapterNamed(name: string): Adapter {
  const found = adapters.find((adapter) => adapter.name === name);
  if (found === undefined) throw new Error(`There is no adapter ${name}`);
  return found;
}
