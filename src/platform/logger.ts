import { type Logger, pino } from 'pino';
import { type LogLevel } from './configuration.js';

export type { Logger } from 'pino';

/** JSON lines on standard output; what could be a secret is left out wherever it turns up. */
export function createLogger(level: LogLevel): Logger {
  return pino({
    level,
    base: { name: 'watchbook' },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['password', '*.password', 'token', '*.token', 'authorization', '*.authorization'],
  });
}
