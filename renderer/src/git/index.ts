export { RepositoryError, type RepositoryProblem } from './repository-error.ts';
export { openRepository, type GitRepository } from './repository.ts';
