import { randomBytes } from 'node:crypto';
import { type PersonKeys } from '../../../src/event-store/personal-data/person-keys.js';

/** Keys that live as long as the test. Who was forgotten stays forgotten. */
export class InMemoryPersonKeys implements PersonKeys {
  readonly #keys = new Map<string, Buffer>();
  readonly #forgotten = new Set<string>();

  ensure(personId: string): Promise<Buffer> {
    if (this.#forgotten.has(personId))
      return Promise.reject(new Error(`${personId} has been forgotten`));
    const key = this.#keys.get(personId) ?? randomBytes(32);
    this.#keys.set(personId, key);
    return Promise.resolve(key);
  }

  find(personIds: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
    const found = [...this.#keys].filter(([person]) => personIds.includes(person));
    return Promise.resolve(new Map(found));
  }

  forget(personId: string): Promise<void> {
    this.#forgotten.add(personId);
    this.#keys.delete(personId);
    return Promise.resolve();
  }
}
