import { z } from 'zod';
import { parseCidr } from './cidr.js';
import { type EventStoreAddress, parseEventStoreAddress } from './event-store-address.js';
import { parsedUrl } from './parsed-url.js';
import { isParameterKnown } from './pgbouncer.js';

/** Everything about Watchbook that can be set from outside: environment variables, also from a file `.env`. */
export interface Configuration {
  readonly host: string;
  readonly port: number;
  /** Embedded database and keys. */
  readonly dataDir: string;
  /** `undefined`: the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  /** `undefined`: events are kept in PostgreSQL, beside everything else. */
  readonly eventStore: EventStoreAddress | undefined;
  readonly roles: ReadonlySet<Role>;
  readonly adminEmail: string | undefined;
  readonly adminPassword: string | undefined;
  readonly signup: 'open' | 'closed';
  readonly logLevel: LogLevel;
  readonly readModelWaitMs: number;
  /** Given instead of the key under `dataDir`; processes that share users must share it. */
  readonly jwtSecret: string | undefined;
  readonly keepDays: KeepDays;
  /** How many reverse proxies stand before Watchbook, for the addresses that login throttling counts. */
  readonly trustedProxies: number;
  /** Networks, as `10.0.0.0/8`, that checks may connect to where the defaults say otherwise. */
  readonly checkAllowCidrs: readonly string[];
  /** Networks that checks must not connect to, whatever else is said. */
  readonly checkDenyCidrs: readonly string[];
  readonly allowLoopbackChecks: boolean;
  /** Webhooks may go to private addresses, and to this computer. */
  readonly allowPrivateWebhooks: boolean;
  /** How mails are sent; `undefined`: not at all. */
  readonly mail: { readonly smtpUrl: string; readonly from: string } | undefined;
  /** Where people reach this Watchbook, without a slash at the end. */
  readonly publicUrl: string | undefined;
}

/** For how many days measurements are kept. */
export interface KeepDays {
  /** Single results of checks, and their sums of five minutes. */
  readonly results: number;
  /** Sums of hours. */
  readonly hourly: number;
}

export const roles = ['api', 'projector', 'monitor'] as const;
export type Role = (typeof roles)[number];

const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Thrown with everything that is wrong, one line each. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  constructor(readonly problems: readonly string[]) {
    super(`The configuration is not right:\n${problems.map((line) => `  ${line}`).join('\n')}`);
  }
}

/** @throws ConfigurationError naming every variable that is wrong, at once. */
export function readConfiguration(
  environment: Readonly<Record<string, string | undefined>>,
): Configuration {
  const set = Object.fromEntries(
    Object.keys(Environment.shape).flatMap((name) => {
      const value = environment[name]?.trim();
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
  const parsed = Environment.safeParse(set);
  if (!parsed.success)
    throw new ConfigurationError([
      ...new Set(parsed.error.issues.map(({ path, message }) => `${String(path[0])}: ${message}`)),
    ]);
  const env = parsed.data;
  return {
    host: env.HOST,
    port: env.PORT,
    dataDir: env.DATA_DIR,
    databaseUrl: env.DATABASE_URL,
    eventStore: env.EVENT_STORE_URL,
    roles: new Set(env.ROLES),
    adminEmail: env.ADMIN_EMAIL,
    adminPassword: env.ADMIN_PASSWORD,
    signup: env.SIGNUP,
    logLevel: env.LOG_LEVEL,
    readModelWaitMs: env.READ_MODEL_WAIT_MS,
    jwtSecret: env.JWT_SECRET,
    keepDays: { results: env.KEEP_RESULTS_DAYS, hourly: env.KEEP_HOURLY_DAYS },
    trustedProxies: env.TRUSTED_PROXIES,
    checkAllowCidrs: env.CHECK_ALLOW_CIDRS,
    checkDenyCidrs: env.CHECK_DENY_CIDRS,
    allowLoopbackChecks: env.ALLOW_LOOPBACK_CHECKS,
    allowPrivateWebhooks: env.ALLOW_PRIVATE_WEBHOOKS,
    mail: mailOf(env),
    publicUrl: env.PUBLIC_URL,
  };
}

/** One without the other is a mistake that would show only when something breaks. */
function mailOf({
  SMTP_URL: smtpUrl,
  MAIL_FROM: from,
}: {
  readonly SMTP_URL?: string | undefined;
  readonly MAIL_FROM?: string | undefined;
}): Configuration['mail'] {
  if (smtpUrl === undefined && from === undefined) return undefined;
  if (smtpUrl === undefined)
    throw new ConfigurationError(['MAIL_FROM: Goes with SMTP_URL, which is not set']);
  if (from === undefined)
    throw new ConfigurationError(['SMTP_URL: Goes with MAIL_FROM, which is not set']);
  return { smtpUrl, from };
}

const wholeNumber = (least: number, most: number): z.ZodType<number> =>
  z
    .string()
    .regex(/^[0-9]{1,9}$/, 'Must be a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `Must be ${least} to ${most}`);

const networks = z
  .string()
  .default('')
  .transform((list, context) => {
    const parts = list.split(',').map((part) => part.trim());
    return parts.filter(Boolean).flatMap((part) => {
      const cidr = parseCidr(part);
      if (cidr === undefined) {
        const message = `Must be a list of networks such as 10.0.0.0/8, fd00::/8 (${part} is none)`;
        context.addIssue({ code: 'custom', message });
      }
      return cidr ?? [];
    });
  });

const yesOrNo = z
  .enum(['true', 'false'], { error: 'Must be true or false' })
  .default('false')
  .transform((value) => value === 'true');

const Environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(8000),
  DATA_DIR: z.string().default('.data'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'Must begin with postgres:// (leave it out for the embedded one)')
    .refine(
      (url) => parsedUrl(url) !== undefined,
      'Must be a URL such as postgres://user:password@host/name',
    )
    .refine(isParameterKnown, 'Its parameter pgbouncer must be true or false')
    .optional(),
  EVENT_STORE_URL: z
    .string()
    .transform((url, context) => {
      try {
        return parseEventStoreAddress(url);
      } catch (error) {
        const message = error instanceof Error ? error.message : 'Must be a connection string';
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      }
    })
    .optional(),
  ROLES: z
    .string()
    .default(roles.join(','))
    .transform((list) => list.split(',').map((role) => role.trim()))
    .pipe(z.array(z.enum(roles, { error: `Must be a list out of ${roles.join(', ')}` })).min(1)),
  ADMIN_EMAIL: z.email('Must be an e-mail address').max(255).optional(),
  ADMIN_PASSWORD: z.string().min(8, 'Must have 8 characters at least').max(128).optional(),
  SIGNUP: z.enum(['open', 'closed'], { error: 'Must be open or closed' }).default('open'),
  LOG_LEVEL: z.enum(logLevels, { error: `Must be one of ${logLevels.join(', ')}` }).default('info'),
  READ_MODEL_WAIT_MS: wholeNumber(0, 60_000).default(5000),
  JWT_SECRET: z.string().min(32, 'Must have 32 characters at least').optional(),
  KEEP_RESULTS_DAYS: wholeNumber(1, 3_650).default(30),
  KEEP_HOURLY_DAYS: wholeNumber(1, 36_500).default(365),
  TRUSTED_PROXIES: wholeNumber(0, 10).default(0),
  CHECK_ALLOW_CIDRS: networks,
  CHECK_DENY_CIDRS: networks,
  ALLOW_LOOPBACK_CHECKS: yesOrNo,
  ALLOW_PRIVATE_WEBHOOKS: yesOrNo,
  SMTP_URL: z
    .string()
    .refine(
      (url) => /^smtps?:\/\//.test(url) && parsedUrl(url) !== undefined,
      'Must be a URL such as smtp://user:password@host:587',
    )
    .optional(),
  MAIL_FROM: z
    .string()
    .max(255)
    .regex(
      /^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/,
      'Must be a mailbox, such as Watchbook <watchbook@example.org>',
    )
    .optional(),
  PUBLIC_URL: z
    .string()
    .regex(/^https?:\/\/[^/?#]+/, 'Must be a URL such as https://watchbook.example.org')
    .refine(
      (url) => parsedUrl(url) !== undefined,
      'Must be a URL such as https://watchbook.example.org',
    )
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
});
