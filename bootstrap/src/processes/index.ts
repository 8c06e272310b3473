export { endProcess, type EndOptions } from './end-process.ts';
export { identityOf, isAlive, type ProcessIdentity } from './identity.ts';
export { acquireLock, readLockHolder, type Lock } from './lock.ts';
export { lowerPriority } from './lower-priority.ts';
export { logTail } from './log-tail.ts';
export { withParentDeath } from './parent-death.ts';
