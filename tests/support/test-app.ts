import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { type Application, startApplication } from '../../src/composition/application.js';
import { readConfiguration } from '../../src/platform/configuration.js';
import { createLogger } from '../../src/platform/logger.js';
import { createTestDatabase } from './test-database.js';
import { borrowEventStore } from './test-event-store.js';

/** A whole Watchbook in this process, on a database and a port of its own. */
export interface TestApp {
  /** Such as http://127.0.0.1:40123 */
  readonly url: string;
  readonly databaseUrl: string;
  /** `undefined`: its events stand in that database, too. */
  readonly eventStoreUrl: string | undefined;
  readonly application: Application;
  readonly admin: Person;
  /** Sends a request below /api/v1 and reads the whole answer. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Signs up somebody new, gives them a role, and logs them in. */
  person(role?: string): Promise<Person>;
  stop(): Promise<void>;
}

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly token: string;
}

export interface CallOptions {
  readonly as?: Pick<Person, 'token'>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly raw?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON, to look into; an empty object when there is none. */
  readonly body: JsonNode;
  /** `data` of a list; empty when there is none. */
  readonly list: readonly JsonNode[];
}

/** JSON of unknown shape: what a test finds in it is asserted, not trusted. */
export interface JsonNode {
  readonly [key: string]: JsonNode;
}

/** A text somewhere in a body. @throws when it is none */
export function str(value: unknown): string {
  return z.string().parse(value);
}

const Body = z.custom<JsonNode>((value) => typeof value === 'object' && value !== null);
const List = z.looseObject({ data: z.array(Body) });

/** @param environment An empty `EVENT_STORE_URL` keeps its events in PostgreSQL, whatever the others do. */
export async function startTestApp(
  environment: Readonly<Record<string, string>> = {},
): Promise<TestApp> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'watchbook-app-'));
  const adminPassword = 'the administrator';
  const eventStore = await borrowEventStore(environment['DATABASE_URL'] ?? database.url);
  const configuration = readConfiguration({
    PORT: '0',
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    EVENT_STORE_URL: eventStore.url,
    ADMIN_EMAIL: 'admin@example.org',
    ADMIN_PASSWORD: adminPassword,
    LOG_LEVEL: 'silent',
    // Nothing is checked unless a test asks for it: the services of tests are all over the world.
    ROLES: 'api,projector',
    ...environment,
  });
  const application = await startApplication(configuration, createLogger(configuration.logLevel));
  const url = `http://127.0.0.1:${application.address.port}`;

  const call = (method: string, where: string, options: CallOptions = {}): Promise<Answer> =>
    send(`${url}/api/v1${where}`, method, options);

  const logIn = async (email: string, password: string): Promise<Person> => {
    const tokens = await call('POST', '/auth/login', { body: { email, password } });
    const token = str(tokens.body['access_token']);
    const me = await call('GET', '/users/me', { as: { token } });
    return { id: str(me.body['id']), email, password, token };
  };

  const admin = await logIn('admin@example.org', adminPassword);
  let people = 0;

  return {
    url,
    databaseUrl: database.url,
    eventStoreUrl: (environment['EVENT_STORE_URL'] ?? eventStore.url) || undefined,
    application,
    admin,
    call,
    async person(role = 'member') {
      people += 1;
      const email = `person-${people}@example.org`;
      const password = `password of ${people}`;
      const made = await call('POST', '/users', { as: admin, body: { email, password, role } });
      if (made.status !== 201) throw new Error(`No such person: ${made.text}`);
      return logIn(email, password);
    },
    async stop() {
      await application.stop();
      await eventStore.giveBack();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function send(url: string, method: string, options: CallOptions): Promise<Answer> {
  const { as, body, raw, headers = {} } = options;
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(url, {
    method,
    headers: {
      ...(as && { Authorization: `Bearer ${as.token}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(content !== undefined && { body: content }),
  });
  const text = await response.text();
  const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
  const parsed = Body.parse(isJson && text !== '' ? JSON.parse(text) : {});
  const list = List.safeParse(parsed).data?.data ?? [];
  return { status: response.status, headers: response.headers, text, body: parsed, list };
}
