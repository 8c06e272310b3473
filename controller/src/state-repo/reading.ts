import { validateExecutionPlan } from '@codex-k8s/schema';
import { isGitError } from '../git/index.ts';
import { PLAN_FILE, branchRef, isStackName } from './layout.ts';
import type { GitCommit, GitRepository } from '../git/index.ts';
import type { BranchState, PlanReading } from './state-repository.ts';
import type { Trailer } from './trailers.ts';

const WALK_LIMIT = 2_000;

/** See `StateRepository.readBranch`. */
export async function readBranch(
  repository: GitRepository,
  branch: string,
): Promise<BranchState | undefined> {
  const head = await repository.resolveRef(branchRef(branch));
  if (head === undefined) return undefined;
  const root = (await repository.listTree(head)) ?? [];
  const stacks = root.filter(({ type, name }) => type === 'tree' && isStackName(name));
  return { head, stacks: new Map(stacks.map(({ name, oid }) => [name, oid])) };
}

/** See `StateRepository.readPlan`. */
export async function readPlan(
  repository: GitRepository,
  commit: string,
  stack: string,
): Promise<PlanReading> {
  const entry = (await directory(repository, commit, stack))?.find(
    ({ name }) => name === PLAN_FILE,
  );
  if (entry === undefined) return { kind: 'absent' };
  if (entry.type !== 'blob')
    return { kind: 'unreadable', reason: `${stack}/${PLAN_FILE} is not a file` };
  let text: string;
  try {
    text = (await repository.readBlob(entry.oid)).toString('utf8');
  } catch (error) {
    if (isGitError(error, 'CK-GIT-004')) return { kind: 'unreadable', reason: error.data.message };
    throw error;
  }
  return parsePlan(text, stack);
}

function parsePlan(text: string, stack: string): PlanReading {
  const where = `${stack}/${PLAN_FILE}`;
  if (text.trim() === '') return { kind: 'unreadable', reason: `${where} is empty` };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'unreadable', reason: `${where} is not JSON: ${reason}` };
  }
  const checked = validateExecutionPlan(value);
  if (!checked.ok) {
    const [first] = checked.errors;
    const at = first === undefined || first.path.length === 0 ? '' : ` at ${first.path.join('.')}`;
    return {
      kind: 'unreadable',
      reason: `${where} is not an ExecutionPlan: ${first?.message ?? 'invalid'}${at}`,
    };
  }
  if (checked.value.stack !== stack) {
    return { kind: 'unreadable', reason: `${where} is the plan of stack ${checked.value.stack}` };
  }
  return { kind: 'plan', plan: checked.value };
}

/** See `StateRepository.listFiles`. */
export async function listFiles(
  repository: GitRepository,
  commit: string,
  stack: string,
): Promise<Map<string, string>> {
  const root = isStackName(stack) ? await repository.listTree(commit) : undefined;
  const entry = root?.find(({ name, type }) => name === stack && type === 'tree');
  const files = entry === undefined ? [] : await repository.walkTree(entry.oid);
  return new Map(files.map(({ path, oid }) => [path, oid]));
}

/** See `StateRepository.findPublished`: newest first, all parents, until `since`. */
export async function findPublished(
  repository: GitRepository,
  branch: string,
  [key, value]: Trailer,
  since?: string,
): Promise<GitCommit | undefined> {
  const head = await repository.resolveRef(branchRef(branch));
  const open = head === undefined ? [] : [head];
  const seen = new Set(since === undefined ? [] : [since]);
  for (
    let next = open.shift();
    next !== undefined && seen.size <= WALK_LIMIT;
    next = open.shift()
  ) {
    if (seen.has(next)) continue;
    seen.add(next);
    const commit = await repository.readCommit(next);
    if (commit.trailers.some((trailer) => trailer[0] === key && trailer[1] === value))
      return commit;
    open.push(...commit.parents);
  }
  return undefined;
}

async function directory(repository: GitRepository, commit: string, stack: string) {
  return isStackName(stack) ? repository.listTree(commit, stack) : undefined;
}
