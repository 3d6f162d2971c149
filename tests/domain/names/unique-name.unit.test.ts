import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sameName, tagName, userEmail } from '../../../src/domain/names/unique-name.js';

const composed = 'Caf\u00e9';
const decomposed = 'Cafe\u0301';

describe('Names of tags are the same', () => {
  it.each([
    { a: 'Urgent', b: 'uRGENT', because: 'they differ in case only' },
    { a: 'Urgent', b: '  Urgent\t\n', because: 'they differ in outer spaces only' },
    { a: 'Urgent', b: '\u00a0Urgent\u3000', because: 'they differ in other outer spaces only' },
    { a: composed, b: decomposed, because: 'an accent is composed in one' },
    { a: composed.toUpperCase(), b: decomposed, because: 'case and composition differ' },
    { a: 'Ångström', b: '\u212bngström', because: 'the Ångström sign is the letter' },
    { a: 'ÄÖÜ', b: 'äöü', because: 'umlauts have a case' },
    { a: 'ẞ', b: 'ß', because: 'a capital ß has a case' },
    { a: 'ЖУРНАЛ', b: 'журнал', because: 'Cyrillic has a case' },
    { a: 'ΟΔΟΣ', b: 'οδος', because: 'a Greek capital at the end is a final sigma' },
    { a: 'İ', b: 'i\u0307', because: 'a dotted capital I is an i with a dot' },
  ])('when $because', ({ a, b }) => expect(sameName(tagName(a), tagName(b))).toBe(true));
});

describe('Names of tags are different', () => {
  it.each([
    { a: 'Urgent', b: 'Urgently', because: 'one is longer' },
    { a: 'two words', b: 'two  words', because: 'inner spaces count' },
    { a: composed, b: 'Cafe', because: 'accents count' },
    { a: 'STRASSE', b: 'straße', because: 'ß is not ss' },
    { a: 'İstanbul', b: 'istanbul', because: 'the dot of a Turkish capital I counts' },
    { a: 'ISPARTA', b: 'ısparta', because: 'I is not the capital of a dotless ı' },
    { a: 'οδος', b: 'οδοσ', because: 'a final sigma is another letter' },
    { a: 'ﬁre', b: 'fire', because: 'a ligature is another letter' },
    { a: 'a\u200bb', b: 'ab', because: 'a space of no width counts' },
    { a: 'раураl', b: 'paypal', because: 'letters that look alike count' },
  ])('when $because', ({ a, b }) => expect(sameName(tagName(a), tagName(b))).toBe(false));
});

describe('E-mail addresses', () => {
  it.each(['ADA@EXAMPLE.ORG', 'Ada@example.org', ' ada@example.org '])(
    'are the same however they are written: %s',
    (email) =>
      expect(userEmail(email)).toStrictEqual({
        kind: 'user-email',
        normalised: 'ada@example.org',
      }),
  );

  it.each(['ada+watch@example.org', 'a.da@example.org', 'ada@example.com'])(
    'are different when any letter is: %s',
    (email) => expect(sameName(userEmail(email), userEmail('ada@example.org'))).toBe(false),
  );

  it('are not names of tags', () =>
    expect(sameName(userEmail('ada@example.org'), tagName('ada@example.org'))).toBe(false));
});

describe('Normalising any text', () => {
  const anyText = fc.string({ unit: 'binary' });

  it('twice is normalising it once', () =>
    fc.assert(
      fc.property(anyText, (text) => {
        const once = tagName(text);
        expect(tagName(once.normalised)).toEqual(once);
      }),
    ));

  it('does not mind how its letters are composed', () =>
    fc.assert(
      fc.property(anyText, (text) => {
        expect(tagName(text.normalize('NFD'))).toEqual(tagName(text));
        expect(tagName(text.normalize('NFC'))).toEqual(tagName(text));
      }),
    ));

  it('does not mind outer spaces', () =>
    fc.assert(
      fc.property(anyText, fc.stringMatching(/^[ \t\n\u00a0]*$/), (text, spaces) =>
        expect(tagName(`${spaces}${text}${spaces}`)).toEqual(tagName(text)),
      ),
    ));
});
