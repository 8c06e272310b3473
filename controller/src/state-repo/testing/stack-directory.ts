import { makeObject, makeTree } from '../../git/index.ts';
import type { TreeEntry } from '../../git/index.ts';
import type { StackDirectory } from '../state-repository.ts';

/** A rendered directory of the given files; the content hash is computed as the renderer does. */
export function directoryOf(stack: string, content: Record<string, string>): StackDirectory {
  const files = Object.entries(content).map(([path, text]) => {
    const bytes = Buffer.from(text);
    return { path, bytes, digest: makeObject('blob', bytes).oid };
  });
  return { stack, files, contentHash: treeOf(Object.entries(content)) };
}

/** A small rendered stack with a valid plan; `revision` changes one manifest and nothing else. */
export function stackOf(stack: string, revision: string | number, units = 2): StackDirectory {
  const content: Record<string, string> = { 'plan.json': planOf(stack) };
  for (let unit = 0; unit < units; unit += 1) {
    for (const kind of ['configmap', 'deployment', 'service']) {
      const value = unit === 0 && kind === 'configmap' ? revision : 'same';
      content[`manifests/unit-${unit}/${kind}-unit-${unit}.yaml`] =
        `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: unit-${unit}\ndata:\n  revision: "${value}"\n`;
    }
  }
  return directoryOf(stack, content);
}

/** The text of a valid plan.json without units. */
export function planOf(stack: string): string {
  const plan = {
    apiVersion: 'codex-k8s.dev/v1alpha1',
    kind: 'ExecutionPlan',
    project: 'shop',
    stack,
    environment: 'production',
    namespace: 'shop-production',
    rendering: 1,
    applySet: `applyset-${'A'.repeat(43)}-v1`,
    phases: ['internal'],
    images: [],
    units: [],
  };
  return `${JSON.stringify(plan, undefined, 2)}\n`;
}

/** The tree id of the files by the definition, independent of the code under test. */
function treeOf(files: readonly (readonly [string, string])[]): string {
  const below = new Map<string, [string, string][]>();
  const entries: TreeEntry[] = [];
  for (const [path, text] of files) {
    const [name = '', ...rest] = path.split('/');
    if (rest.length > 0) below.set(name, [...(below.get(name) ?? []), [rest.join('/'), text]]);
    else
      entries.push({
        name,
        mode: '100644',
        type: 'blob',
        oid: makeObject('blob', Buffer.from(text)).oid,
      });
  }
  for (const [name, inner] of below)
    entries.push({ name, mode: '40000', type: 'tree', oid: treeOf(inner) });
  return makeTree(entries).oid;
}
