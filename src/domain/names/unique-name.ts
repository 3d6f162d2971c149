/** A name that only one thing of its kind may bear at a time. */
export interface UniqueName {
  readonly kind: NameKind;
  /** As compared, not as shown: see `tagName` and `userEmail`. */
  readonly normalised: string;
}

export type NameKind = 'tag-name' | 'user-email';

/** Tag names are the same when they differ only in case, in outer spaces, or in how Unicode composes a letter. */
export function tagName(name: string): UniqueName {
  return { kind: 'tag-name', normalised: fold(name) };
}

/** E-mail addresses are the same when they differ only in case: no mailbox worth having tells them apart. */
export function userEmail(email: string): UniqueName {
  return { kind: 'user-email', normalised: fold(email) };
}

export function sameName(a: UniqueName, b: UniqueName): boolean {
  return a.kind === b.kind && a.normalised === b.normalised;
}

function fold(text: string): string {
  return text.normalize('NFC').trim().toLowerCase().normalize('NFC');
}
