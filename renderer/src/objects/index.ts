export { finishUnit, isPlatformLabel, platformLabels } from './finish.ts';
export {
  isRecord,
  type DeclaredObject,
  type FinishedObject,
  type FinishedUnit,
  type StackMarks,
} from './kubernetes-object.ts';
export { groupOf, isClusterScoped } from './scope.ts';
