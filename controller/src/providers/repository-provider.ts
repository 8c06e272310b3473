import type { SourceReader } from '@codex-k8s/renderer';

/** A repository as the platform registered it. */
export interface RepositoryRef {
  id: string;
  provider: 'local' | 'git' | 'github';
  /** `owner/name`, as it stands in webhooks. */
  fullName: string;
  /** Address for git; an absolute path (or file URL) for `local`. Never with credentials. */
  url: string;
  /** This repository's own token, asked for before each command that needs the network. */
  token?: () => Promise<string | undefined>;
}

/**
 * Where sources come from. One contract suite (`contract.ts`) holds for every implementation.
 * Errors carry CK-SRC or CK-GIT codes; an unreachable repository is CK-GIT-008, one that is gone
 * CK-GIT-001 (here) or CK-GIT-013 (remote), refused credentials CK-GIT-009.
 */
export interface RepositoryProvider {
  /** The commit a full ref names now, tags peeled; undefined when there is no such ref. */
  readHead(repository: RepositoryRef, ref: string): Promise<string | undefined>;
  /** Every branch (full ref name) with its commit, for the sweep. */
  listHeads(repository: RepositoryRef): Promise<Map<string, string>>;
  /** Reads the source as it was at a commit, whatever the branches say now. CK-SRC-001 when it cannot be had. */
  openSource(repository: RepositoryRef, sha: string): Promise<SourceReader>;
  /** Packs what this machine keeps of the repository, where it keeps anything; long, for queue work. */
  maintain?(repository: RepositoryRef): Promise<void>;
  close(): Promise<void>;
}
