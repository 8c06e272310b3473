export { isProven, verifyCommit, type VerifyRequest } from './verify-commit.ts';
