import { reportYaml } from '../manifests/index.ts';
import { resolvePath } from '../paths/index.ts';
import type { RenderScope } from '../render-scope.ts';
import { rendererVersion } from '../version.ts';
import { isInRange } from '../version-range.ts';
import { at, child, stringOf, type Place, type YamlMap } from '../yaml/index.ts';

/** A file of the stack: one YAML map. */
export interface StackFile {
  path: string;
  digest: string;
  root: YamlMap;
}

/** Step 1: reads the services.yaml. */
export async function loadRoot(scope: RenderScope): Promise<StackFile | undefined> {
  const path = resolvePath('', scope.inputs.file);
  if (path === undefined) {
    scope.findings.report('outside-root', undefined, `${scope.inputs.file} is outside of the root`);
    return undefined;
  }
  const file = await loadStackFile(scope, path, undefined);
  if (file === undefined) return undefined;
  for (const [field, expected] of [
    ['apiVersion', 'codex-k8s.dev/v1alpha1'],
    ['kind', 'ServiceStack'],
  ] as const) {
    const node = child(file.root, field);
    if (stringOf(node) === expected) continue;
    const message = node === undefined ? `${field} is missing` : `${field} is not ${expected}`;
    scope.findings.report('not-a-stack', node ?? file.root, message);
    return undefined;
  }
  return file;
}

/**
 * Reads one file of the stack.
 *
 * @param namedAt where another file names it; undefined for the root
 */
export async function loadStackFile(
  scope: RenderScope,
  path: string,
  namedAt: Place | undefined,
): Promise<StackFile | undefined> {
  const { sources, findings } = scope;
  const digest = await sources.digest(path);
  const parsed = await sources.parse(path);
  if (parsed === undefined || digest === undefined) {
    findings.report('file-missing', namedAt ?? { file: path }, `there is no file ${path}`);
    return undefined;
  }
  reportYaml(parsed, findings);
  if (parsed.problems.length > 0) return undefined;
  const [root, second] = parsed.documents;
  if (second !== undefined) {
    findings.report(
      'not-a-stack',
      second,
      'a file of the stack is one document; this is the second',
    );
    return undefined;
  }
  if (root?.kind === 'map') return needsNewer(scope, root) ? undefined : { path, digest, root };
  findings.report('not-a-stack', root ?? { file: path }, 'a file of the stack is a map');
  return undefined;
}

/** A file that this renderer is too old for is not read any further: it would be misread. */
function needsNewer({ findings }: RenderScope, root: YamlMap): boolean {
  const required = at(root, ['spec', 'requires', 'renderer']);
  const range = stringOf(required);
  if (
    required !== undefined &&
    range !== undefined &&
    isInRange(rendererVersion, range) === false
  ) {
    const message = `the file needs a renderer ${range}; this is ${rendererVersion}`;
    findings.report('renderer-too-old', required, message);
    return true;
  }
  const rendering = at(root, ['spec', 'rendering']);
  if (rendering?.kind !== 'scalar' || !(Number(rendering.value) > 1)) return false;
  const message = `the file asks for rendering ${rendering.value}; renderer ${rendererVersion} knows 1`;
  findings.report('renderer-too-old', rendering, message);
  return true;
}
