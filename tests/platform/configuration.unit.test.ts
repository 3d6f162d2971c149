import { describe, expect, test } from '@jest/globals';
import {
  type Configuration,
  ConfigurationError,
  readConfiguration,
} from '../../src/platform/configuration.js';

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfiguration(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe('nothing set', () => {
  const defaults: Configuration = {
    host: '127.0.0.1',
    port: 8000,
    dataDir: '.data',
    databaseUrl: undefined,
    eventStore: undefined,
    roles: new Set(['api', 'projector', 'monitor']),
    adminEmail: undefined,
    adminPassword: undefined,
    signup: 'open',
    logLevel: 'info',
    readModelWaitMs: 5000,
    jwtSecret: undefined,
    trustedProxies: 0,
    checkAllowCidrs: [],
    checkDenyCidrs: [],
    allowLoopbackChecks: false,
    allowPrivateWebhooks: false,
    mail: undefined,
    publicUrl: undefined,
  };

  test('given an empty environment, when read, then there are the defaults', () => {
    expect(readConfiguration({})).toEqual(defaults);
  });

  test('given empty and blank variables, when read, then they count as not set', () => {
    const names = ['HOST', 'PORT', 'DATA_DIR', 'DATABASE_URL', 'EVENT_STORE_URL', 'ROLES'];
    const more = ['ADMIN_EMAIL', 'ADMIN_PASSWORD', 'SIGNUP', 'LOG_LEVEL', 'JWT_SECRET'];
    const guards = ['CHECK_ALLOW_CIDRS', 'CHECK_DENY_CIDRS', 'ALLOW_LOOPBACK_CHECKS'];
    const all = [...names, ...more, ...guards, 'READ_MODEL_WAIT_MS', 'TRUSTED_PROXIES'];

    for (const blank of ['', '   '])
      expect(readConfiguration(Object.fromEntries(all.map((name) => [name, blank])))).toEqual(
        defaults,
      );
  });

  test('given variables of others, when read, then they do not matter', () => {
    expect(readConfiguration({ PATH: '/bin', port: '1', __proto__: 'x' })).toEqual(defaults);
  });
});

describe('a variable', () => {
  const url = 'postgres://user:secret@db.example:5432/watchbook';
  const good: [string, string, Partial<Configuration>][] = [
    ['HOST', '0.0.0.0', { host: '0.0.0.0' }],
    ['HOST', '::', { host: '::' }],
    ['PORT', '0', { port: 0 }],
    ['PORT', '65535', { port: 65_535 }],
    ['PORT', ' 80 ', { port: 80 }],
    ['DATA_DIR', '/var/lib/watchbook', { dataDir: '/var/lib/watchbook' }],
    ['DATABASE_URL', url, { databaseUrl: url }],
    ['DATABASE_URL', `${url}?pgbouncer=true`, { databaseUrl: `${url}?pgbouncer=true` }],
    ['DATABASE_URL', 'postgresql://localhost/x', { databaseUrl: 'postgresql://localhost/x' }],
    ['ROLES', 'api', { roles: new Set(['api']) }],
    ['ROLES', 'projector, monitor', { roles: new Set(['projector', 'monitor']) }],
    ['ROLES', 'api,api', { roles: new Set(['api']) }],
    ['ADMIN_EMAIL', 'me@example.org', { adminEmail: 'me@example.org' }],
    ['ADMIN_PASSWORD', '8 chars!', { adminPassword: '8 chars!' }],
    ['ADMIN_PASSWORD', 'x'.repeat(128), { adminPassword: 'x'.repeat(128) }],
    ['SIGNUP', 'closed', { signup: 'closed' }],
    ['SIGNUP', 'open', { signup: 'open' }],
    ['LOG_LEVEL', 'silent', { logLevel: 'silent' }],
    ['LOG_LEVEL', 'debug', { logLevel: 'debug' }],
    ['READ_MODEL_WAIT_MS', '0', { readModelWaitMs: 0 }],
    ['READ_MODEL_WAIT_MS', '60000', { readModelWaitMs: 60_000 }],
    ['JWT_SECRET', 'x'.repeat(32), { jwtSecret: 'x'.repeat(32) }],
    ['TRUSTED_PROXIES', '10', { trustedProxies: 10 }],
    ['CHECK_ALLOW_CIDRS', '10.0.0.0/8', { checkAllowCidrs: ['10.0.0.0/8'] }],
    [
      'CHECK_ALLOW_CIDRS',
      ' 192.168.7.1 ,FD00::/8, fd00:0::7,',
      { checkAllowCidrs: ['192.168.7.1/32', 'fd00::/8', 'fd00::7/128'] },
    ],
    ['CHECK_DENY_CIDRS', '::ffff:10.0.0.0/104', { checkDenyCidrs: ['10.0.0.0/8'] }],
    ['CHECK_DENY_CIDRS', '0.0.0.0/0,::/0', { checkDenyCidrs: ['0.0.0.0/0', '::/0'] }],
    ['ALLOW_LOOPBACK_CHECKS', 'true', { allowLoopbackChecks: true }],
    ['ALLOW_LOOPBACK_CHECKS', 'false', { allowLoopbackChecks: false }],
    ['ALLOW_PRIVATE_WEBHOOKS', 'true', { allowPrivateWebhooks: true }],
    ['PUBLIC_URL', 'https://wb.example.org/', { publicUrl: 'https://wb.example.org' }],
    ['PUBLIC_URL', 'http://host:8000/in/here//', { publicUrl: 'http://host:8000/in/here' }],
  ];
  test.each(good)('given %s=%s, when read, then it counts', (name, value, expected) => {
    expect(readConfiguration({ [name]: value })).toMatchObject(expected);
  });

  const bad: [string, string, string][] = [
    ['PORT', '65536', 'Must be 0 to 65535'],
    ['PORT', '-1', 'Must be a whole number'],
    ['PORT', '80a', 'Must be a whole number'],
    ['PORT', '8e3', 'Must be a whole number'],
    ['PORT', '0x50', 'Must be a whole number'],
    [
      'DATABASE_URL',
      'mysql://x/y',
      'Must begin with postgres:// (leave it out for the embedded one)',
    ],
    ['DATABASE_URL', 'postgres://[', 'Must be a URL such as postgres://user:password@host/name'],
    ['DATABASE_URL', `${url}?pgbouncer=yes`, 'Its parameter pgbouncer must be true or false'],
    ['ROLES', 'api,cook', 'Must be a list out of api, projector, monitor'],
    ['ROLES', 'API', 'Must be a list out of api, projector, monitor'],
    ['ROLES', ',', 'Must be a list out of api, projector, monitor'],
    ['ADMIN_EMAIL', 'me', 'Must be an e-mail address'],
    ['ADMIN_PASSWORD', '7 chars', 'Must have 8 characters at least'],
    ['SIGNUP', 'yes', 'Must be open or closed'],
    ['LOG_LEVEL', 'loud', 'Must be one of silent, error, warn, info, debug'],
    ['READ_MODEL_WAIT_MS', '5s', 'Must be a whole number'],
    ['READ_MODEL_WAIT_MS', '60001', 'Must be 0 to 60000'],
    ['JWT_SECRET', 'x'.repeat(31), 'Must have 32 characters at least'],
    ['TRUSTED_PROXIES', '11', 'Must be 0 to 10'],
    ['TRUSTED_PROXIES', 'true', 'Must be a whole number'],
    ...[
      '10.0.0.0/33',
      '10/8',
      '010.0.0.0/8',
      'fd00::/129',
      'fe80::%eth0/64',
      'all',
      '1.2.3.4/',
    ].map((network): [string, string, string] => [
      'CHECK_DENY_CIDRS',
      `10.1.0.0/16, ${network}`,
      `Must be a list of networks such as 10.0.0.0/8, fd00::/8 (${network} is none)`,
    ]),
    ['ALLOW_LOOPBACK_CHECKS', 'yes', 'Must be true or false'],
    ['ALLOW_PRIVATE_WEBHOOKS', '1', 'Must be true or false'],
    ['PUBLIC_URL', 'wb.example.org', 'Must be a URL such as https://watchbook.example.org'],
    ['PUBLIC_URL', 'https://', 'Must be a URL such as https://watchbook.example.org'],
    ['SMTP_URL', 'mail.example.org', 'Must be a URL such as smtp://user:password@host:587'],
    ['SMTP_URL', 'smtp://mail.example.org', 'Goes with MAIL_FROM, which is not set'],
    ['MAIL_FROM', 'nobody', 'Must be a mailbox, such as Watchbook <watchbook@example.org>'],
    ['MAIL_FROM', 'wb@example.org', 'Goes with SMTP_URL, which is not set'],
  ];
  test.each(bad)('given %s=%s, when read, then the error names it', (name, value, message) => {
    expect(problemsOf({ [name]: value })).toEqual([`${name}: ${message}`]);
  });

  test('given texts that are too long, when read, then they are refused', () => {
    expect(problemsOf({ ADMIN_PASSWORD: 'x'.repeat(129) })).toHaveLength(1);
    expect(problemsOf({ ADMIN_EMAIL: `${'x'.repeat(250)}@example.org` }).length).toBeGreaterThan(0);
  });
});

describe('a mail server', () => {
  const smtpUrl = 'smtps://user:p%40ss@mail.example.org:465';

  test.each(['watchbook@example.org', 'Watchbook <watchbook@example.org>'])(
    'given its address and the sender %s, when read, then both count',
    (from) => {
      const { mail } = readConfiguration({ SMTP_URL: smtpUrl, MAIL_FROM: from });
      expect(mail).toEqual({ smtpUrl, from });
    },
  );
});

describe('several that are wrong', () => {
  test('given many, when read, then all are told at once, one line each, without secrets', () => {
    const environment = {
      PORT: 'eighty',
      DATABASE_URL: 'mysql://root:hunter2@db/x',
      ROLES: 'cook,waiter',
      ADMIN_PASSWORD: 'short',
      JWT_SECRET: 'not long',
      SIGNUP: 'maybe',
    };
    const problems = problemsOf(environment);

    expect(problems.map((line) => line.split(':')[0]).sort()).toEqual(
      Object.keys(environment).sort(),
    );
    const { message } = new ConfigurationError(problems);
    expect(message.split('\n')).toHaveLength(1 + problems.length);
    for (const secret of ['hunter2', 'short', 'not long']) expect(message).not.toContain(secret);
  });
});
