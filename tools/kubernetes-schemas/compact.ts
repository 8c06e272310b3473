import { readFile } from 'node:fs/promises';
import { enumKey, readEnums } from './enums.ts';

/** What is read of an OpenAPI definition. */
interface OpenApiSchema {
  $ref?: string;
  type?: string;
  format?: string;
  properties?: Record<string, OpenApiSchema>;
  required?: string[];
  items?: OpenApiSchema;
  additionalProperties?: OpenApiSchema | boolean;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
}

type Definitions = Record<string, OpenApiSchema>;

/** The file that the renderer reads: `renderer/src/object-schemas/compact.ts` says what it means. */
export interface CompactSchemas {
  kinds: Record<string, string>;
  definitions: Record<string, string>;
}

/** Definitions that are no plain structs, by the end of their names. */
const special: Readonly<Record<string, string>> = {
  'pkg.api.resource.Quantity': 'q',
  'pkg.util.intstr.IntOrString': 'x',
  'meta.v1.Time': 't',
  'meta.v1.MicroTime': 't',
};

/**
 * Fields that the OpenAPI requires and the server does not: it gives them a value, or an empty one
 * has a meaning. Found by asking a server.
 */
const notReallyRequired = new Set(['core.v1.LimitRangeSpec.limits']);

/** Maps whose values follow the syntax of labels. */
const labelMaps = new Set([
  'core.v1.PodSpec.nodeSelector',
  'core.v1.ServiceSpec.selector',
  'meta.v1.LabelSelector.matchLabels',
  'meta.v1.ObjectMeta.labels',
]);

/** Fields that the server requires though its OpenAPI does not: those that are forgotten most. */
const requiredAnyway = new Set([
  'apps.v1.DeploymentSpec.template',
  'core.v1.ConfigMapEnvSource.name',
  'core.v1.ConfigMapKeySelector.name',
  'core.v1.ConfigMapProjection.name',
  'core.v1.ConfigMapVolumeSource.name',
  'core.v1.Container.image',
  'core.v1.ExecAction.command',
  'core.v1.PersistentVolumeClaimSpec.accessModes',
  'core.v1.PersistentVolumeClaimSpec.resources',
  'core.v1.SecretEnvSource.name',
  'core.v1.SecretKeySelector.name',
  'core.v1.SecretProjection.name',
  'core.v1.SecretVolumeSource.secretName',
]);

/** The definitions of one Kubernetes version that objects are made of, without what is only told. */
export async function compactSchemas(kubernetes: string): Promise<CompactSchemas> {
  const text = await readFile(`${kubernetes}/api/openapi-spec/swagger.json`, 'utf8');
  const { definitions } = parse(text);
  const enums = await readEnums(kubernetes);
  const kinds: Record<string, string> = {};
  const wanted = new Map<string, string>();
  for (const [name, schema] of Object.entries(definitions)) {
    const identity = identityOf(schema);
    if (identity === undefined) continue;
    kinds[identity] = shortName(name);
    collect(definitions, enums, name, wanted, true);
  }
  return { kinds: sorted(kinds), definitions: sorted(Object.fromEntries(wanted)) };
}

function parse(text: string): { definitions: Definitions } {
  // oxlint-disable-next-line no-unsafe-type-assertion -- a generator over a file that is pinned
  return JSON.parse(text) as { definitions: Definitions };
}

/** `<apiVersion> <kind>` of a kind that can be declared; undefined for lists, options and parts. */
function identityOf(schema: OpenApiSchema): string | undefined {
  const [first, second] = schema['x-kubernetes-group-version-kind'] ?? [];
  const isObject = schema.properties?.['metadata']?.$ref?.endsWith('.ObjectMeta') === true;
  if (first === undefined || second !== undefined || !isObject) return undefined;
  const { group, version, kind } = first;
  return `${group === '' ? version : `${group}/${version}`} ${kind}`;
}

function collect(
  definitions: Definitions,
  enums: ReadonlyMap<string, string[]>,
  name: string,
  wanted: Map<string, string>,
  isKind: boolean,
): void {
  const short = shortName(name);
  const schema = definitions[name];
  if (wanted.has(short) || schema === undefined) return;
  wanted.set(short, '');
  const fields = Object.entries(schema.properties ?? {}).map(([field, value]) => {
    // The server ignores what a manifest says of the status.
    const ignored = isKind && field === 'status';
    const isLabels = labelMaps.has(`${short}.${field}`);
    const type = ignored ? 'a' : isLabels ? '{}v' : typeOf(value, enums.get(enumKey(name, field)));
    const isRequired =
      requiredAnyway.has(`${short}.${field}`) ||
      (schema.required?.includes(field) === true && !notReallyRequired.has(`${short}.${field}`));
    return `${field}${isRequired ? '!' : ''}:${type}`;
  });
  wanted.set(short, fields.toSorted().join(' '));
  for (const [field, value] of Object.entries(schema.properties ?? {})) {
    for (const target of isKind && field === 'status' ? [] : referencesOf(value))
      if (!isLeaf(definitions, target)) collect(definitions, enums, target, wanted, false);
  }

  function typeOf(value: OpenApiSchema, allowed: string[] | undefined): string {
    if (value.$ref !== undefined) return reference(value.$ref);
    if (value.type === 'array') return `[${listKind(value)}]${typeOf(value.items ?? {}, allowed)}`;
    if (value.type === 'object') {
      const inner = value.additionalProperties;
      return typeof inner === 'object' ? `{}${typeOf(inner, allowed)}` : 'a';
    }
    if (allowed !== undefined) return `(${allowed.filter((text) => text !== '').join('|')})`;
    return scalar(value);
  }

  function reference(ref: string): string {
    const target = ref.slice('#/definitions/'.length);
    const known = Object.entries(special).find(([ending]) => target.endsWith(ending));
    if (known !== undefined) return known[1];
    return isLeaf(definitions, target)
      ? scalar(definitions[target] ?? {})
      : `*${shortName(target)}`;
  }
}

function listKind(value: OpenApiSchema): string {
  if (value['x-kubernetes-list-type'] === 'set') return '=';
  if (value['x-kubernetes-list-type'] !== 'map') return '';
  return (value['x-kubernetes-list-map-keys'] ?? []).join(',');
}

function scalar({ type, format }: OpenApiSchema): string {
  if (type === 'boolean') return 'b';
  if (type === 'number') return 'n';
  if (type === 'integer') return format === 'int32' ? 'i' : 'l';
  if (type !== 'string') return 'a';
  if (format === 'byte') return 'y';
  return format === 'date-time' ? 't' : 's';
}

/** Whether a definition has no fields of its own: it is a scalar, or anything. */
function isLeaf(definitions: Definitions, name: string): boolean {
  return definitions[name]?.properties === undefined;
}

function referencesOf(value: OpenApiSchema): string[] {
  const inner = [value.items, value.additionalProperties].filter(
    (part) => typeof part === 'object',
  );
  return [
    ...(value.$ref === undefined ? [] : [value.$ref.slice('#/definitions/'.length)]),
    ...inner.flatMap(referencesOf),
  ];
}

function shortName(name: string): string {
  return name
    .replace(/^io\.k8s\.api\./, '')
    .replace(/^io\.k8s\.(?:[\w-]+\.)*pkg\.apis\./, '')
    .replace(/^io\.k8s\.(?:[\w-]+\.)*pkg\./, '');
}

function sorted(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
