import type { GitRepository } from '../git/index.ts';
import type { PublishTarget } from './publish.ts';

/** Publishing straight into a bare repository of this machine: the swap of the ref is the guard. */
export function publishInPlace(repository: GitRepository): PublishTarget {
  return {
    repository,
    ready: () => Promise.resolve(),
    head: (ref) => repository.resolveRef(ref),
    async advance(changes) {
      const answer = await repository.updateRefs(changes);
      return answer.kind === 'updated'
        ? answer
        : { kind: 'moved', reason: `it stands at ${answer.actual ?? 'nothing'}` };
    },
    confirm: () => Promise.resolve(true),
    refresh: () => Promise.resolve(),
  };
}
