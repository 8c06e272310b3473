import type { InfrastructureUnit, ServiceUnit } from '@codex-k8s/schema';
import { checkPart } from '../contract/index.ts';
import { suggest } from '../diagnostics/index.ts';
import { evaluateNode } from '../evaluation/index.ts';
import type { PlannedHook } from '../hooks/index.ts';
import type { ResolvedImage } from '../images/index.ts';
import type { RenderScope } from '../render-scope.ts';
import { podSecretReferences, secretReferences, type DeclaredSecret } from '../secrets/index.ts';
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
import { isWanted } from './condition.ts';
import { unitHooks } from './unit-hooks.ts';

/** A unit with its templates executed and its types checked. */
export interface DeclaredUnit {
  name: string;
  source: 'infrastructure' | 'service';
  value: ServiceUnit | InfrastructureUnit;
  /** Reference of the workload's image; undefined without a workload. */
  imageReference: string | undefined;
  manifests: readonly { path: string; node: YamlNode }[];
  /** Migrations first, then hooks, as they are written. */
  hooks: readonly PlannedHook[];
  imagePullPolicy: string | undefined;
  /** Names of declared secrets that its typed parts read; sorted. */
  secrets: readonly string[];
  /** Versions of the secrets that its workload reads, `name=version`; undefined when none is known. */
  secretVersions: string | undefined;
  node: YamlNode;
  place: Place;
  /** Everything of the unit that its objects depend on, as one string. */
  key: string;
}

/** What the environment gives to its units. */
export interface UnitSurroundings {
  context: TemplateContext;
  images: ReadonlyMap<string, ResolvedImage>;
  secrets: ReadonlyMap<string, DeclaredSecret>;
  imagePullPolicy: string | undefined;
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
  surroundings: UnitSurroundings,
): DeclaredUnit | undefined {
  const { context, images, imagePullPolicy } = surroundings;
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
  const hooks = unitHooks(scope, checked.node, value, surroundings);
  if (scope.findings.errors > before) return undefined;
  const nameNode = child(checked.node, 'name') ?? checked.node;
  const secrets = namesOf(secretReferences(checked.node), surroundings.secrets);
  const secretVersions = versionsOf(checked.node, surroundings.secrets);
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
    hooks,
    imagePullPolicy,
    secrets,
    secretVersions,
    node: checked.node,
    place: nameNode,
    key: JSON.stringify([
      value.name,
      value.workload,
      imageReference,
      imagePullPolicy,
      secretVersions,
      ...hooks.flatMap(({ object, rollbackObject }) => [object.value, rollbackObject?.value]),
    ]),
  };
}

function namesOf(
  references: readonly { name: string }[],
  secrets: ReadonlyMap<string, DeclaredSecret>,
): string[] {
  const names = new Set(references.map(({ name }) => name));
  return [...names].filter((name) => secrets.has(name)).toSorted();
}

/** Hooks are left out: they have run, whatever the values are now. */
function versionsOf(
  unit: YamlNode,
  secrets: ReadonlyMap<string, DeclaredSecret>,
): string | undefined {
  const workload = child(unit, 'workload');
  if (workload === undefined) return undefined;
  const versions = namesOf(podSecretReferences(workload), secrets).flatMap((name) => {
    const version = secrets.get(name)?.version;
    return version === undefined ? [] : [`${name}=${version}`];
  });
  return versions.length === 0 ? undefined : versions.join(',');
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
