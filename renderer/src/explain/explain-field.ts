import type { Diagnostic, Explanation, Origin, Setting } from '@codex-k8s/schema';
import { lockPath } from '../images/index.ts';
import type { RenderScope } from '../render-scope.ts';
import { resolveValidated } from '../resolve-validated.ts';
import {
  buildGraph,
  loadRoot,
  mergeComponents,
  resolveImports,
  validateSchema,
  type ResolvedStack,
  type ValidatedStack,
} from '../steps/index.ts';
import {
  at,
  itemsOf,
  parseYaml,
  sourceText,
  toValue,
  type Value,
  type YamlNode,
} from '../yaml/index.ts';
import {
  partsOf,
  writtenValues,
  type Candidate,
  type GivenInput,
  type Part,
} from './candidates.ts';
import { prepareExperiment, valueVariants, type Experiment, type Subject } from './experiment.ts';
import { findField, parseFieldPath, printPath, type FoundStep } from './field-path.ts';
import { findObject, type FoundObject } from './find-object.ts';
import { findInfluences } from './influences.ts';
import {
  originOf,
  readsOf,
  placed,
  presenceOf,
  replacedValue,
  Replacements,
  type OriginScope,
} from './origins.ts';
import { absentFields, type AbsentField } from './settings.ts';

/** What is asked: a field of a rendered object. */
export interface Question {
  /** `kind/name`. */
  object: string;
  /** Such as `spec.template.spec.containers[web].image`. */
  field: string;
  /** What gave a variable its value, where the caller knows better than `--var <name>`. */
  giver?: (variable: string) => string;
}

export type ExplainResult =
  | { ok: true; explanation: Explanation }
  | { ok: false; diagnostics: Diagnostic[]; message?: string; hint?: string | undefined };

/**
 * Tells where the value of a field comes from. What it depends on is found by trying: every value of
 * the stack is changed, and what changes the field is an origin of it – so that whatever the steps do
 * in between, the answer is what they really did. A few dozen small renders of one unit.
 */
export async function explainField(given: RenderScope, question: Question): Promise<ExplainResult> {
  const replacements = new Replacements();
  const scope = { ...given, replacements: (owner: string) => replacements.listener(owner) };
  const rendered = await renderUnits(scope);
  if (rendered === undefined || scope.findings.hasErrors)
    return { ok: false, diagnostics: scope.findings.toDiagnostics() };
  const { stack, resolved, graph } = rendered;
  const object = findObject(graph.units, question.object);
  if (!object.ok) return { ...object, diagnostics: [] };
  const { unit, object: subjectObject } = object.found;
  const value = await valueOf(object.found);
  const steps = parseFieldPath(question.field);
  if (steps === undefined)
    return { ok: false, diagnostics: [], message: `${question.field} is no path of a field` };
  const field = findField(value, steps);
  if (!field.ok)
    return { ...field, message: `${question.object}: ${field.message}`, diagnostics: [] };

  const { planned } = subjectObject;
  const subject: Subject = { unit: unit.name, object: planned, path: field.path };
  const { context } = resolved.target;
  const environment = resolved.environment.name;
  const experiment = await prepareExperiment(scope, stack, context, environment, subject);
  const world = { scope, root: stack.root, context, replacements, unit: unit.name };
  const origins = manifestOrigin(subjectObject.node, field.path);
  const settings: Setting[] = [];
  if (experiment !== undefined) {
    const candidates = candidatesOf(scope, stack, environment, experiment);
    const influences = await findInfluences(
      candidates,
      experiment.changing,
      groupOf,
      valueVariants,
    );
    influences.push(...(await readInfluences(world, experiment, candidates, influences)));
    origins.push(...influences.map((candidate) => describe(world, candidate, resolved, question)));
    origins.push(...(await lockOrigins(scope, field.value)));
    const [list, index] = unitPath(experiment.stack);
    const node = at(experiment.stack.root, ['spec', list, index]);
    if (origins.length === 0 && node !== undefined) {
      const path = ['spec', list, index];
      origins.push(...(await presences(experiment, partsOf(node, path))));
      const definition = list === 'services' ? 'serviceUnit' : 'infrastructureUnit';
      settings.push(...(await settingsOf(experiment, absentFields(definition, node, path))));
    }
  }
  const { slot } = scope.inputs;
  const { file, apiVersion, kind, namespace, name } = planned;
  const isSecret = isSecretField(kind, field.path);
  const explanation: Explanation = {
    apiVersion: 'codex-k8s.dev/v1alpha1',
    kind: 'Explanation',
    environment,
    ...(slot === undefined ? {} : { slot }),
    unit: unit.name,
    object: { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name, file },
    field: printPath(field.path),
    value: isSecret ? '***' : field.value,
    origins: isSecret ? origins.map(withoutValues) : origins,
    settings,
  };
  return { ok: true, explanation };
}

/** Steps 1 to 8: the objects, before they are held against each other. */
async function renderUnits(scope: RenderScope) {
  const root = await loadRoot(scope);
  const files = root && (await resolveImports(scope, root));
  const merged = files && mergeComponents(scope, files);
  const stack = merged && validateSchema(scope, merged);
  const resolved = stack && (await resolveValidated(scope, stack));
  const graph = resolved && (await buildGraph(scope, resolved));
  return stack && resolved && graph && { stack, resolved, graph };
}

/** The object as it is printed. */
async function valueOf({ unit, object }: FoundObject): Promise<Value> {
  const file = unit.finished.files.find(({ path }) => path === object.planned.file);
  const text = new TextDecoder().decode(file?.bytes ?? new Uint8Array());
  const [document] = (await parseYaml(sourceText(object.planned.file, text))).documents;
  return document === undefined ? null : toValue(document);
}

/** Where the field stands in a manifest; nothing for objects of a typed workload. */
function manifestOrigin(node: YamlNode | undefined, path: readonly FoundStep[]): Origin[] {
  if (node === undefined) return [];
  const written = at(
    node,
    path.map((step) => ('key' in step ? step.key : step.index)),
  );
  if (written === undefined) return [];
  const value = toValue(written);
  const short = JSON.stringify(value).length <= 200 ? value : '…';
  return [{ kind: 'manifest', ...placed(written), value: short }];
}

/** Where a digest in the value stands in images.lock. */
async function lockOrigins(scope: RenderScope, value: Value): Promise<Origin[]> {
  const digest = typeof value === 'string' ? /sha256:[0-9a-f]{64}/.exec(value)?.[0] : undefined;
  if (digest === undefined) return [];
  const lock = await scope.sources.parse(lockPath(scope.inputs.file));
  const found = (lock?.documents ?? []).flatMap((document) => scalarsWith(document, digest));
  return found.map((node) => ({ kind: 'value', ...placed(node), value: digest }));
}

function scalarsWith(node: YamlNode, text: string): YamlNode[] {
  if (node.kind === 'scalar') return String(node.value).includes(text) ? [node] : [];
  const inner =
    node.kind === 'seq' ? node.items : [...node.entries.values()].map(({ value }) => value);
  return inner.flatMap((each) => scalarsWith(each, text));
}

function candidatesOf(
  scope: RenderScope,
  stack: ValidatedStack,
  environment: string,
  experiment: Experiment,
): Candidate[] {
  const { slot, vars = {}, cluster } = scope.inputs;
  const given: GivenInput[] = [{ kind: 'input', name: 'environment', value: environment }];
  if (slot !== undefined) given.push({ kind: 'input', name: 'slot', value: slot });
  const version = cluster?.kubernetesVersion;
  if (version !== undefined)
    given.push({ kind: 'input', name: 'kubernetesVersion', value: version });
  for (const [variable, value] of Object.entries(vars))
    if (at(stack.root, ['spec', 'vars', variable]) !== undefined)
      given.push({ kind: 'input', name: 'var', variable, value });
  return [...writtenValues(experiment.stack.root), ...given];
}

/**
 * What templates of the found ones read, tried one by one: of two values that are compared with each
 * other, changing both together may change nothing.
 */
async function readInfluences(
  world: OriginScope,
  experiment: Experiment,
  candidates: readonly Candidate[],
  found: readonly Candidate[],
): Promise<Candidate[]> {
  const more: Candidate[] = [];
  const names = new Set<string>();
  const waiting = [...found];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (next.kind !== 'written' || typeof next.node.value !== 'string') continue;
    for (const { name } of readsOf(world, next.node.value)) {
      if (names.has(name)) continue;
      names.add(name);
      for (const candidate of candidates) {
        if (templateName(candidate) !== name || found.includes(candidate)) continue;
        if ((await experiment.changing([candidate], 0)) !== 'changed') continue;
        more.push(candidate);
        waiting.push(candidate);
      }
    }
  }
  return more;
}

/** Under what name templates read a value. */
function templateName(candidate: Candidate): string | undefined {
  if (candidate.kind === 'input') {
    const names = { environment: '.Env', slot: '.Slot', kubernetesVersion: undefined };
    return candidate.name === 'var' ? `.Vars.${candidate.variable ?? ''}` : names[candidate.name];
  }
  const [top, block, name, inner, variable] = candidate.path;
  if (top === 'metadata' || block === 'project') return '.Project';
  if (block === 'vars') return `.Vars.${String(name)}`;
  if (block === 'versions') return `.Versions.${String(name)}`;
  return block === 'environments' && inner === 'vars' ? `.Vars.${String(variable)}` : undefined;
}

/** A name and what refers to it have the same value: they are changed together. */
function groupOf(candidate: Candidate): string {
  return JSON.stringify(candidate.kind === 'written' ? candidate.node.value : candidate.value);
}

function describe(
  world: OriginScope,
  candidate: Candidate,
  { environment }: ResolvedStack,
  { giver = (variable) => `--var ${variable}` }: Question,
): Origin {
  if (candidate.kind === 'written') return originOf(world, candidate);
  const { name, variable, value } = candidate;
  if (variable === undefined) {
    const flags = { slot: '--slot', kubernetesVersion: '--kubernetes-version' };
    return {
      kind: 'input',
      input: name === 'slot' || name === 'kubernetesVersion' ? flags[name] : name,
      value,
    };
  }
  const own = at(environment.node, ['vars', variable]);
  const fallback = at(world.root, ['spec', 'vars', variable, 'default']);
  const replaced = [own, fallback].flatMap((node) =>
    node === undefined ? [] : replacedValue(node),
  );
  return {
    kind: 'input',
    input: giver(variable),
    value,
    ...(replaced.length === 0 ? {} : { replaced }),
  };
}

function unitPath({ root }: ValidatedStack): ['services' | 'infrastructure', number] {
  const services = itemsOf(at(root, ['spec', 'services']));
  return services.length > 0 ? ['services', 0] : ['infrastructure', 0];
}

/**
 * Parts of the unit without which the field would be another; the innermost of them. Where leaving
 * out the whole makes no difference, no part of it does.
 */
async function presences(experiment: Experiment, parts: readonly Part[]): Promise<Origin[]> {
  const found: Origin[] = [];
  for (const part of parts) {
    if (part.path.at(-1) === 'name') continue;
    const effect = await experiment.reshaping({ removed: new Set([part.place]) });
    if (effect === 'same') continue;
    const inner = await presences(experiment, partsOf(part.value, part.path));
    if (inner.length === 0 && effect === 'changed') found.push(presenceOf(part));
    found.push(...inner);
  }
  return found;
}

/** Fields that nobody has written and that would change the value. */
async function settingsOf(
  experiment: Experiment,
  fields: readonly AbsentField[],
): Promise<Setting[]> {
  const found = await findInfluences(
    fields,
    (set) => {
      const added = new Map<YamlNode, [string, Value][]>();
      for (const { map, key, example } of set)
        added.set(map, [...(added.get(map) ?? []), [key, example]]);
      return experiment.reshaping({ added });
    },
    ({ path }) => JSON.stringify(path),
    1,
  );
  return found.map(({ map, key, default: fallback, description }) => {
    const { path = '', ...place } = placed(map);
    return {
      path: path === '' ? key : `${path}.${key}`,
      ...(fallback === undefined ? {} : { default: fallback }),
      ...(description === undefined ? {} : { description }),
      ...place,
    };
  });
}

/** Where a secret value comes from, without telling it. */
function withoutValues(origin: Origin): Origin {
  return { ...origin, value: '***', reads: [], replaced: [] };
}

function isSecretField(kind: string, path: readonly FoundStep[]): boolean {
  const [first] = path;
  return (
    kind === 'Secret' &&
    first !== undefined &&
    'key' in first &&
    /^(?:stringData|data)$/.test(first.key)
  );
}
