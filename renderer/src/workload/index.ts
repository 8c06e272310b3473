export { jobObject, type JobOutcome, type JobUnit } from './job.ts';
export type { WorkloadProblem } from './check.ts';
export {
  workloadObjects,
  type ResolvedWorkload,
  type WorkloadOutcome,
  type WorkloadUnit,
} from './workload-objects.ts';
