import { describe, expect, test } from '@jest/globals';
import bcrypt from 'bcrypt';
import { checkPassword, hashPassword } from '../../src/accounts/passwords.js';

describe('a password', () => {
  test('given its hash, when checked, then it is right, and others are not', async () => {
    const hash = await hashPassword('correct horse');

    expect(await checkPassword('correct horse', hash)).toEqual({
      isRight: true,
      isOutdated: false,
    });
    for (const other of ['correct hors', 'correct horse ', 'Correct horse', ''])
      expect((await checkPassword(other, hash)).isRight).toBe(false);
  });

  test('given the same one twice, when hashed, then the hashes differ', async () => {
    expect(await hashPassword('same')).not.toBe(await hashPassword('same'));
  });

  test('given 72 bytes and more, when they differ at the end, then they are different', async () => {
    const hash = await hashPassword(`${'x'.repeat(100)}1`);

    expect((await checkPassword(`${'x'.repeat(100)}1`, hash)).isRight).toBe(true);
    expect((await checkPassword(`${'x'.repeat(100)}2`, hash)).isRight).toBe(false);
    expect((await checkPassword('x'.repeat(72), hash)).isRight).toBe(false);
  });

  test('given no hash, when checked, then nothing is right, not even the decoy', async () => {
    for (const guess of ['', 'nobody has this password'])
      expect(await checkPassword(guess, undefined)).toEqual({ isRight: false, isOutdated: false });
  });

  test.each(['$2a$', '$2b$', '$2y$'])(
    'given a bcrypt hash that begins with %s, when checked, then it should be replaced',
    async (prefix) => {
      const hash = (await bcrypt.hash('old', 4)).replace('$2b$', prefix);

      expect(await checkPassword('old', hash)).toEqual({ isRight: true, isOutdated: true });
      expect(await checkPassword('new', hash)).toEqual({ isRight: false, isOutdated: false });
    },
  );
});
