/** The key of each person whose data stands in the log. Forgetting a person is deleting their key. */
export interface PersonKeys {
  /** The person's key (32 bytes), made when there is none. */
  ensure(personId: string): Promise<Buffer>;
  /** The keys there are; people who were forgotten are missing. */
  find(personIds: readonly string[]): Promise<ReadonlyMap<string, Buffer>>;
  forget(personId: string): Promise<void>;
}
