import fc from 'fast-check';
import { z } from 'zod';
import { type AnyRoute } from '../../../src/http/route.js';
import { type WildRequest } from './http-client.js';

/** What a request is made of before anything is done to it. */
export interface Material {
  /** Bodies that are right, by `post /tags`. */
  readonly bodies: Readonly<Record<string, object>>;
  /** What is right for a parameter of a path, by `/tags/{id}`; the first that the path begins with counts. */
  readonly ids: readonly (readonly [string, Readonly<Record<string, string>>])[];
  readonly tokens: readonly string[];
}

export function nameOf({ method, path }: AnyRoute): string {
  return `${method} ${path}`;
}

/** Names of the fields a schema knows. */
export function fieldsOf(schema: z.ZodType): string[] {
  const described = Fields.parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  const forms = [described, ...(described.anyOf ?? [])];
  return [...new Set(forms.flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

const Properties = z.looseObject({ properties: z.record(z.string(), z.unknown()).optional() });
const Fields = Properties.extend({ anyOf: z.array(Properties).optional() });

/** Text nobody should have to send. */
const badText = fc.oneof(
  fc.constantFrom(
    ...['', ' ', '\t', '\0', 'a\0b', '\ud800', '\udc00x', '\u0007', '\u007f', '\u202e', '\ufeff'],
    ...['0x10', '1e3', '-1', '1.5', '+1', ' 1', '01', '9'.repeat(30), 'NaN', 'Infinity', 'null'],
    ...['true', 'TRUE', '[]', '{}', '__proto__', 'constructor', '%', '%00', '\\', "'; --", '$1'],
    ...['x'.repeat(51), 'x'.repeat(256), 'x'.repeat(501), 'é'.repeat(700), '💥'.repeat(200)],
    ...[
      'http://',
      'http://[',
      '//x',
      'javascript:alert(1)',
      'tcp://x:99999',
      'dns://',
      'icmp://a b',
    ],
    ...['a@b', 'a@b@c', '@', 'a@b.example\n', 'member', 'nobody-knows-me', '-name', 'name,name'],
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.uuid(),
);

const badValue: fc.Arbitrary<unknown> = fc.oneof(
  badText,
  fc.constantFrom<unknown[]>(
    ...[null, true, false, 0, -1, 1, 1.5, -0, 1e308, 2 ** 53, -(2 ** 31), [], {}, [[]], [null]],
    ...[{ a: 1 }, ['x'], [1, 'x'], { name: {} }, { length: 3 }, { toString: 1 }],
    ...[Array.from({ length: 300 }, (_, i) => i), { headers: { 'bad name': 'x' } }],
    ...[{ status: [99, '600-700', '500-200'] }, { headers: { a: '\n' } }, { method: 'BREW' }],
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

/** JSON text: the example with something done to it, or something else entirely. */
function bodyText(example: object, fields: readonly string[]): fc.Arbitrary<string> {
  const known = fc.constantFrom(...fields, 'unknown', 'id', 'status', 'constructor');
  const changed = fc.oneof(
    fc.tuple(known, badValue).map(([field, value]) => ({ ...example, [field]: value })),
    fc.dictionary(known, badValue, { maxKeys: 4 }).map((fields) => ({ ...example, ...fields })),
    known.map((field) =>
      Object.fromEntries(Object.entries(example).filter(([name]) => name !== field)),
    ),
    fc.constant(example),
  );
  const whole = JSON.stringify(example);
  const deep = 20_000;
  return fc.oneof(
    { weight: 12, arbitrary: changed.map((body) => JSON.stringify(body)) },
    { weight: 2, arbitrary: badValue.map((body) => JSON.stringify(body)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ...['', '{', 'null', '[]', '\0', '{}{}', '{"name":}', "{'a':1}", '\ufeff{}', 'NaN'],
        whole.slice(0, -1),
        `{"__proto__":{"isSuperuser":true},${whole.slice(1)}`,
        `{"name":${'['.repeat(deep)}${']'.repeat(deep)}}`,
        `{"a":`.repeat(5_000) + '1' + '}'.repeat(5_000),
        `{"name":"${'x'.repeat(70_000)}"}`,
      ),
    },
  );
}

const badSegment = fc.oneof(
  badText.filter((text) => text.isWellFormed()).map(encodeURIComponent),
  fc.constantFrom(
    '%',
    '%zz',
    '%c3',
    '%ff%fe',
    '%00',
    '..',
    '.',
    '%2e%2e',
    '%2f',
    '*',
    ':id',
    '{id}',
  ),
);

function pathOf({ path }: AnyRoute, ids: Material['ids']): fc.Arbitrary<string> {
  const right = ids.find(([prefix]) => path.startsWith(prefix))?.[1] ?? {};
  const segments = path.split('/').map((segment) => {
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (name === undefined) return fc.constant(segment);
    return fc.oneof(
      { weight: 4, arbitrary: fc.constant(right[name] ?? 'missing') },
      { weight: 1, arbitrary: badSegment },
    );
  });
  return fc.tuple(...segments).map((parts) => `/api/v1${parts.join('/')}`);
}

function queryText(fields: readonly string[]): fc.Arbitrary<string> {
  const name = fc.constantFrom(...fields, 'unknown', '__proto__', 'skip', 'limit');
  const value = fc.oneof(
    badText.filter((text) => text.isWellFormed()).map(encodeURIComponent),
    fc.constantFrom('%', '%zz', '%00', '%ff', '+', '&', '=', '1', '0', '1000', '1001', 'name'),
  );
  const pair = fc.tuple(name, value).map((parts) => parts.join('='));
  return fc
    .oneof(
      { weight: 2, arbitrary: fc.constant('') },
      { weight: 2, arbitrary: fc.array(pair, { minLength: 1, maxLength: 3 }) },
      { weight: 1, arbitrary: pair.map((same) => [same, same]) },
    )
    .map((pairs) => (typeof pairs === 'string' ? '' : `?${pairs.join('&')}`));
}

const printable = fc.string({
  unit: fc.integer({ min: 33, max: 126 }).map((c) => String.fromCharCode(c)),
  maxLength: 40,
});

const strayHeaders = fc.record(
  {
    'If-Match': fc.constantFrom('*', '"0"', '"1"', '"99"', 'W/"0"', '0', '"', '""', '"a", "b"'),
    'If-None-Match': fc.constantFrom('*', '"0"', 'x', 'W/"0"'),
    'Idempotency-Key': fc.oneof(printable, fc.constantFrom('', 'a b', 'k', 'x'.repeat(300))),
    'Watchbook-Min-Position': fc.constantFrom('0', '1', '-1', 'x', '', '1e3', '0x1'),
    Prefer: fc.constantFrom('respond-async', 'wait=1', ',,', 'respond-async;a="b"'),
    Accept: fc.constantFrom('*/*', 'application/json', 'text/html', ';', 'application/json;q=0'),
    'X-Forwarded-For': fc.constantFrom('1.2.3.4', 'x'.repeat(400), ','),
    'Content-Encoding': fc.constantFrom('gzip', 'identity', 'x'),
  },
  { requiredKeys: [] },
);

const contentType = fc.oneof(
  { weight: 9, arbitrary: fc.constant('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[
        'text/plain',
        'application/json; charset=utf-7',
        'application/x-www-form-urlencoded',
        ';',
      ],
    ),
  },
);

/** Requests to a route: some nearly right, some wild; a few are right by chance. */
export function wildRequest(route: AnyRoute, material: Material): fc.Arbitrary<WildRequest> {
  const example = material.bodies[nameOf(route)];
  const body = bodyText(example ?? {}, fieldsOf(route.body));
  const tokens = [...material.tokens, undefined];
  const token = fc.oneof(
    { weight: 9, arbitrary: fc.constant(material.tokens[0]) },
    { weight: 3, arbitrary: fc.oneof(fc.constantFrom(...tokens), printable) },
  );
  return fc
    .record({
      path: fc.tuple(pathOf(route, material.ids), queryText(fieldsOf(route.query))),
      body: example === undefined ? fc.option(body, { freq: 5, nil: undefined }) : body,
      token,
      contentType,
      stray: fc.oneof(
        { weight: 2, arbitrary: fc.constant({}) },
        { weight: 1, arbitrary: strayHeaders },
      ),
    })
    .map(({ path, body, token, contentType, stray }) => ({
      method: route.method.toUpperCase(),
      path: path.join(''),
      headers: {
        ...stray,
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'Content-Type': contentType }),
      },
      body,
    }));
}
