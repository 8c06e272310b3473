import { MainPath } from './0001-main-path.ts';
import { HookRuns } from './0002-hook-runs.ts';
import { ReleasedHookRuns } from './0003-released-hook-runs.ts';

/** Every migration in the order of application; a released one is never changed. */
export const migrations = [
  { name: '0001-main-path', class: MainPath },
  { name: '0002-hook-runs', class: HookRuns },
  { name: '0003-released-hook-runs', class: ReleasedHookRuns },
] as const;
