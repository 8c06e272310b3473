import { suggest } from '../diagnostics/index.ts';
import type { RenderScope } from '../render-scope.ts';
import {
  at,
  child,
  itemsOf,
  mergeNodes,
  stringOf,
  withoutRemovals,
  type YamlMap,
  type YamlNode,
} from '../yaml/index.ts';
import type { ValidatedStack } from './04-validate-schema.ts';

/** The environment that is rendered, with everything it inherits and every default. */
export interface ResolvedEnvironment {
  /** Its own name, also when it was asked for by an alias. */
  name: string;
  /** Own names of all environments by name and alias. */
  names: ReadonlyMap<string, string>;
  kind: 'application' | 'cluster';
  /** People rely on it: its image tags must be locked. */
  isProtected: boolean;
  /** Protected, or named production and not said to be unprotected: no code is tried out here. */
  isProduction: boolean;
  /** The merged settings; `namespaceTemplate`, `vars` and `labels` still hold templates. */
  node: YamlMap;
  /** Phases, first to last. */
  deployOrder: readonly string[];
}

const defaultDeployOrder = ['stateful', 'migrations', 'internal', 'edge', 'frontend'];

/** Step 5: resolves inheritance between environments, and defaults. */
export function resolveEnvironment(
  scope: RenderScope,
  stack: ValidatedStack,
): ResolvedEnvironment | undefined {
  const { findings, inputs } = scope;
  const { environments } = stack;
  if (environments?.kind !== 'map') return undefined;
  const before = findings.errors;
  // All of them are looked at, not only the one that is rendered: a typo shows at once.
  const resolved = new Map<string, YamlMap | undefined>();
  for (const name of Object.keys(stack.value.spec.environments))
    resolved.set(name, inherit(scope, environments, name));
  const names = environmentNames(scope, stack);
  const name = names.get(inputs.environment);
  const node = name === undefined ? undefined : resolved.get(name);
  if (name === undefined) {
    const hint =
      suggest(inputs.environment, names.keys()) ?? `There are: ${[...names.keys()].join(', ')}.`;
    findings.report(
      'unknown-environment',
      environments,
      `there is no environment ${inputs.environment}`,
      { hint },
    );
  }
  if (findings.errors > before || node === undefined || name === undefined) return undefined;
  const { orchestration } = stack.value.spec;
  const guard = child(node, 'protected');
  const isProtected = guard?.kind === 'scalar' ? guard.value === true : undefined;
  return {
    isProtected: isProtected ?? false,
    isProduction: isProtected ?? name === 'production',
    name,
    names,
    kind: stringOf(child(node, 'kind')) === 'cluster' ? 'cluster' : 'application',
    node,
    deployOrder: orchestration?.deployOrder ?? defaultDeployOrder,
  };
}

/** The name of the environment that each name and alias means. */
export function environmentNames(
  scope: RenderScope,
  { root, value }: Pick<ValidatedStack, 'root' | 'value'>,
): ReadonlyMap<string, string> {
  const { environments } = value.spec;
  const names = new Map(Object.keys(environments).map((name) => [name, name]));
  for (const name of Object.keys(environments)) {
    for (const node of itemsOf(at(root, ['spec', 'environments', name, 'aliases']))) {
      const alias = stringOf(node) ?? '';
      const known = names.get(alias);
      if (known === undefined) names.set(alias, name);
      else {
        const message = `${alias} would mean ${known} and ${name}`;
        scope.findings.report('duplicate-alias', node, message);
      }
    }
  }
  return names;
}

/** An environment over those it is made from. */
function inherit(scope: RenderScope, environments: YamlMap, name: string): YamlMap | undefined {
  const chain: YamlMap[] = [];
  const names: string[] = [];
  let next: string | undefined = name;
  while (next !== undefined) {
    const environment = child(environments, next);
    if (environment?.kind !== 'map') return undefined;
    chain.push(environment);
    names.push(next);
    const from = child(environment, 'from');
    next = stringOf(from);
    if (from === undefined || next === undefined) break;
    if (names.includes(next)) {
      const circle = [...names.slice(names.indexOf(next)), next].join(' -> ');
      scope.findings.report(
        'environment-cycle',
        from,
        `environments inherit in a circle: ${circle}`,
      );
      return undefined;
    }
    if (child(environments, next) === undefined) {
      const hint = suggest(next, environments.entries.keys());
      const message = `environment ${names.at(-1)} is made from ${next}, which does not exist`;
      scope.findings.report(
        'unknown-environment',
        from,
        message,
        hint === undefined ? {} : { hint },
      );
      return undefined;
    }
  }
  const [root, ...overlays] = chain.toReversed();
  if (root === undefined) return undefined;
  const onReplaced = scope.replacements?.(`environments/${name}`);
  const merged = withoutRemovals(
    overlays.reduce<YamlMap>((base, overlay) => asMap(mergeNodes(base, overlay, onReplaced)), root),
  );
  return merged.kind === 'map' ? merged : undefined;
}

function asMap(node: YamlNode): YamlMap {
  return node.kind === 'map' ? node : { ...node, kind: 'map', entries: new Map() };
}
