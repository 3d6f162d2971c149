import { describe, expect, test } from '@jest/globals';
import { readConfiguration } from '../../src/platform/configuration.js';
import { type EventStoreAddress } from '../../src/platform/event-store-address.js';

function addressOf(url: string): EventStoreAddress | undefined {
  return readConfiguration({ EVENT_STORE_URL: url }).eventStore;
}

function problemsOf(url: string): string {
  try {
    addressOf(url);
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  throw new Error('Nothing was wrong');
}

const verified = { ca: undefined, certificate: undefined, key: undefined };

describe('EVENT_STORE_URL', () => {
  const good: [string, Partial<EventStoreAddress>][] = [
    [
      'esdb://localhost:2113?tls=false',
      {
        shown: 'esdb://localhost:2113',
        hosts: [{ address: 'localhost', port: 2113 }],
        isDiscovered: false,
        tls: undefined,
        credentials: undefined,
      },
    ],
    ['esdb://10.0.0.1', { hosts: [{ address: '10.0.0.1', port: 2113 }], tls: verified }],
    ['kurrentdb://db.example:2114/', { shown: 'kurrentdb://db.example:2114', tls: verified }],
    [
      'esdb://admin:changeit@one:1,two:2,three:3/?nodePreference=leader&tls=true',
      {
        shown: 'esdb://one:1,two:2,three:3',
        hosts: [
          { address: 'one', port: 1 },
          { address: 'two', port: 2 },
          { address: 'three', port: 3 },
        ],
        isDiscovered: false,
        credentials: { username: 'admin', password: 'changeit' },
      },
    ],
    [
      'esdb+discover://cluster.example?keepAliveInterval=10000&gossip_timeout=5',
      { shown: 'esdb+discover://cluster.example:2113', isDiscovered: true },
    ],
    ['kurrentdb+discover://cluster.example', { isDiscovered: true }],
    ['esdb://a%40b:p%3Aa%2Fss%3F@one', { credentials: { username: 'a@b', password: 'p:a/ss?' } }],
    [
      'esdb://one?tlsCAFile=%2Fetc%2Fca.pem&userCertFile=c.pem&user-key-file=k.pem',
      { tls: { ca: '/etc/ca.pem', certificate: 'c.pem', key: 'k.pem' } },
    ],
  ];
  test.each(good)('given %s, when read, then it says where and how', (url, expected) => {
    expect(addressOf(url)).toMatchObject(expected);
  });

  const bad: [string, RegExp][] = [
    ['http://localhost:2113', /connection string such as esdb:/],
    ['esdb://', /connection string such as esdb:/],
    ['esdb:localhost', /connection string such as esdb:/],
    ['esdb://one:0', /host:port/],
    ['esdb://one:65536', /host:port/],
    ['esdb://one:2113:2114', /host:port/],
    ['esdb://one two', /host:port/],
    ['esdb://one,,two', /host:port/],
    ['esdb://[::1]:2113', /host:port/],
    ['esdb+discover://one,two', /one host only/],
    ['esdb://admin@one', /user:password/],
    ['esdb://admin:@one', /user:password/],
    ['esdb://admin:50%@one', /percent-encoded/],
    ['esdb://one?tls=no', /true or false/],
    ['esdb://one?tlsVerifyCert=false', /tlsCaFile/],
    ['esdb://one?userCertFile=c.pem', /both userCertFile and userKeyFile/],
    ['esdb://one?unknown=1', /no options after the \? but tls,/],
  ];
  test.each(bad)('given %s, when read, then the error names it and says why', (url, why) => {
    expect(problemsOf(url)).toMatch(/^ {2}EVENT_STORE_URL: Must|^ {2}EVENT_STORE_URL: Cannot/m);
    expect(problemsOf(url)).toMatch(why);
  });

  test.each([
    'esdb://admin:hunter2@',
    'esdb://admin:hunter2?x@one',
    'esdb://admin:hunter2@one?x=1',
  ])('given a password in %s, when something is wrong, then it is not told', (url) => {
    expect(problemsOf(url)).not.toContain('hunter2');
  });
});
