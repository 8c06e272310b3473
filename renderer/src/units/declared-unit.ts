import type { InfrastructureUnit, ServiceUnit } from '@codex-k8s/schema';
import { checkPart } from '../contract/index.ts';
import { suggest } from '../diagnostics/index.ts';
import { evaluateNode, evaluateScalar } from '../evaluation/index.ts';
import type { ResolvedImage } from '../images/index.ts';
import type { RenderScope } from '../render-scope.ts';
import type { TemplateContext } from '../template/index.ts';
import {
  at,
  child,
  itemsOf,
  stringOf,
  toValue,
  type Place,
  type Value,
  type YamlNode,
} from '../yaml/index.ts';

/** A unit with its templates executed and its types checked. */
export interface DeclaredUnit {
  name: string;
  source: 'infrastructure' | 'service';
  value: ServiceUnit | InfrastructureUnit;
  /** Reference of the workload's image; undefined without a workload. */
  imageReference: string | undefined;
  manifests: readonly { path: string; node: YamlNode }[];
  node: YamlNode;
  place: Place;
  /** Everything of the unit that its objects depend on, as one string. */
  key: string;
}

/** Where units are declared. */
export type UnitList = 'infrastructure' | 'services';

/**
 * Executes the templates of one unit.
 *
 * @returns undefined when `when` leaves the unit out, or after reporting what is wrong with it
 */
export function declareUnit(
  scope: RenderScope,
  list: UnitList,
  written: YamlNode,
  context: TemplateContext,
  images: ReadonlyMap<string, ResolvedImage>,
): DeclaredUnit | undefined {
  if (!isWanted(scope, written, context)) return undefined;
  const before = scope.findings.errors;
  const evaluated = evaluateNode(written, scope.templates, context);
  if (scope.findings.errors > before) return undefined;
  const part = list === 'services' ? 'serviceUnit' : 'infrastructureUnit';
  // Without templates the schema has spoken already, in step 4.
  const checked =
    evaluated === written
      ? { node: evaluated, value: undefined }
      : checkPart(scope.findings, part, evaluated);
  if (checked === undefined) return undefined;
  const value = asUnit(checked.value ?? toValue(checked.node));
  const imageReference = resolveImage(scope, checked.node, images);
  if (scope.findings.errors > before) return undefined;
  const nameNode = child(checked.node, 'name') ?? checked.node;
  return {
    name: value.name,
    source: list === 'services' ? 'service' : 'infrastructure',
    value,
    imageReference,
    manifests: itemsOf(child(checked.node, 'manifests')).flatMap((item) => {
      const node = child(item, 'path');
      const path = stringOf(node);
      return node === undefined || path === undefined ? [] : [{ path, node }];
    }),
    node: checked.node,
    place: nameNode,
    key: JSON.stringify([value.name, value.workload, imageReference]),
  };
}

function isWanted(scope: RenderScope, unit: YamlNode, context: TemplateContext): boolean {
  const when = child(unit, 'when');
  if (when?.kind !== 'scalar') return true;
  const before = scope.findings.errors;
  const { value } = evaluateScalar(when, scope.templates, context);
  if (scope.findings.errors > before) return false;
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  scope.findings.report(
    'invalid-condition',
    when,
    `when must be true or false, not ${JSON.stringify(value)}`,
  );
  return false;
}

function resolveImage(
  scope: RenderScope,
  unit: YamlNode,
  images: ReadonlyMap<string, ResolvedImage>,
): string | undefined {
  const node = at(unit, ['workload', 'image']);
  const name = stringOf(node);
  if (node === undefined || name === undefined) return undefined;
  const reference = images.get(name)?.planned.reference;
  if (reference === undefined) {
    const hint = suggest(name, images.keys());
    const message = `there is no image ${JSON.stringify(name)} in spec.images`;
    scope.findings.report('unknown-image', node, message, hint === undefined ? {} : { hint });
  }
  return reference;
}

function asUnit(value: Value): ServiceUnit | InfrastructureUnit {
  // oxlint-disable-next-line no-unsafe-type-assertion -- checked against the schema
  return value as unknown as ServiceUnit | InfrastructureUnit;
}
