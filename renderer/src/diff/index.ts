export {
  diffSides,
  type DiffOptions,
  type EnvironmentPair,
  type SideOutcome,
} from './diff-sides.ts';
export { lineDiff, type DiffLine } from './line-diff.ts';
export { listStacks, readStackDirectory } from './read-state.ts';
export { UnreadableStateError, type StackContent } from './stack-content.ts';
export { hidden } from './masked.ts';
export { hideValues, isSecretName } from './masking.ts';
