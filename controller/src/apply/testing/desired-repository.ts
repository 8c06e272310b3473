import { createHash } from 'node:crypto';
import type { ExecutionPlan } from '@codex-k8s/schema';
import type { DesiredState, PlanReading } from '../ports.ts';

/** The files of a stack directory: path inside it → text. */
export type Directory = Map<string, string>;

/** The desired state of one environment, in memory: commits of directories, with git's own blob ids. */
export interface DesiredRepository extends DesiredState {
  /** Commits the current directories with these changes (undefined removes one) on top of the head. */
  commit(changes: Record<string, Directory | undefined>): string;
  /** Moves the branch, as a forced push does; undefined deletes it. */
  reset(commit: string | undefined): void;
  /** The commit before. */
  parent(commit: string): string | undefined;
  readonly headCommit: string | undefined;
  hashOf(stack: string): string;
}

interface Commit {
  parent: string | undefined;
  stacks: Map<string, string>;
}

export function createDesiredRepository(): DesiredRepository {
  const blobs = new Map<string, Uint8Array>();
  const trees = new Map<string, Map<string, string>>();
  const commits = new Map<string, Commit>();
  let head: string | undefined;

  function store(directory: Directory): string {
    const files = new Map<string, string>();
    for (const [path, text] of [...directory].toSorted(([one], [other]) =>
      one < other ? -1 : 1,
    )) {
      const bytes = Buffer.from(text);
      const oid = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
      blobs.set(oid, bytes);
      files.set(path, oid);
    }
    const hash = createHash('sha1')
      .update(JSON.stringify([...files]))
      .digest('hex');
    trees.set(hash, files);
    return hash;
  }

  function stacksOf(commit: string | undefined): Map<string, string> {
    return new Map(commit === undefined ? [] : commits.get(commit)?.stacks);
  }

  function filesOf(commit: string, stack: string): Map<string, string> {
    return trees.get(stacksOf(commit).get(stack) ?? '') ?? new Map<string, string>();
  }

  return {
    get headCommit() {
      return head;
    },
    commit(changes) {
      const stacks = stacksOf(head);
      for (const [stack, directory] of Object.entries(changes)) {
        if (directory === undefined) stacks.delete(stack);
        else stacks.set(stack, store(directory));
      }
      const content = JSON.stringify([head, [...stacks], commits.size]);
      const commit = createHash('sha1').update(content).digest('hex');
      commits.set(commit, { parent: head, stacks });
      head = commit;
      return commit;
    },
    reset(commit) {
      head = commit;
    },
    parent: (commit) => commits.get(commit)?.parent,
    hashOf: (stack) => stacksOf(head).get(stack) ?? '',

    async head() {
      return head === undefined ? undefined : { commit: head, stacks: stacksOf(head) };
    },
    async descendsFrom(commit, ancestor) {
      let current: string | undefined = commit;
      while (current !== undefined && current !== ancestor) current = commits.get(current)?.parent;
      return current === ancestor;
    },
    async readPlan(commit, stack): Promise<PlanReading> {
      const oid = filesOf(commit, stack).get('plan.json');
      if (oid === undefined) return { kind: 'absent' };
      try {
        const plan: ExecutionPlan = JSON.parse(Buffer.from(blobs.get(oid) ?? []).toString());
        return { kind: 'plan', plan };
      } catch {
        return { kind: 'unreadable', reason: 'not JSON' };
      }
    },
    async listFiles(commit, stack) {
      const files = filesOf(commit, stack);
      return new Map([...files].filter(([path]) => path !== 'plan.json'));
    },
    async readFile(oid) {
      const bytes = blobs.get(oid);
      if (!bytes) throw new Error(`there is no blob ${oid}`);
      return bytes;
    },
  };
}
