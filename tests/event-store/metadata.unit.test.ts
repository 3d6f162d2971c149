import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { checkedMetadata, EventMetadata } from '../../src/event-store/metadata.js';
import { metadata } from './support/events.js';

/** What comes near to being metadata: most of it right, some of it not. */
const almost = fc
  .record({
    actor: fc.oneof(
      fc.constant({ kind: 'user', id: 'ada' }),
      fc.record({ kind: fc.constantFrom('user', 'robot'), id: text(63) }),
      fc.constantFrom(null, [], { kind: 'user' }, { kind: 'user', id: 'a', more: 1 }),
    ),
    command: text(63),
    commandId: uuid(),
    correlationId: text(127),
    causationId: fc.option(uuid()),
    requestId: fc.option(text(127)),
    allowedBy: fc.option(text(127)),
  })
  .chain((whole) =>
    fc.constantFrom<unknown>(
      whole,
      { ...whole, more: null },
      { ...whole, requestId: undefined },
      Object.fromEntries(Object.entries(whole).slice(1)),
      Object.assign(Object.create({ more: 1 }), whole),
    ),
  );

function text(around: number): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.string(),
    fc.constantFrom<unknown>('x'.repeat(around + 1), 'x'.repeat(around + 2), 7, null),
  );
}

function uuid(): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.uuid(),
    fc.uuid().map((id) => id.toUpperCase()),
    fc.constantFrom('', 'none', '00000000-0000-0000-0000-000000000000', `${randomUUID()}0`),
  );
}

class Strange {
  toJSON(): string {
    return 'else';
  }
}

describe('Checking metadata', () => {
  it('given anything, when checked, then it says what the schema says', () => {
    fc.assert(
      fc.property(fc.oneof(almost, fc.anything()), (value) => {
        const expected = EventMetadata.safeParse(value);
        const check = (): EventMetadata => checkedMetadata(value);
        if (expected.success) expect(check()).toEqual(expected.data);
        else expect(check).toThrow(expected.error.message);
      }),
      { numRuns: 2_000 },
    );
  });

  it('given metadata with a way of its own to become JSON, when checked, then it has none', () => {
    const beside = metadata();
    const strange: unknown = Object.assign(new Strange(), beside);

    expect(JSON.stringify(checkedMetadata(strange))).toBe(JSON.stringify(beside));
  });
});
