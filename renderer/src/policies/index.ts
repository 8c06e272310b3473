export { checkObjects, type CheckedUnit, type CheckInputs } from './check-objects.ts';
export { checkStack, type CheckedStack } from './check-stack.ts';
export type { EnvironmentClass, Policy, PolicyName } from './policy.ts';
export { policies } from './rules/index.ts';
