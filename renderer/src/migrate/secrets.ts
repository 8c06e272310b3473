import { isMap, isScalar, YAMLSeq, type Document } from 'yaml';
import type { MigrationScope } from './new-stack.ts';
import { inlineList, mapOf, textNode } from './old-document.ts';

/** The block `spec.secrets`: what stood in Secret manifests, without values. */
export function secretList(document: Document, { secrets, fileNotes }: MigrationScope): YAMLSeq {
  const list = new YAMLSeq();
  const slots = hasSlots(document);
  for (const { name, keys, place } of secrets.values()) {
    if (keys.length === 0) continue;
    list.add(
      mapOf({
        name: textNode(name),
        keys: inlineList(keys),
        source: textNode('platform'),
        ...(slots ? { slotAccess: true } : {}),
      }),
    );
    if (slots)
      fileNotes.push({
        kind: 'person',
        ...place,
        message: `slots read the secret ${name} with the values of their base`,
        action:
          'Prefer source: generated, which gives each slot values of its own; keep slotAccess: true only for values that the code of a pull request may see.',
      });
  }
  return list;
}

/** Whether an environment is for slots: its namespace depends on the slot. */
function hasSlots(document: Document): boolean {
  const environments = document.getIn(['spec', 'environments']);
  if (!isMap(environments)) return false;
  return environments.items.some(({ value }) => {
    const template: unknown = isMap(value) ? value.get('namespaceTemplate', true) : undefined;
    return isScalar(template) && String(template.value).includes('.Slot');
  });
}
