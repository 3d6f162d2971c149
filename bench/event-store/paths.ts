import path from 'node:path';

/** From `bench/event-store`, or what tsc has made of it in `bench/dist/bench/event-store`. */
const isCompiled = import.meta.dirname.endsWith(path.join('bench/dist/bench/event-store'));

/** Where the project stands. */
const root = path.resolve(import.meta.dirname, isCompiled ? '../../../..' : '../..');

export const migrations = path.join(root, 'migrations');
export const benchPackage = path.join(root, 'bench');
export const slowFsyncSource = path.join(root, 'bench/event-store/slow-fsync.c');
