export { maintainProject } from './maintain-project.ts';
export { scheduleSweep, scheduleSweeps, sweepProject } from './sweep-project.ts';
export type { SweepWork } from './sweep-project.ts';
