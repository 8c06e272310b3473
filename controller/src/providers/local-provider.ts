import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createOpenedRepositories } from './opened-repositories.ts';
import { sourceError } from './source-error.ts';
import { createSourceReader } from './source-reader.ts';
import type { RepositoryProvider, RepositoryRef } from './repository-provider.ts';

/** Reads bare repositories of this machine in place, without a copy and without the network. */
export function createLocalProvider(): RepositoryProvider {
  const opened = createOpenedRepositories();
  return {
    async readHead(repository, ref) {
      return (await opened.open(localPath(repository))).resolveRef(ref);
    },
    async listHeads(repository) {
      return (await opened.open(localPath(repository))).listRefs('refs/heads/');
    },
    async openSource(repository, sha) {
      const git = await opened.open(localPath(repository));
      if (!(await git.hasObject(sha))) {
        throw sourceError('CK-SRC-001', repository.fullName, `commit ${sha} does not exist`, {
          commit: sha,
        });
      }
      return createSourceReader(git, sha);
    },
    close: () => opened.close(),
  };
}

function localPath({ url, fullName }: RepositoryRef): string {
  if (isAbsolute(url)) return url;
  if (url.startsWith('file://')) return fileURLToPath(url);
  throw sourceError('CK-SRC-002', fullName, `${JSON.stringify(url)} is not an absolute path`);
}
