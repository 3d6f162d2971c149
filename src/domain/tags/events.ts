export type TagEvent =
  | TagEventOf<'TagCreated', { creatorId: string; name: string; color: string }>
  | TagEventOf<'TagRenamed', { name: string }>
  | TagEventOf<'TagRecolored', { color: string }>
  | TagEventOf<'TagDeleted', object>
  /** Somebody else took over a name this tag had claimed and not come to bear; late appends lose against this. */
  | TagEventOf<'TagNameForfeited', object>;

interface TagEventOf<Type extends string, Data extends object> {
  readonly type: Type;
  readonly data: Readonly<{ tagId: string } & Data>;
}
