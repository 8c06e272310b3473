export { startApplyRole } from './apply-role.ts';
export type { ApplyRole } from './apply-role.ts';
export { startControllerRole } from './controller-role.ts';
export type { ControllerRole, RunningRole } from './controller-role.ts';
export { createOpenRepositories } from './repositories.ts';
export type { OpenRepositories } from './repositories.ts';
