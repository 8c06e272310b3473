import type { RenderScope } from '../render-scope.ts';
import { readsField } from '../template/index.ts';
import { stringOf, type Place, type YamlNode } from '../yaml/index.ts';

/** A slot must have a namespace that no other slot has. Source: design §3.11. */
export function checkSlotNamespace(
  scope: RenderScope,
  environment: string,
  namespace: { template: string; resolved: string; overridden: boolean; place: Place },
): void {
  const { slot } = scope.inputs;
  if (slot === undefined) return;
  const { template, resolved, overridden, place } = namespace;
  if (!overridden && tellsSlots(scope, template, resolved, slot, ['Slot'])) return;
  const message = `every slot of ${environment} would have the namespace ${resolved}`;
  scope.findings.report('shared-namespace', place, message);
}

/** The marker of a copy must differ from slot to slot. */
export function checkSlotMarker(
  scope: RenderScope,
  node: YamlNode | undefined,
  marker: string | undefined,
): void {
  const { slot } = scope.inputs;
  const template = stringOf(node);
  if (slot === undefined || marker === undefined || template === undefined) return;
  if (tellsSlots(scope, template, marker, slot, ['Slot', 'Namespace'])) return;
  scope.findings.report('shared-instance', node, `every slot would have the marker ${marker}`);
}

/** Whether a text differs from slot to slot: by what its template reads, or by a variable. */
function tellsSlots(
  scope: RenderScope,
  text: string,
  result: string,
  slot: number,
  fields: readonly string[],
): boolean {
  const template = scope.templates.compile(text);
  if (template.ok && fields.some((field) => readsField(template.value, field))) return true;
  return result.split(/[^0-9]+/).includes(String(slot));
}
