import { Document, isMap, type Pair } from 'yaml';
import { emptyMap, printDocument, unitList, type MigrationScope } from './new-stack.ts';
import { mapOf, scalarText, textNode } from './old-document.ts';

/** A stack for the objects that belong to the cluster: its own environment, its own approvers. */
export function clusterStack(stack: Document, scope: MigrationScope): string {
  const document = new Document();
  const name = scalarText(stack.getIn(['metadata', 'name']));
  const project = stack.getIn(['spec', 'project']);
  const shared = blocksOf(stack, ['vars', 'versions']);
  const unit = mapOf({
    name: textNode('cluster'),
    manifests: unitList(scope.clusterFiles.map((path) => mapOf({ path: textNode(path) }))),
  });
  const spec = mapOf({
    ...(typeof project === 'string' ? { project: textNode(project) } : {}),
    environments: mapOf({ cluster: mapOf({ kind: textNode('cluster') }) }),
    images: emptyMap(),
    infrastructure: unitList([unit]),
    services: unitList([]),
    orchestration: emptyMap(),
    webhookRuntime: emptyMap(),
  });
  spec.items.splice(1, 0, ...shared);
  document.contents = mapOf({
    apiVersion: textNode('codex-k8s.dev/v1alpha1'),
    kind: textNode('ServiceStack'),
    metadata: mapOf({ name: textNode(`${name}-cluster`) }),
    spec,
  });
  return printDocument(document);
}

function blocksOf(stack: Document, names: readonly string[]): Pair[] {
  const spec = stack.get('spec');
  if (!isMap(spec)) return [];
  return spec.items.filter(({ key }) => names.includes(scalarText(key)));
}
