export { fromHook, fromMigration, type DeclaredHook } from './declared-hook.ts';
export { planHooks, type HookUnit, type PlannedHook } from './hook-jobs.ts';
