import { passCheckpoint } from '../checkpoints/index.ts';
import { openGitRepository } from '../git/index.ts';
import { diffCommits } from './diff.ts';
import { publishInPlace } from './in-place.ts';
import { openStateMirror } from './mirror.ts';
import { publish } from './publish.ts';
import { findPublished, listFiles, readBranch, readPlan } from './reading.ts';
import { TEMPLATE_DIRECTORY, readTemplate } from './template.ts';
import type { Checkpoint } from '../checkpoints/index.ts';
import type { GitIdentity } from '../git/index.ts';
import type { StateRepository } from './state-repository.ts';
import type { Template } from './template.ts';

/** How a state repository is opened: in place, or through a mirror and pushes. */
export type StateRepositoryOptions = {
  /** Author and committer of the platform's commits. */
  author: GitIdentity;
  checkpoint?: Checkpoint;
  /** The time of a commit; the system's by default. */
  clock?: () => Date;
  /** Where the template lies; the installation's by default. */
  templateDirectory?: string;
  /** This repository's own token, for http(s) addresses. */
  token?: () => Promise<string | undefined>;
  /** A network command without output for so long is ended (default 60 s). */
  timeoutMs?: number;
} & (
  | {
      /** A bare repository of this machine. */
      path: string;
      mirrorDirectory?: string;
    }
  | {
      /** A repository elsewhere (http(s), ssh or file URL). */
      url: string;
      /** Where its mirror is kept; a cache that may be deleted. One process should own it. */
      mirrorDirectory: string;
    }
);

/** Opens a project's state repository. In place: CK-GIT-001 when there is none. Elsewhere: nothing is contacted before the first use. */
export async function openStateRepository(
  options: StateRepositoryOptions,
): Promise<StateRepository> {
  const { author, checkpoint = passCheckpoint, clock = () => new Date() } = options;
  const target =
    'path' in options
      ? publishInPlace(await openGitRepository(options.path))
      : await openStateMirror(options);
  const { repository } = target;
  let template: Promise<Template> | undefined;
  const context = {
    author,
    checkpoint,
    clock,
    template: () => (template ??= readTemplate(options.templateDirectory ?? TEMPLATE_DIRECTORY)),
  };
  const queues = new Map<string, Promise<unknown>>();

  /** Two publishes of this process to one branch wait for each other instead of racing. */
  function inTurn<T>(branch: string, work: () => Promise<T>): Promise<T> {
    const result = (queues.get(branch) ?? Promise.resolve()).then(work, work);
    queues.set(branch, result);
    const clean = () => {
      if (queues.get(branch) === result) queues.delete(branch);
    };
    result.then(clean, clean);
    return result;
  }

  return {
    async readBranch(branch) {
      await target.ready();
      return readBranch(repository, branch);
    },
    publish: (request) =>
      inTurn(request.branch, async () => {
        await target.ready();
        return publish(target, context, request);
      }),
    async findPublished(branch, trailer, since) {
      await target.refresh();
      return findPublished(repository, branch, trailer, since);
    },
    readPlan: (commit, stack) => readPlan(repository, commit, stack),
    listFiles: (commit, stack) => listFiles(repository, commit, stack),
    readFile: (oid) => repository.readBlob(oid),
    descendsFrom: (commit, ancestor) => repository.isAncestor(ancestor, commit),
    diff: (from, to, bounds) => diffCommits(repository, from, to, bounds),
    refresh: () => target.refresh(),
    maintain: () => repository.maintain(),
    close: () => repository.close(),
  };
}
