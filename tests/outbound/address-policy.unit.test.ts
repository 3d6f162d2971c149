import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { type AddressPolicy, webhookPolicy } from '../../src/outbound/address-policy.js';
import { nothingOwn, policyOfChecks } from './support/policies.js';

const checks = policyOfChecks();
const checksOfLoopback = policyOfChecks({ allowLoopback: true });
const webhooks = webhookPolicy({ own: nothingOwn, allowPrivate: false });
const privateWebhooks = webhookPolicy({ own: nothingOwn, allowPrivate: true });

const allows = (policy: AddressPolicy, address: string): boolean =>
  policy.refusal(address, 80) === undefined;

const always = [
  // Link-local, and metadata of clouds
  ...['169.254.0.1', '169.254.169.254', '169.254.170.2', '169.254.255.255', 'fe80::1', 'febf::1'],
  ...['fe80::1%eth0', 'fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254', '100.100.100.200'],
  ...['192.0.0.192', '168.63.129.16'],
  // Multicast and broadcast
  ...['224.0.0.1', '239.255.255.255', 'ff02::1', 'ff05::2', '255.255.255.255'],
  // This network
  ...['0.0.0.0', '0.1.2.3', '0.255.255.255', '::'],
  // Reserved
  ...['240.0.0.1', '254.255.255.255', '192.0.0.8', '100::1', '4000::1', '2001:10::1', '::2:0:0'],
];
const loopback = ['127.0.0.1', '127.1.2.3', '127.255.255.254', '::1'];
const inside = [
  ...['10.0.0.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', '100.127.255.254'],
  ...['fd00::3', 'fc00::1', 'fec0::1', '192.0.2.1', '198.18.0.1', '2001:db8::1'],
];
const outside = [
  ...['1.1.1.1', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'],
  ...[
    '128.0.0.1',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '223.255.255.1',
  ],
  ...['2606:4700::1111', '2a00::1', '2001:4860:4860::8888', '3ffe::1'],
];

/** Ways to write an IPv4 address into one of IPv6, each leading to the same place. */
const wrapped: readonly [string, (address: string) => string][] = [
  ['mapped', (address) => `::ffff:${address}`],
  ['compatible', (address) => `::${address}`],
  ['translated', (address) => `::ffff:0:${address}`],
  ['NAT64', (address) => `64:ff9b::${address}`],
  ['NAT64 of a local network', (address) => `64:ff9b:1::${address}`],
  ['NAT64 of a local network, /48', (address) => nat64(address, 6)],
  ['NAT64 of a local network, /56', (address) => nat64(address, 7)],
  ['NAT64 of a local network, /64', (address) => nat64(address, 9)],
  ['6to4', (address) => `2002:${hex(octets(address))}::1`],
  ['Teredo', (address) => `2001:0:102:304::${hex(octets(address).map((octet) => 255 - octet))}`],
  ['Teredo by its server', (address) => `2001:0:${hex(octets(address))}::fefe:fefe`],
  ['ISATAP', (address) => `2a00::5efe:${address}`],
  ['ISATAP, with the universal bit', (address) => `2a00::200:5efe:${address}`],
];

function octets(address: string): number[] {
  return ipaddr.parse(address).toByteArray();
}

function hex([a = 0, b = 0, c = 0, d = 0]: readonly number[]): string {
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

/** RFC 6052, 2.2: from this byte on, leaving out byte 8. */
function nat64(address: string, start: number): string {
  const bytes = ipaddr.parse('64:ff9b:1::').toByteArray();
  let place = start;
  for (const octet of octets(address)) {
    if (place === 8) place += 1;
    bytes[place] = octet;
    place += 1;
  }
  return ipaddr.fromByteArray(bytes).toString();
}

describe('Whatever is set', () => {
  const everythingAllowed = policyOfChecks({
    allowLoopback: true,
    allowCidrs: ['0.0.0.0/0', '::/0'],
  });

  it.each(always)('%s is refused to checks and webhooks', (address) => {
    for (const policy of [checks, everythingAllowed, webhooks, privateWebhooks])
      expect(policy.refusal(address, 80)).toMatch(/^it is /);
  });

  it.each(['', 'localhost', '127.1', '0x7f000001', '10.0.0', '10.0.0.1:80', '[::1]', ' 10.0.0.1'])(
    '"%s" is refused, as it is not an address',
    (text) => expect(everythingAllowed.refusal(text, 80)).toBe('it is not an address'),
  );
});

describe('Checks', () => {
  it.each(loopback)('may not connect to loopback (%s) unless it is allowed', (address) => {
    expect(checks.refusal(address, 80)).toContain('ALLOW_LOOPBACK_CHECKS');
    expect(allows(checksOfLoopback, address)).toBe(true);
  });

  it.each([...inside, ...outside])('may connect to %s', (address) =>
    expect(allows(checks, address)).toBe(true),
  );

  it('may not connect to what is denied, even where it is allowed as well', () => {
    const policy = policyOfChecks({
      allowLoopback: true,
      allowCidrs: ['10.0.0.0/8', '127.0.0.0/8'],
      denyCidrs: ['10.9.0.0/16', '127.0.0.7/32', 'fd00:9::/32'],
    });

    for (const address of ['10.9.0.1', '::ffff:10.9.255.255', '127.0.0.7', 'fd00:9:7::1'])
      expect(policy.refusal(address, 80)).toBe('it is in CHECK_DENY_CIDRS');
    for (const address of ['10.8.0.1', '127.0.0.8', 'fd00:8::1'])
      expect(allows(policy, address)).toBe(true);
  });

  it('may connect to a part of loopback, when that part is allowed', () => {
    const policy = policyOfChecks({ allowCidrs: ['127.0.0.8/32', '::1/128'] });

    expect(allows(policy, '127.0.0.8')).toBe(true);
    expect(allows(policy, '::ffff:127.0.0.8')).toBe(true);
    expect(allows(policy, '::1')).toBe(true);
    expect(allows(policy, '127.0.0.9')).toBe(false);
  });

  it('may not connect to what wraps loopback in an address that is allowed', () => {
    const policy = policyOfChecks({ allowCidrs: ['64:ff9b::/96', '2002::/16'] });

    expect(allows(policy, '64:ff9b::127.0.0.1')).toBe(false);
    expect(allows(policy, '2002:7f00:1::1')).toBe(false);
    expect(allows(policy, '64:ff9b::10.0.0.1')).toBe(true);
  });
});

describe('Webhooks', () => {
  it.each([...loopback, ...inside])(
    'may not go to %s unless private addresses are allowed',
    (address) => {
      expect(webhooks.refusal(address, 443)).toContain('ALLOW_PRIVATE_WEBHOOKS');
      expect(allows(privateWebhooks, address)).toBe(true);
    },
  );

  it.each(outside)('may go to %s', (address) => expect(allows(webhooks, address)).toBe(true));
});

describe('Wrapping an address changes nothing', () => {
  const anyIpv4 = fc
    .tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255))
    .map((parts) => parts.join('.'));
  const interesting = fc.constantFrom(
    ...[...always, ...loopback, ...inside, ...outside].filter((address) => !address.includes(':')),
  );

  it.each(wrapped)('%s: what is refused stays refused', (_, wrap) => {
    fc.assert(
      fc.property(fc.oneof(anyIpv4, interesting), (address) => {
        for (const policy of [checks, checksOfLoopback, webhooks, privateWebhooks])
          if (!allows(policy, address) && isVisible(wrap, address))
            expect([address, wrap(address), allows(policy, wrap(address))]).toContain(false);
      }),
    );
  });

  it.each(wrapped.slice(0, 5))('%s: what is allowed stays allowed', (_, wrap) => {
    fc.assert(
      fc.property(fc.oneof(anyIpv4, interesting), (address) => {
        for (const policy of [checks, checksOfLoopback, webhooks, privateWebhooks])
          expect([address, allows(policy, wrap(address))]).toEqual([
            address,
            allows(policy, address),
          ]);
      }),
    );
  });

  /** Small numbers look like another choice of prefix, and go nowhere; `::1` is loopback itself. */
  function isVisible(wrap: (address: string) => string, address: string): boolean {
    return !address.startsWith('0.') || wrap(address).startsWith('64:ff9b::');
  }
});

describe('Any address', () => {
  const anyAddress = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc
      .uint8Array({ minLength: 16, maxLength: 16 })
      .map((bytes) => ipaddr.fromByteArray([...bytes]).toString()),
  );

  it('that webhooks may go to, checks may, too', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        if (allows(webhooks, address)) expect(allows(checks, address)).toBe(true);
      }),
    );
  });

  it('is judged the same however it is written', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const parsed = ipaddr.IPv6.parse(address);
        for (const spelling of [
          parsed.toString(),
          parsed.toNormalizedString(),
          address.toUpperCase(),
        ])
          expect(checks.refusal(spelling, 80)).toBe(checks.refusal(address, 80));
      }),
    );
  });

  it('is refused when everything is denied', () => {
    const nothing = policyOfChecks({ denyCidrs: ['0.0.0.0/0', '::/0'], allowLoopback: true });
    fc.assert(fc.property(anyAddress, (address) => expect(allows(nothing, address)).toBe(false)));
  });
});
