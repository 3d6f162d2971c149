import { type Logger, pino } from 'pino';
import { type LogLevel } from './configuration.js';

export type { Logger } from 'pino';

/** JSON lines on standard output; what could be a secret is left out wherever it turns up. */
export function createLogger(level: LogLevel): Logger {
  return pino({
    level,
    base: { name: 'watchbook' },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describe },
    redact: ['password', '*.password', 'token', '*.token', 'authorization', '*.authorization'],
  });
}

/** Libraries hang rows, parameters and whole queries on their errors; those may hold anything, and stay out. */
function describe(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error ? { code: String(error.code) } : {};
  const { name, message, stack, cause } = error;
  return {
    type: name,
    message,
    ...code,
    stack,
    ...(cause !== undefined && { cause: describe(cause) }),
  };
}
