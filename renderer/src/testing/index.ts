export { git, gitTreeOf } from './git.ts';
export { mistakes, type Edit, type Mistake } from './mistakes/index.ts';
export { installedPrograms } from './installed-programs.ts';
export { installTimeoutMs, realPrograms } from './programs.ts';
export {
  findingsOf,
  renderFine,
  renderTexts,
  stackText,
  textOf,
  type TextInputs,
} from './render-texts.ts';
export { createTestRepository, type TestRepository } from './repository.ts';
export {
  nameOf,
  repositoryRoot,
  repositoryStacks,
  type RepositoryStack,
} from './repository-stacks.ts';
export { runMain, type Ended } from './run-main.ts';
export { leavesOf, wholeStack, withLeaf, type Json, type Path } from './whole-stack.ts';
