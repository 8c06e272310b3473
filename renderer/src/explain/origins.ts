import type { Origin, ReplacedValue, TemplateRead } from '@codex-k8s/schema';
import type { RenderScope } from '../render-scope.ts';
import {
  evaluateTemplate,
  GoFloat,
  hasTemplate,
  type GoMap,
  type GoValue,
  type TemplateContext,
} from '../template/index.ts';
import {
  at,
  pathOf,
  toValue,
  type Place,
  type ReplacementListener,
  type Value,
  type YamlMap,
  type YamlNode,
} from '../yaml/index.ts';
import type { Part, WrittenValue } from './candidates.ts';
import { placeKey } from './change-tree.ts';

/** Which value took the place of which, by owner: filled while the steps run. */
export class Replacements {
  readonly #byOwner = new Map<string, Map<string, YamlNode>>();

  listener(owner: string): ReplacementListener {
    const known = this.#byOwner.get(owner) ?? new Map<string, YamlNode>();
    this.#byOwner.set(owner, known);
    return (winner, loser) => known.set(placeKey(winner), loser);
  }

  /** What a node took the place of, the nearest first. */
  of(node: YamlNode, owners: readonly string[]): YamlNode[] {
    const found: YamlNode[] = [];
    let current: YamlNode | undefined = node;
    while (current !== undefined) {
      const key = placeKey(current);
      const loser: YamlNode | undefined = owners
        .map((owner) => this.#byOwner.get(owner)?.get(key))
        .find((candidate) => candidate !== undefined);
      if (loser === undefined || found.includes(loser)) break;
      found.push(loser);
      current = loser;
    }
    return found;
  }
}

/** What is needed to tell where a value stands. */
export interface OriginScope {
  scope: RenderScope;
  root: YamlMap;
  context: TemplateContext;
  replacements: Replacements;
  unit: string;
}

/** A written value as an origin: its place, what its template read, and what it took the place of. */
export function originOf(world: OriginScope, { node, path, around }: WrittenValue): Origin {
  const owners = ownersOf(world, path);
  const losers = [node, ...around].flatMap((each) => world.replacements.of(each, owners));
  // The environment's own value of a variable wins over the default of its declaration.
  const variable = path[1] === 'environments' && path[3] === 'vars' ? path[4] : undefined;
  const fallback =
    variable === undefined ? undefined : at(world.root, ['spec', 'vars', variable, 'default']);
  const replaced = [...losers, ...(fallback === undefined ? [] : [fallback])].map(replacedValue);
  const reads = typeof node.value === 'string' ? readsOf(world, node.value) : [];
  return {
    kind: 'value',
    ...placed(node),
    value: node.value,
    ...(reads.length === 0 ? {} : { reads }),
    ...(replaced.length === 0 ? {} : { replaced }),
  };
}

/** Something that is there, as an origin. */
export function presenceOf({ place, value }: Part): Origin {
  return { kind: 'presence', ...placed(place), value: summaryOf(value) };
}

/** Where a value is written, as an explanation tells it. */
export function placed(place: Place): {
  file: string;
  line: number;
  column: number;
  path?: string;
} {
  const path = pathOf(place);
  return {
    file: place.source.file,
    ...place.source.locate(place.offset),
    ...(path === undefined || path === '' ? {} : { path }),
  };
}

function ownersOf({ unit }: OriginScope, path: readonly (string | number)[]): string[] {
  if (path[1] === 'services') return [`services/${unit}`, ''];
  return path[1] === 'environments' ? [`environments/${String(path[2])}`, ''] : [''];
}

/** A value that another took the place of. */
export function replacedValue(node: YamlNode): ReplacedValue {
  return { ...placed(node), value: summaryOf(node) };
}

/** A large value by its first level only. */
function summaryOf(node: YamlNode): Value {
  const value = toValue(node);
  const text = JSON.stringify(value);
  return text.length <= 200 ? value : `${text.slice(0, 199)}…`;
}

/** What a template reads when it is executed, in the order in which it does. */
export function readsOf({ scope, context }: OriginScope, text: string): TemplateRead[] {
  if (!hasTemplate(text)) return [];
  const template = scope.templates.compile(text);
  if (!template.ok) return [];
  const reads = new Map<string, Value>();
  const watched: TemplateContext = {
    ...context,
    root: watch(context.root, '', reads),
    vars: watch(context.vars, '.Vars', reads),
  };
  evaluateTemplate(template.value, watched);
  return [...reads].map(([name, value]) => ({ name, value }));
}

/** A map of the context that tells which of its values are read. */
function watch(map: GoMap, name: string, reads: Map<string, Value>): GoMap {
  return new Proxy(map, {
    get(target, key) {
      const value: GoValue | undefined = typeof key === 'string' ? target[key] : undefined;
      if (typeof key !== 'string' || value === undefined || !Object.hasOwn(target, key))
        return value;
      const path = `${name}.${key}`;
      if (isInnerMap(value)) return watch(value, path, reads);
      reads.set(path, plain(value));
      return value;
    },
  });
}

function isInnerMap(value: GoValue): value is GoMap {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof GoFloat)
  );
}

function plain(value: GoValue): Value {
  if (value instanceof GoFloat) return value.float;
  if (typeof value !== 'object' || value === null) return value;
  return JSON.stringify(value).slice(0, 200);
}
