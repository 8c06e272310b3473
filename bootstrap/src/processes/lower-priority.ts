import { setPriority } from 'node:os';

/** Lets a process stand back behind what people wait for. Where that cannot be, only politeness is lost. */
export function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, 5);
  } catch {
    // Gone already, or the system forbids it.
  }
}
