import type { ProjectDoc, PromptContext, PromptDoc, PromptService } from '@codex-k8s/schema';
import type { GraphUnit, ResolvedStack, ValidatedGraph } from '../steps/index.ts';
import { at, child, itemsOf, stringOf, toValue, type YamlNode } from '../yaml/index.ts';
import { endpointsOf } from './endpoints.ts';
import { commandsFor, hintsFor } from './hints.ts';

/**
 * What an agent is told about an environment of a stack. A pure function of what steps 1 to 9 made;
 * it holds no values of secrets.
 *
 * @param slot slot number; undefined outside slots
 */
export function promptContext(
  stack: ResolvedStack,
  graph: ValidatedGraph,
  slot: number | undefined,
): PromptContext {
  const { root, marks, environment, target } = stack;
  const services = graph.units.map((unit) => describeUnit(stack, unit));
  const description = stringOf(at(root, ['metadata', 'description']));
  const { domain } = target.settings;
  const { namespace, project } = marks;
  const production = environment.isProduction && slot === undefined;
  const mounted = new Map(
    graph.units.flatMap(({ name, codeUpdate }) =>
      codeUpdate.kind === 'hot-reload' ? [[name, codeUpdate.snapshot.path] as const] : [],
    ),
  );
  return {
    apiVersion: 'codex-k8s.dev/v1alpha1',
    kind: 'PromptContext',
    project,
    stack: marks.stack,
    ...(description === undefined ? {} : { description }),
    environment: environment.name,
    ...(slot === undefined ? {} : { slot }),
    namespace,
    ...(domain === undefined ? {} : { domain }),
    production,
    runtime: runtimeOf(at(root, ['spec', 'webhookRuntime'])),
    services,
    secrets: secretsOf(stack),
    hints: hintsFor({
      environment: environment.name,
      namespace,
      slot,
      production,
      services,
      mounted,
    }),
    commands: commandsFor(namespace, services),
    projectDocs: itemsOf(at(root, ['spec', 'projectDocs'])).map(docOf),
  };
}

function describeUnit(stack: ResolvedStack, unit: GraphUnit): PromptService {
  const description = stringOf(child(unit.node, 'description'));
  const { codeUpdateStrategy, finished } = unit;
  const references = new Map(
    [...stack.target.images.byName.values()].map(({ planned }) => [
      planned.name,
      planned.reference,
    ]),
  );
  if (unit.codeUpdate.kind === 'hot-reload' && unit.codeUpdate.image !== undefined)
    references.set(unit.codeUpdate.image.name, unit.codeUpdate.image.reference);
  const manifests = itemsOf(child(unit.node, 'manifests')).flatMap((item) => {
    const path = stringOf(child(item, 'path'));
    return path === undefined ? [] : [path];
  });
  const hooks = unit.hooks.map(({ name }) => name);
  return {
    name: unit.name,
    ...(description === undefined ? {} : { description }),
    source: unit.source,
    phase: unit.phase,
    dependsOn: unit.dependsOn.map(({ name }) => name),
    ...(codeUpdateStrategy === undefined ? {} : { codeUpdateStrategy }),
    images: unit.images.map((name) => ({ name, reference: references.get(name) ?? '' })),
    endpoints: finished.objects.flatMap(({ planned, value }) =>
      endpointsOf({ ...planned, namespace: planned.namespace, value }),
    ),
    objects: finished.objects.flatMap(({ planned, isHook }) =>
      isHook ? [] : [`${planned.kind}/${planned.name}`],
    ),
    ...(manifests.length === 0 ? {} : { manifests }),
    ...(hooks.length === 0 ? {} : { hooks }),
  };
}

function runtimeOf(node: YamlNode | undefined): PromptContext['runtime'] {
  const triggerModes: Record<string, 'full-env' | 'code-only'> = {};
  const modes = child(node, 'triggerModes');
  if (modes?.kind === 'map')
    for (const { key, value } of modes.entries.values()) triggerModes[key] = modeOf(value);
  return { defaultMode: modeOf(child(node, 'defaultMode')), triggerModes };
}

function modeOf(node: YamlNode | undefined): 'full-env' | 'code-only' {
  return stringOf(node) === 'code-only' ? 'code-only' : 'full-env';
}

function secretsOf({ root, target }: ResolvedStack): PromptContext['secrets'] {
  const described = new Map(
    itemsOf(at(root, ['spec', 'secrets'])).map((item) => [
      stringOf(child(item, 'name')),
      stringOf(child(item, 'description')),
    ]),
  );
  return [...target.secrets.values()].flatMap(({ name, keys, withheld }) => {
    if (withheld !== undefined) return [];
    const description = described.get(name);
    return [{ name, keys: [...keys], ...(description === undefined ? {} : { description }) }];
  });
}

function docOf(node: YamlNode): PromptDoc {
  // oxlint-disable-next-line no-unsafe-type-assertion -- checked against the schema in step 4
  const { optional = false, ...doc } = toValue(node) as unknown as ProjectDoc;
  return { ...doc, optional };
}
