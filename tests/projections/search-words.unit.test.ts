import { describe, expect, it } from '@jest/globals';
import { type DomainEvent } from '../../src/domain/events.js';
import { searchWordsOf, wordsOf } from '../../src/projections/search-words.js';
import { examples, ids } from './support/examples.js';
import { history } from './support/history.js';

function words(event: DomainEvent): string[] {
  return history([event]).flatMap(searchWordsOf);
}

describe('The words of an event', () => {
  it('are those of its type, its command and its texts, each once', () => {
    expect(words(examples.ServiceRenamed)).toEqual([
      ...['servicerenamed', 'service', 'renamed', 'changetag', 'change', 'tag'],
      ...[ids.serviceId, 'store'],
    ]);
  });

  it.each(Object.values(examples))('of $type tell nothing about a person', (event) => {
    const told = words(event).join(' ');

    for (const secret of ['ada', 'countess', ids.credentialId, '0'.repeat(64)])
      expect(told.split(' ')).not.toContain(secret);
  });

  it('hold the names of HTTP headers, and not their values', () => {
    const { data } = examples.ServiceExpectationChanged;
    const expectation = {
      ...({ type: 'http', method: 'GET', status: [200], bodyContains: 'all fine' } as const),
      headers: { 'X-Api-Key': 'opensesame' },
    };
    const told = words({ type: 'ServiceExpectationChanged', data: { ...data, expectation } });

    expect(told).toEqual(expect.arrayContaining(['api', 'key', 'fine']));
    expect(told).not.toContain('opensesame');
  });

  it('are bounded, however much text there is', () => {
    const { data } = examples.ServiceExpectationChanged;
    const answers = Array.from(
      { length: 400 },
      (_, index) => `${'x'.repeat(100)}${index} y${index}`,
    );
    const expectation = { type: 'dns', recordType: 'TXT', answers, resolver: null } as const;
    const told = words({ type: 'ServiceExpectationChanged', data: { ...data, expectation } });

    expect(told.length).toBe(200);
    expect(Math.max(...told.map((word) => word.length))).toBe(64);
  });
});

describe('The words of a text', () => {
  it.each([
    ['Billing-API, v2', ['billing', 'api', 'v2']],
    [
      'https://shop.example.org/health?x=1',
      ['https', 'shop', 'example', 'org', 'health', 'x', '1'],
    ],
    ['Müller’s Straße', ['müller', 's', 'straße']],
    ['mu\u0308ller', ['müller']],
    [`tag-${ids.tagId}!`, ['tag', ids.tagId]],
    ["'quoted' & | ! :* \\", ['quoted']],
    [' * ', []],
  ])('of %j are %j', (text, expected) => {
    expect(wordsOf(text)).toEqual(expected);
  });
});
