import type { ServiceStack } from '@codex-k8s/schema';
import { BoundedMap } from '../cache/index.ts';
import { Findings } from '../diagnostics/index.ts';
import { evaluateScalar, TemplateSet } from '../evaluation/index.ts';
import type { RenderScope } from '../render-scope.ts';
import type { RenderInputs } from '../rendered-stack.ts';
import { resolveValidated } from '../resolve-validated.ts';
import { buildGraph, type ValidatedStack } from '../steps/index.ts';
import type { TemplateContext } from '../template/index.ts';
import {
  at,
  child,
  parseYaml,
  sourceText,
  toValue,
  type Value,
  type YamlEntry,
  type YamlMap,
  type YamlNode,
} from '../yaml/index.ts';
import type { Candidate } from './candidates.ts';
import { changeTree, type TreeChanges } from './change-tree.ts';
import { readAgain, type FoundStep } from './field-path.ts';
import type { Effect } from './influences.ts';

/** The field that is looked at: its object and where it is inside. */
export interface Subject {
  unit: string;
  object: { apiVersion: string; kind: string; name: string };
  path: readonly FoundStep[];
}

/** Changes a stack and renders it again, to see what becomes of one field. */
export interface Experiment {
  stack: ValidatedStack;
  /** What templates see when nothing is changed. */
  context: TemplateContext;
  changing(candidates: readonly Candidate[], variant: number): Promise<Effect>;
  /** The effect of leaving out or adding parts of the tree. */
  reshaping(changes: TreeChanges): Promise<Effect>;
}

/** Reports go nowhere: a changed stack may break rules and still tells what depends on what. */
class DeafFindings extends Findings {
  override report(): void {}
  override add(): void {}
}

/**
 * Prepares experiments on a stack, with nothing in it but the unit of the field.
 *
 * @returns undefined when the unit alone does not yield the object
 */
export async function prepareExperiment(
  scope: RenderScope,
  stack: ValidatedStack,
  context: TemplateContext,
  environment: string,
  subject: Subject,
): Promise<Experiment | undefined> {
  const findings = new DeafFindings();
  const quiet: RenderScope = {
    inputs: scope.inputs,
    sources: scope.sources,
    templates: new TemplateSet(new BoundedMap(1 << 22), findings),
    units: new BoundedMap(0),
    printed: new BoundedMap(0),
    programs: undefined,
    findings,
  };
  const alone = withOtherImages(onlyUnit(stack, subject.unit));
  const ordinal: Ordinal = { index: 0, count: 0 };
  const pure = await look(quiet, alone, subject, ordinal);
  // What a chart prints is tried by its program: that takes seconds, and nothing else can tell.
  if (pure === undefined) quiet.programs = scope.programs;
  const first = pure ?? (await look(quiet, alone, subject, ordinal));
  if (first === undefined) return undefined;
  const before = JSON.stringify(first.value);

  async function effectOf(inputs: RenderInputs, changed: ValidatedStack): Promise<Effect> {
    const seen = await look({ ...quiet, inputs }, changed, subject, ordinal);
    if (seen === undefined) return 'gone';
    return JSON.stringify(seen.value) === before ? 'same' : 'changed';
  }

  return {
    stack: alone,
    context,
    changing(candidates, variant) {
      const values = new Map<YamlNode, string | number | boolean>();
      for (const candidate of candidates) {
        if (candidate.kind !== 'written') continue;
        const { node } = candidate;
        const { value } = evaluateScalar(node, quiet.templates, context);
        if (value !== null) values.set(node, otherValue(value, variant));
      }
      const given = candidates.filter((candidate) => candidate.kind === 'input');
      const renamed = given.some(({ name }) => name === 'environment')
        ? withEnvironment(alone, environment, `${environment}x`)
        : alone;
      return effectOf(
        otherInputs(scope.inputs, environment, given),
        changeStack(renamed, { values }),
      );
    },
    reshaping: (changes) => effectOf(scope.inputs, changeStack(alone, changes)),
  };
}

/** Which of the objects of its kind the object is, and how many there are. */
interface Ordinal {
  index: number;
  count: number;
}

/** The field as a stack renders it; undefined when the object is not there. */
async function look(
  scope: RenderScope,
  stack: ValidatedStack,
  subject: Subject,
  ordinal: Ordinal,
): Promise<{ value: Value | undefined } | undefined> {
  const resolved = await resolveValidated(scope, stack);
  const graph = resolved && (await buildGraph(scope, resolved));
  const finished = graph?.units[0]?.finished;
  if (finished === undefined) return undefined;
  const { apiVersion, kind, name } = subject.object;
  const planned = finished.objects.map((object) => object.planned);
  const same = planned.findIndex(
    (other) => other.apiVersion === apiVersion && other.kind === kind && other.name === name,
  );
  const alike = planned.filter((other) => other.kind === kind);
  const found = planned[same];
  // Remembered the first time: with another name, it is still the same among its kind.
  if (ordinal.count === 0 && found !== undefined) {
    ordinal.index = alike.indexOf(found);
    ordinal.count = alike.length;
  }
  const renamed = alike.length === ordinal.count ? alike[ordinal.index] : undefined;
  const file = (found ?? renamed)?.file;
  const bytes = finished.files.find(({ path }) => path === file)?.bytes;
  if (bytes === undefined) return undefined;
  const { documents } = await parseYaml(sourceText('', new TextDecoder().decode(bytes)));
  const [document] = documents;
  return document && { value: readAgain(toValue(document), subject.path) };
}

/** Ways to change one value. */
export const valueVariants = 3;

/** A value of the same type that is not the same. */
function otherValue(value: string | number | boolean, variant = 0): string | number | boolean {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') {
    const other = [value + 1, 0, 2][variant] ?? 2;
    return other === value ? 1 : other;
  }
  return [`${value}x`, `x${value}`, '1'][variant] ?? '1';
}

function otherInputs(
  inputs: RenderInputs,
  environment: string,
  given: readonly Candidate[],
): RenderInputs {
  const vars: Record<string, string> = { ...inputs.vars };
  let changed: RenderInputs = { ...inputs, environment };
  for (const input of given) {
    if (input.kind !== 'input') continue;
    if (input.name === 'environment') changed = { ...changed, environment: `${environment}x` };
    if (input.name === 'slot') changed = { ...changed, slot: (inputs.slot ?? 0) + 1 };
    if (input.name === 'kubernetesVersion')
      changed = {
        ...changed,
        cluster: { kubernetesVersion: otherVersion(inputs.cluster?.kubernetesVersion ?? '') },
      };
    const { variable } = input;
    if (variable !== undefined) vars[variable] = otherText(vars[variable] ?? '');
  }
  return { ...changed, vars };
}

function otherText(text: string): string {
  if (text === 'true' || text === 'false') return text === 'true' ? 'false' : 'true';
  return /^-?[0-9]+$/.test(text) ? String(Number(text) + 1) : `${text}x`;
}

function otherVersion(version: string): string {
  return version.replace(/[0-9]+$/, (minor) => String(Number(minor) + 1));
}

/** The stack with no unit but one. */
function onlyUnit(stack: ValidatedStack, unit: string): ValidatedStack {
  const removed = new Set<YamlNode>();
  for (const list of ['infrastructure', 'services']) {
    const units = child(child(stack.root, 'spec'), list);
    for (const item of units?.kind === 'seq' ? units.items : []) {
      const name = child(item, 'name');
      if (name?.kind === 'scalar' && name.value !== unit) removed.add(item);
    }
  }
  return changeStack(stack, { removed });
}

/** Each image once more under the name that a changed reference to it has, as another image. */
function withOtherImages(stack: ValidatedStack): ValidatedStack {
  const images = at(stack.root, ['spec', 'images']);
  if (images?.kind !== 'map') return stack;
  const others = [...images.entries.keys()].map((name): [string, Value] => [
    String(otherValue(name)),
    { from: `other/${name.toLowerCase()}:1` },
  ]);
  return changeStack(stack, { added: new Map([[images, others]]) });
}

function changeStack(stack: ValidatedStack, changes: TreeChanges): ValidatedStack {
  const root = changeTree(stack.root, changes);
  if (root.kind !== 'map') return stack;
  const environments = stack.environments && changeTree(stack.environments, changes);
  return { ...stack, root, environments, value: trusted(toValue(root)) };
}

/** The stack with an environment under another name. */
function withEnvironment(stack: ValidatedStack, name: string, other: string): ValidatedStack {
  const { environments } = stack;
  const rename = (map: YamlMap): YamlMap => {
    const entries = [...map.entries].map(([key, entry]): [string, YamlEntry] =>
      key === name ? [other, { ...entry, key: other }] : [key, entry],
    );
    return { ...map, entries: new Map(entries) };
  };
  const spec = stack.root.entries.get('spec');
  const own = child(spec?.value, 'environments');
  if (environments?.kind !== 'map' || spec?.value.kind !== 'map' || own?.kind !== 'map')
    return stack;
  const inSpec = new Map(spec.value.entries);
  const entry = inSpec.get('environments');
  if (entry !== undefined) inSpec.set('environments', { ...entry, value: rename(own) });
  const entries = new Map(stack.root.entries);
  entries.set('spec', { ...spec, value: { ...spec.value, entries: inSpec } });
  const root: YamlMap = { ...stack.root, entries };
  return { ...stack, root, environments: rename(environments), value: trusted(toValue(root)) };
}

function trusted(value: unknown): ServiceStack {
  // oxlint-disable-next-line no-unsafe-type-assertion -- a changed copy of what was checked
  return value as ServiceStack;
}
