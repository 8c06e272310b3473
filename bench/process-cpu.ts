import { readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** CPU time of a process so far, user and system, in milliseconds; 0 where the system does not tell. */
export function cpuMilliseconds(pid: number): number {
  try {
    // The second field is the command in parentheses and may contain spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1000;
  } catch {
    return 0;
  }
}
