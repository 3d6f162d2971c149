import { describe, expect, test } from '@jest/globals';
import { isDatabaseAway } from '../../src/platform/postgres.js';

const coded = (code: string): Error => Object.assign(new Error('said so'), { code });

describe('an error of the database', () => {
  test.each(['08006', '08P01', '53100', '53300', '57014', '57P01', '57P03', '58030', '25006'])(
    'given the code %s, when judged, then it may pass',
    (code) => {
      expect(isDatabaseAway(coded(code))).toBe(true);
    },
  );

  test.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'EAI_AGAIN'])(
    'given the code %s, when judged, then it may pass',
    (code) => {
      expect(isDatabaseAway(coded(code))).toBe(true);
    },
  );

  test.each([
    'Connection terminated',
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Query read timeout',
    'timeout expired',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
  ])('given the message %s, when judged, then it may pass', (message) => {
    expect(isDatabaseAway(new Error(message))).toBe(true);
  });

  test.each([
    coded('23505'),
    coded('42P01'),
    coded('22P02'),
    coded('ENOENT'),
    new Error('something else'),
    new Error('The user said: Query read timeout'),
    'Connection terminated',
    undefined,
    null,
  ])('given %s, when judged, then it will not pass by itself', (error) => {
    expect(isDatabaseAway(error)).toBe(false);
  });
});
