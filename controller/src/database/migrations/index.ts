import { MainPath } from './0001-main-path.ts';
import { HookRuns } from './0002-hook-runs.ts';

/** Every migration in the order of application; a released one is never changed. */
export const migrations = [
  { name: '0001-main-path', class: MainPath },
  { name: '0002-hook-runs', class: HookRuns },
] as const;
