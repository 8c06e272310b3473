import { isGlob, resolvePath } from '../paths/index.ts';
import type { RenderScope } from '../render-scope.ts';
import { at, child, itemsOf, stringOf, type YamlNode } from '../yaml/index.ts';
import { loadStackFile, type StackFile } from './01-load-root.ts';

/** The files of a stack, each below the ones after it: imports first, the root last. */
export type StackFiles = readonly StackFile[];

interface Import {
  path: string;
  node: YamlNode;
}

/**
 * Step 2: loads what the files import. Each file is loaded once, however many import it; a cycle,
 * a file named twice in one list and a pattern without a match are errors.
 */
export async function resolveImports(
  scope: RenderScope,
  root: StackFile,
): Promise<StackFiles | undefined> {
  const before = scope.findings.errors;
  const loaded = new Map<string, StackFile | undefined>();
  const ordered: StackFile[] = [];
  await visit(root, [root.path]);
  return scope.findings.errors === before ? ordered : undefined;

  async function visit(file: StackFile, trail: readonly string[]): Promise<void> {
    for (const { path, node } of await importsOf(scope, file)) {
      if (trail.includes(path)) {
        const chain = [...trail.slice(trail.indexOf(path)), path].join(' -> ');
        scope.findings.report(
          'import-cycle',
          node,
          `files import each other in a circle: ${chain}`,
        );
      } else if (!loaded.has(path)) {
        const imported = await loadStackFile(scope, path, node);
        loaded.set(path, imported);
        if (imported !== undefined) await visit(imported, [...trail, path]);
      }
    }
    ordered.push(file);
  }
}

async function importsOf(scope: RenderScope, file: StackFile): Promise<Import[]> {
  const imports: Import[] = [];
  const seen = new Set<string>();
  for (const item of itemsOf(at(file.root, ['spec', 'imports']))) {
    const node = item.kind === 'map' ? child(item, 'path') : item;
    const pattern = stringOf(node);
    if (node === undefined || pattern === undefined) {
      scope.findings.report('wrong-type', item, 'an import is a path, or a map with a path');
      continue;
    }
    for (const path of await matchPaths(scope, file.path, pattern, node)) {
      if (seen.has(path)) {
        scope.findings.report('duplicate-import', node, `${path} is imported twice in this list`);
      } else imports.push({ path, node });
      seen.add(path);
    }
  }
  return imports;
}

/** Files that a path or pattern of a file means; every failure is reported at `node`. */
export async function matchPaths(
  scope: RenderScope,
  from: string,
  pattern: string,
  node: YamlNode,
): Promise<readonly string[]> {
  const resolved = resolvePath(from, pattern);
  if (resolved === undefined) {
    scope.findings.report('outside-root', node, `${pattern} leads outside of the source`);
    return [];
  }
  const paths = await scope.sources.match(resolved);
  if (paths.length === 0) scope.findings.report('no-match', node, `${pattern} matches no file`);
  else if (!isGlob(resolved) && (await scope.sources.digest(resolved)) === undefined) {
    scope.findings.report('file-missing', node, `there is no file ${resolved}`);
    return [];
  }
  return paths;
}
