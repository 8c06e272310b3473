export { scheduleSweeps, sweepProject } from './sweep-project.ts';
export type { SweepWork } from './sweep-project.ts';
