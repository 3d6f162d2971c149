import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Something to clean up when it is no longer needed, and also should this process be killed: a shell waits for its end
 * of a pipe, and runs the script then.
 *
 * @param script Of a shell; `$0` is the path.
 * @returns A function that lets it run now, and waits for it.
 */
export function guard(path: string, script: string): () => Promise<void> {
  const shell = spawn('sh', ['-c', `cat > /dev/null; ${script}`, path], {
    stdio: ['pipe', 'ignore', 'inherit'],
    // Ctrl-C is not for it.
    detached: true,
  });
  const ended = once(shell, 'exit');
  shell.unref();
  return async () => {
    shell.ref();
    shell.stdin.end();
    await ended;
  };
}

/** Ends the server that may run on the data folder `$0`. */
export const endPostgres = `
  pid=$(head -n 1 "$0/postgres/postmaster.pid" 2> /dev/null) &&
    kill -QUIT "$pid" 2> /dev/null &&
    while kill -0 "$pid" 2> /dev/null; do sleep 0.1; done`;
