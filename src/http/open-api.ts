import { z } from 'zod';
import { type AnyRoute } from './route.js';
import { wire } from './wire.js';

/** The OpenAPI 3.1 document of the routes. Its schemas are the very ones that check requests. */
export function openApi(routes: readonly AnyRoute[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = (paths[`/api/v1${route.path}`] ??= {});
    path[route.method] = operation(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Watchbook',
      version: '1',
      description: 'A service catalogue and uptime monitor that remembers everything.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
      schemas: { Problem: jsonSchema(ProblemView, 'output') },
    },
  };
}

const ProblemView = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string(),
  request_id: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  conflicts: z
    .array(z.looseObject({ conflict: z.string(), message: z.string(), accept: z.string() }))
    .optional(),
});

function operation(route: AnyRoute): object {
  return {
    operationId: operationId(route),
    summary: route.summary,
    ...(route.description !== undefined && { description: route.description }),
    tags: [route.tag],
    security: route.access === 'user' ? [{ bearer: [] }] : [],
    parameters: [
      ...parameters(route.params, 'path'),
      ...parameters(route.query, 'query'),
      ...headerParameters(route),
    ],
    ...requestBody(route),
    responses: responses(route),
  };
}

function operationId({ method, path }: AnyRoute): string {
  const words = path.split(/[/{}_-]+/).filter((word) => word !== '');
  return [method, ...words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join('');
}

function parameters(schema: z.ZodType, where: 'path' | 'query'): object[] {
  const { properties = {}, required = [] } = ObjectSchema.parse(jsonSchema(schema, 'input'));
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: property,
  }));
}

const ObjectSchema = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
});

const headers = {
  command: [
    ['Idempotency-Key', 'A retry with the same key gives the first answer again'],
    ['If-Match', 'The ETag the change is based on; 412 when it is stale'],
    ['Prefer', '`respond-async` answers at once, before the change is visible'],
  ],
  query: [
    ['Watchbook-Min-Position', 'Waits until this position of the log is visible'],
    ['If-None-Match', '304 when it is still the same'],
  ],
  session: [],
} as const;

function headerParameters({ kind }: AnyRoute): object[] {
  return headers[kind].map(([name, description]) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  }));
}

function requestBody({ body, acceptsForm }: AnyRoute): object {
  const schema = jsonSchema(body, 'input');
  const { properties, anyOf } = ObjectSchema.extend({ anyOf: z.unknown().optional() }).parse(
    schema,
  );
  if (anyOf === undefined && Object.keys(properties ?? {}).length === 0) return {};
  const content = {
    'application/json': { schema },
    ...(acceptsForm === true && { 'application/x-www-form-urlencoded': { schema } }),
  };
  return { requestBody: { required: !body.safeParse({}).success, content } };
}

function responses(route: AnyRoute): object {
  const good = Object.entries(route.answers).map(
    ([status, { description, body, types = [] }]): [string, object] => {
      const asText = types.map((type): [string, object] => [type, { schema: { type: 'string' } }]);
      const asJson: [string, object][] =
        body === undefined ? [] : [['application/json', { schema: jsonSchema(body, 'output') }]];
      const content = Object.fromEntries([...asJson, ...asText]);
      return [status, { description, ...(Object.keys(content).length > 0 && { content }) }];
    },
  );
  const problem = {
    description: 'What is wrong, as RFC 9457 has it',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  const accepted = {
    description: 'It has happened, and will be visible shortly',
    content: { 'application/json': { schema: jsonSchema(wire.accepted, 'output') } },
  };
  return {
    ...(route.kind === 'command' && { 202: accepted }),
    ...Object.fromEntries(good),
    ...(route.access === 'user' && { 401: problem, 403: problem }),
    422: problem,
    default: problem,
  };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  const entries = Object.entries(z.toJSONSchema(schema, { io, unrepresentable: 'any' }));
  return Object.fromEntries(entries.filter(([name]) => name !== '$schema'));
}
