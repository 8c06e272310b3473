import { stateError } from './state-error.ts';

/** The file that makes a directory a rendered stack. */
export const PLAN_FILE = 'plan.json';

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const BRANCH = /^(env\/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?|slot\/[0-9]{1,9})$/;

/** The branch of an environment. */
export function environmentBranch(environment: string): string {
  return assertBranch(`env/${environment}`);
}

/** The branch of a slot. */
export function slotBranch(slot: number): string {
  return assertBranch(`slot/${slot}`);
}

/** Whether a directory at the root can be a stack's: a DNS label. */
export function isStackName(name: string): boolean {
  return LABEL.test(name);
}

/** The full ref of a state branch; CK-STATE-001 for any other branch. */
export function branchRef(branch: string): string {
  return `refs/heads/${assertBranch(branch)}`;
}

/** The stack's name again; CK-STATE-001 when it cannot be a directory of a state repository. */
export function assertStack(stack: string): string {
  if (isStackName(stack)) return stack;
  throw stateError('CK-STATE-001', `${JSON.stringify(stack)} is not a stack name`, { stack });
}

/** The path's parts; CK-STATE-001 for a path that is absolute, leaves its directory or means something to git. */
export function fileParts(stack: string, path: string): string[] {
  const parts = path.split('/');
  if (!parts.some(isBadPart)) return parts;
  throw stateError('CK-STATE-001', `${stack}: ${JSON.stringify(path)} is not a file path`, {
    stack,
    path,
  });
}

function isBadPart(part: string): boolean {
  if (part === '' || part.includes('\0')) return true;
  return part.startsWith('.') && (part === '.' || part === '..' || part.toLowerCase() === '.git');
}

function assertBranch(branch: string): string {
  if (BRANCH.test(branch)) return branch;
  throw stateError('CK-STATE-001', `${JSON.stringify(branch)} is not a state branch`, { branch });
}
