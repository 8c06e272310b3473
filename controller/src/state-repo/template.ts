import { readFile, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeObject } from '../git/index.ts';
import { makeDirectory } from './directory-tree.ts';
import { stateError } from './state-error.ts';
import type { GitObject } from '../git/index.ts';

/** The root directory of a new branch. */
export interface Template {
  tree: string;
  objects: GitObject[];
}

/** Where the template lies in this installation. */
export const TEMPLATE_DIRECTORY = fileURLToPath(
  new URL('../../../gitops-repo-template/', import.meta.url),
);

/** The files every new state branch starts from, as git trees; CK-STATE-006 when there are none. */
export async function readTemplate(directory: string): Promise<Template> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(
    (cause: unknown) => {
      throw stateError('CK-STATE-006', `${directory} cannot be read`, { directory }, cause);
    },
  );
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  if (paths.length === 0) throw stateError('CK-STATE-006', `${directory} is empty`, { directory });
  const files = await Promise.all(
    paths.map(async (path) => {
      const bytes = await readFile(path);
      return {
        path: relative(directory, path).split(sep).join('/'),
        bytes,
        digest: makeObject('blob', bytes).oid,
      };
    }),
  );
  return makeDirectory('template', files);
}
