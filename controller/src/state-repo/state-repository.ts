import type { ExecutionPlan } from '@codex-k8s/schema';
import type { GitCommit } from '../git/index.ts';
import type { Trailer } from './trailers.ts';

/** A rendered stack as it is to stand in the state repository. */
export interface StackDirectory {
  stack: string;
  /** Git tree id of the directory; published only when the files really hash to it. */
  contentHash: string;
  /** What stood there when it was decided to publish: a directory that has changed since is left alone. Left out: whatever stands there. */
  replaces?: { contentHash: string | undefined };
  /** Every file of the directory, `plan.json` included; `digest` is the git blob id of the bytes. */
  files: { path: string; bytes: Uint8Array; digest: string }[];
}

/** What becomes one commit: the directories are replaced as a whole, everything else is kept. */
export interface PublishRequest {
  /** `env/<name>` or `slot/<n>`; created from the template when it does not exist. */
  branch: string;
  directories: StackDirectory[];
  subject: string;
  trailers: Trailer[];
}

/** `unchanged`: the branch already holds every directory; no commit was made and no trailer written. */
export type PublishResult =
  | { kind: 'published'; commit: string; parent: string | undefined; attempts: number }
  | { kind: 'unchanged'; head: string };

/** A branch at one moment; `stacks` maps every stack-named root directory to its content hash. */
export interface BranchState {
  head: string;
  stacks: Map<string, string>;
}

/** The plan of a stack at a commit; absence and damage are facts, never commands. */
export type PlanReading =
  | { kind: 'plan'; plan: ExecutionPlan }
  | { kind: 'absent' }
  | { kind: 'unreadable'; reason: string };

/** One changed file; `patch` is a unified diff with secret values masked. */
export interface FileDiff {
  path: string;
  change: 'added' | 'modified' | 'removed';
  patch: string;
  /** The patch was cut, or left out, to stay inside the bounds. */
  truncated: boolean;
}

/** Bounds of a diff. */
export interface DiffOptions {
  /** Only this stack's directory. */
  stack?: string;
  /** Bytes of all patches together (default 1 MiB). */
  maxBytes?: number;
  /** Files shown with a patch (default 500); the others are still listed, as truncated. */
  maxFiles?: number;
}

/**
 * A project's state repository (design §4). For a remote one everything read is as of the last
 * refresh or publish; publishing and looking for a published commit ask the remote.
 * Errors carry CK-STATE or CK-GIT codes.
 */
export interface StateRepository {
  /** The branch now; undefined when it does not exist. */
  readBranch(branch: string): Promise<BranchState | undefined>;
  /**
   * Commits the directories on the branch by compare-and-swap. When someone else moved the branch,
   * the same directories go on the new head (their commits stay); never a textual merge.
   */
  publish(request: PublishRequest): Promise<PublishResult>;
  /** The newest commit of the branch with the trailer, for adoption after a crash; the walk ends at `since` (left out) or after 2,000 commits. */
  findPublished(branch: string, trailer: Trailer, since?: string): Promise<GitCommit | undefined>;
  readPlan(commit: string, stack: string): Promise<PlanReading>;
  /** Path inside the stack's directory → blob id; empty when there is no such directory. */
  listFiles(commit: string, stack: string): Promise<Map<string, string>>;
  /** A file's bytes by blob id. Shared with a cache: do not change them. */
  readFile(oid: string): Promise<Buffer>;
  /** Whether `ancestor` is `commit` or before it; false also when either is unknown here. */
  descendsFrom(commit: string, ancestor: string): Promise<boolean>;
  /** The changed files between two commits (`from` undefined: everything is new), by path. */
  diff(from: string | undefined, to: string, options?: DiffOptions): Promise<FileDiff[]>;
  /** Learns what others pushed; nothing to do in place. CK-GIT-008 when the remote cannot be reached. */
  refresh(): Promise<void>;
  /** Packs and prunes; long, for queue work. */
  maintain(): Promise<void>;
  close(): Promise<void>;
}
