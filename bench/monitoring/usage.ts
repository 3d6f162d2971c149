import { readFile } from 'node:fs/promises';

/** Resident memory of a process in MiB, and its CPU time so far in seconds. */
export async function usageOf(
  pid: number,
): Promise<{ readonly residentMiB: number; readonly cpuSeconds: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const residentKiB = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
  return { residentMiB: residentKiB / 1024, cpuSeconds: await cpuSecondsOf(pid) };
}

/** Of the whole machine since it was started: how long its cores were busy and how long they were idle, in seconds. */
export async function machineSeconds(): Promise<{ readonly busy: number; readonly idle: number }> {
  const [, ...fields] = (await readFile('/proc/stat', 'utf8')).split('\n')[0]?.split(/\s+/) ?? [];
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, soft = 0] =
    fields.map(Number);
  return {
    busy: (user + nice + system + irq + soft) / ticksPerSecond,
    idle: (idle + wait) / ticksPerSecond,
  };
}

async function cpuSecondsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The second field, a name in parentheses, may hold spaces; times are the 14th and the 15th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** USER_HZ is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;
