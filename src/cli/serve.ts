import { type Application, startApplication } from '../composition/application.js';
import { type Configuration, readConfiguration } from '../platform/configuration.js';
import { createLogger } from '../platform/logger.js';
import { stopSignal } from './stop-signal.js';

/** Runs Watchbook until it is told to stop. */
export async function serve(): Promise<void> {
  const configuration = readConfiguration(process.env);
  const log = createLogger(configuration.logLevel);
  // Listened for from the very beginning: whoever changes their mind during the start is heard, too.
  const stopping = stopSignal();
  const application = await start(configuration, log);
  process.stdout.write(welcome(application, configuration));
  const signal = await stopping;
  log.info({ signal }, 'Stopping: running requests may finish');
  await application.stop();
  log.info('Stopped');
}

/** Something outside keeps Watchbook from serving; the message says what to do. */
class CannotServe extends Error {
  override readonly name = 'CannotServe';
}

async function start(
  configuration: Configuration,
  log: ReturnType<typeof createLogger>,
): Promise<Application> {
  try {
    return await startApplication(configuration, log);
  } catch (error) {
    const { host, port, databaseUrl } = configuration;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'EADDRINUSE')
      throw new CannotServe(`Port ${port} on ${host} is taken. Set PORT to another one.`, {
        cause: error,
      });
    if (isAboutListening(error, host))
      throw new CannotServe(
        `Cannot listen on ${host}, port ${port} (${code}). Check HOST and PORT.`,
        { cause: error },
      );
    if (databaseUrl !== undefined && isOfPgBouncer(error))
      throw new CannotServe(
        `The database at ${withoutPassword(databaseUrl)} is behind PgBouncer. Add the parameter pgbouncer=true to DATABASE_URL, as in postgres://…/watchbook?pgbouncer=true.`,
        { cause: error },
      );
    if (databaseUrl !== undefined && /^(ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|28|3D000)/.test(code))
      throw new CannotServe(
        `The database at ${withoutPassword(databaseUrl)} cannot be used (${code}). Check DATABASE_URL.`,
        { cause: error },
      );
    throw error;
  }
}

function isAboutListening(error: unknown, host: string): boolean {
  if (!(error instanceof Error)) return false;
  const isOfListen = 'syscall' in error && error.syscall === 'listen';
  return isOfListen || ('hostname' in error && error.hostname === host);
}

/** It refuses what connections of ours ask for where nothing is known of it. Migrations ask for less, and get through. */
function isOfPgBouncer(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    /^unsupported startup parameter: (statement_timeout|idle_in_transaction_session_timeout)$/.test(
      error.message,
    ) || isOfPgBouncer(error.cause)
  );
}

function withoutPassword(url: string): string {
  const shown = new URL(url);
  shown.password = '';
  return shown.href;
}

function welcome(application: Application, { roles }: Configuration): string {
  const { address, firstAdministrator } = application;
  const lines: string[] = [];
  if (firstAdministrator?.generatedPassword !== undefined)
    lines.push(
      'The administrator of this Watchbook, told only this once:',
      '',
      `  e-mail    ${firstAdministrator.email}`,
      `  password  ${firstAdministrator.generatedPassword}`,
      '',
    );
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  const url = `http://${host}:${address.port}`;
  if (roles.has('api'))
    lines.push(
      `Watchbook listens on ${url}`,
      '',
      `  ${url}/docs     the API, to read and to try`,
      `  ${url}/readyz   whether all is well`,
      '',
      `Try it:  curl ${url}/api/v1/auth/login --data-urlencode username=… --data-urlencode password=…`,
    );
  else
    lines.push(
      `Watchbook runs as ${[...roles].join(', ')}; ${url}/readyz says whether all is well`,
    );
  lines.push('Ctrl-C stops it.');
  return `\n${lines.join('\n')}\n\n`;
}
