import path from 'node:path';

/** Where the project stands, from `bench/dist/bench/event-store`: what is measured is what tsc makes of it. */
const root = path.resolve(import.meta.dirname, '../../../..');

export const migrations = path.join(root, 'migrations');
export const benchPackage = path.join(root, 'bench');
export const slowFsyncSource = path.join(root, 'bench/event-store/slow-fsync.c');
