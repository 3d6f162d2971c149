import { describe, expect, it } from '@jest/globals';
import { type ServiceType, targetProblem } from '../../../src/domain/services/target.js';

const label = (length: number): string => 'a'.repeat(length);
const longestName = [label(63), label(63), label(63), label(61)].join('.');
const tooLongName = [label(63), label(63), label(63), label(62)].join('.');

const good: Record<ServiceType, string[]> = {
  http: [
    'http://example.org',
    'https://example.org/health?deep=yes#part',
    'https://example.org?deep=yes',
    'HTTPS://EXAMPLE.ORG/',
    'http://example.org.',
    'http://localhost',
    'http://a',
    'http://my_service:8080/',
    'http://example.org:1',
    'http://example.org:65535/',
    'http://192.0.2.1/',
    'http://[2001:db8::1]/',
    'http://[2001:db8::1]:8443/health',
    'http://[::ffff:192.0.2.1]/',
    'https://münchen.example/straße',
    'https://例え.example',
    'https://xn--mnchen-3ya.example',
    'https://example.org/~ada/@home:today',
    `https://${label(63)}.example`,
    `https://${longestName}/`,
  ],
  tcp: [
    'tcp://example.org:443',
    'TCP://example.org:443',
    'example.org:443',
    'example.org.:443',
    'localhost:1',
    'localhost:65535',
    'localhost:00080',
    'my_service:5432',
    '192.0.2.1:22',
    'tcp://[2001:db8::1]:22',
    '[::1]:22',
    'münchen.example:443',
    `${longestName}:80`,
  ],
  icmp: [
    'icmp://example.org',
    'ICMP://EXAMPLE.ORG',
    'example.org',
    'example.org.',
    'my_service',
    '192.0.2.1',
    'icmp://192.0.2.1',
    'icmp://[2001:db8::1]',
    '[::1]',
    'münchen.example',
    longestName,
  ],
  dns: [
    'dns://example.org',
    'DNS://example.org',
    'example.org',
    'example.org.',
    'org',
    '_dmarc.example.org',
    '_sip._tcp.example.org',
    '1.2.0.192.in-addr.arpa',
    'münchen.example',
    longestName,
  ],
};

const bad: Record<ServiceType, string[]> = {
  http: [
    '',
    'http://',
    'https://',
    'http:///health',
    'http://?deep=yes',
    'http://#part',
    'http://:80/',
    'http:example.org',
    'http:/example.org',
    '//example.org',
    'example.org',
    'example.org:80',
    'ftp://example.org',
    'tcp://example.org:80',
    'javascript://example.org/%0aalert(1)',
    'file:///etc/passwd',
    ' http://example.org',
    'http://example.org ',
    'http://example.org/a b',
    'http://exa mple.org',
    'http://exa\tmple.org',
    'http://example.org/\n',
    'http://example.org/\u00a0',
    'http:\\\\example.org',
    'http://\\example.org',
    'http://example.org:65536',
    'http://example.org:port',
    'http://example.org:-1',
    'http://a..example',
    'http://.example.org',
    'http://-a.example',
    'http://a-.example',
    'http://a*b.example',
    'http://192.0.2.256',
    'http://2001:db8::1/',
    'http://[2001:db8::1',
    'http://[2001:db8::zz]/',
    'http://[fe80::1%25eth0]/',
    `http://${label(64)}.example`,
    `http://${'ä'.repeat(63)}.example`,
    `http://${tooLongName}/`,
  ],
  tcp: [
    '',
    'tcp://',
    'tcp://example.org',
    'example.org',
    ':443',
    'tcp://:443',
    'example.org:',
    'example.org:https',
    'example.org:-1',
    'example.org:+1',
    'example.org:4 3',
    'example.org:٤٤٣',
    'example.org:000443',
    'example.org:443/',
    'example.org:443\n',
    ' example.org:443',
    'example.org :443',
    'exa mple.org:443',
    'http://example.org:443',
    'udp://example.org:53',
    'tcp:example.org:443',
    'ada:secret@example.org:443',
    'ada@example.org:443',
    '\\example.org:443',
    'tcp:\\\\example.org:443',
    '-a:443',
    'a..b:443',
    '2001:db8::1:443',
    '[2001:db8::1]',
    '[2001:db8::zz]:443',
    '[192.0.2.1]:443',
    '[fe80::1%eth0]:443',
    '192.0.2.256:443',
    `${label(64)}:443`,
    `${tooLongName}:443`,
  ],
  icmp: [
    '',
    'icmp://',
    'icmp:///',
    'icmp://example.org/',
    'example.org:80',
    'http://example.org',
    'ada@example.org',
    ' example.org',
    'example.org ',
    'exa mple.org',
    'example.org\n',
    'icmp:\\\\example.org',
    'example.org\\health',
    // What would be an option to ping.
    '-c1',
    '--help',
    'a..b',
    '.',
    '2001:db8::1',
    '[2001:db8::1]:80',
    '[]',
    '[::',
    '192.0.2.256',
    label(64),
    tooLongName,
  ],
  dns: [
    '',
    'dns://',
    '.',
    'a..b',
    '.example.org',
    'dns://example.org/',
    'dns://192.0.2.53/example.org',
    'example.org:53',
    'http://example.org',
    'ada@example.org',
    '*.example.org',
    '[2001:db8::1]',
    ' example.org',
    'exa mple.org',
    'example.org\t',
    'example\\.org',
    '-a.example',
    'a-.example',
    label(64),
    tooLongName,
  ],
};

const types = ['http', 'tcp', 'icmp', 'dns'] as const;
const rows = (urls: Record<ServiceType, string[]>): { type: ServiceType; url: string }[] =>
  types.flatMap((type) => urls[type].map((url) => ({ type, url })));

describe('A target can be checked', () => {
  it.each(rows(good))('$type: $url', (target) => expect(targetProblem(target)).toBeUndefined());
});

describe('A target with an umlaut', () => {
  it('can be checked, however many were looked at before', () => {
    const target = { type: 'http', url: 'https://münchen.example/straße' } as const;

    const problems = Array.from({ length: 20_000 }, () => targetProblem(target));

    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });
});

describe('A target cannot be checked', () => {
  it.each(rows(bad))('$type: $url', (target) => expect(targetProblem(target)).toMatch(/^Write /));
});

describe('What is wrong with a target', () => {
  it.each([
    'http://ada@example.org',
    'http://ada:secret@example.org/',
    'http://:secret@example.org',
  ])('is the credentials in %s', (url) =>
    expect(targetProblem({ type: 'http', url })).toMatch(/user name and password/),
  );

  it.each(['tcp://example.org:0', 'example.org:00000', 'example.org:65536', '[::1]:99999'])(
    'is the port of %s',
    (url) => expect(targetProblem({ type: 'tcp', url })).toBe('The port must be 1 to 65535'),
  );

  it.each([
    { type: 'http', form: 'https://example.org/health' },
    { type: 'tcp', form: 'tcp://host:port' },
    { type: 'icmp', form: 'icmp://host' },
    { type: 'dns', form: 'dns://name' },
  ] as const)('is said for $type by showing the form it wants', ({ type, form }) =>
    expect(targetProblem({ type, url: 'not a target' })).toContain(form),
  );
});

describe('A target that no probe could use cannot be checked', () => {
  it.each([
    { type: 'http', url: 'http://example.org:0/', because: 'nothing answers on port 0' },
    { type: 'http', url: 'http://good.example\\@evil.example/', because: 'its host is in dispute' },
    { type: 'http', url: 'http://example.org\\health', because: 'a backslash is no slash' },
    { type: 'http', url: 'http://example.org/\u001b[2J', because: 'an escape is for terminals' },
    { type: 'http', url: 'http://@example.org/', because: 'its credentials are empty' },
    { type: 'tcp', url: `${'ä'.repeat(63)}.example:443`, because: 'a label is too long as sent' },
    { type: 'icmp', url: `${'ä'.repeat(63)}.example`, because: 'a label is too long as sent' },
    { type: 'dns', url: `${'ä'.repeat(63)}.example`, because: 'a label is too long as sent' },
  ] as const)('$type: $because', ({ type, url }) =>
    expect(targetProblem({ type, url })).toBeDefined(),
  );
});

describe('A name that a website may have, any target may have', () => {
  it.each([
    { type: 'tcp', url: 'हिन्दी.example:443', because: 'scripts with combining marks' },
    { type: 'icmp', url: 'हिन्दी.example', because: 'scripts with combining marks' },
    { type: 'dns', url: 'हिन्दी.example', because: 'scripts with combining marks' },
    { type: 'tcp', url: 'mu\u0308nchen.example:443', because: 'decomposed letters' },
    { type: 'icmp', url: `${longestName}.`, because: 'a dot at the end of the longest name' },
    { type: 'http', url: `http://${longestName}./`, because: 'a dot at the end of the longest' },
  ] as const)('$type: $because', ({ type, url }) =>
    expect(targetProblem({ type, url })).toBeUndefined(),
  );
});
