import type { Variable } from '@codex-k8s/schema';
import { evaluateScalar } from '../evaluation/index.ts';
import { isPlatformLabel } from '../objects/index.ts';
import type { RenderScope } from '../render-scope.ts';
import {
  GoFloat,
  readsField,
  type GoMap,
  type GoValue,
  type TemplateContext,
} from '../template/index.ts';
import {
  at,
  child,
  keyPlace,
  type Place,
  type YamlMap,
  type YamlNode,
  type YamlScalar,
} from '../yaml/index.ts';
import type { ValidatedStack } from './04-validate-schema.ts';
import type { ResolvedEnvironment } from './05-resolve-environment.ts';

/** What templates of this environment can see, except the namespace and images of step 7. */
export interface ResolvedContext {
  project: string;
  stack: string;
  context: TemplateContext;
  /** What the namespace template yields, before overrides. */
  templatedNamespace: string;
  namespacePlace: YamlScalar;
  /** Labels of the environment, for every object. */
  labels: Readonly<Record<string, string>>;
}

const labelValue = /^(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/;
const defaultNamespaceTemplate = '{{ .Project }}-{{ .Env }}';

/** Step 6: project, environment, slot, variables, versions, and the templated namespace. */
export function resolveContext(
  scope: RenderScope,
  stack: ValidatedStack,
  environment: ResolvedEnvironment,
): ResolvedContext | undefined {
  const before = scope.findings.errors;
  const { metadata, spec } = stack.value;
  const project = spec.project ?? metadata.name;
  const base: GoMap = { Project: project, Env: environment.name, Slot: scope.inputs.slot ?? 0 };
  const versions = evaluateMap(scope, at(stack.root, ['spec', 'versions']), {
    root: base,
    vars: {},
  });
  const vars = resolveVariables(scope, stack, environment, { ...base, Versions: versions });
  const context = { root: { ...base, Versions: versions, Vars: vars }, vars };
  const namespace = namespaceScalar(environment);
  reportMissingSlot(scope, environment, namespace);
  const templatedNamespace = evaluateScalar(namespace, scope.templates, context);
  const labels = resolveLabels(scope, child(environment.node, 'labels'), context);
  if (scope.findings.errors > before) return undefined;
  return {
    project,
    stack: metadata.name,
    context,
    templatedNamespace: String(templatedNamespace.value),
    namespacePlace: namespace,
    labels,
  };
}

/** A map of strings with its templates executed. */
function evaluateMap(
  scope: RenderScope,
  node: YamlNode | undefined,
  context: TemplateContext,
): Record<string, string> {
  const values: Record<string, string> = {};
  if (node?.kind !== 'map') return values;
  for (const { key, value } of node.entries.values()) {
    if (value.kind !== 'scalar') continue;
    const evaluated = evaluateScalar(value, scope.templates, context);
    values[key] = evaluated.printed ?? String(evaluated.value);
  }
  return values;
}

/** Labels of the environment: none of them may be one of the platform's. */
function resolveLabels(
  scope: RenderScope,
  node: YamlNode | undefined,
  context: TemplateContext,
): Record<string, string> {
  const labels = evaluateMap(scope, node, context);
  if (node?.kind !== 'map') return labels;
  for (const entry of node.entries.values()) {
    const value = labels[entry.key] ?? '';
    if (isPlatformLabel(entry.key))
      scope.findings.report(
        'reserved-label',
        entry,
        `the label ${entry.key} belongs to the platform`,
      );
    if (!labelValue.test(value))
      scope.findings.report(
        'invalid-label',
        entry.value,
        `the label ${entry.key} would be ${JSON.stringify(value)}`,
      );
  }
  return labels;
}

function namespaceScalar(environment: ResolvedEnvironment): YamlScalar {
  const written = child(environment.node, 'namespaceTemplate');
  if (written?.kind === 'scalar') return written;
  const { source, offset } = environment.node;
  return { kind: 'scalar', value: defaultNamespaceTemplate, source, offset };
}

/** An environment whose namespace depends on the slot exists in slots only. */
function reportMissingSlot(
  scope: RenderScope,
  environment: ResolvedEnvironment,
  namespace: YamlScalar,
): void {
  if (scope.inputs.slot !== undefined) return;
  const template = scope.templates.compile(String(namespace.value));
  if (template.ok && readsField(template.value, 'Slot'))
    scope.findings.report('slot-needed', namespace, `environment ${environment.name} is for slots`);
}

/** Declared variables: the caller's value, else the environment's, else the default. */
function resolveVariables(
  scope: RenderScope,
  stack: ValidatedStack,
  environment: ResolvedEnvironment,
  root: GoMap,
): GoMap {
  const { findings, inputs } = scope;
  const declared = stack.value.spec.vars ?? {};
  const given = inputs.vars ?? {};
  const settings = child(environment.node, 'vars');
  const values: Record<string, GoValue> = {};
  for (const [name, variable] of Object.entries(declared)) {
    const node = at(stack.root, ['spec', 'vars', name]) ?? stack.root;
    const written = child(settings, name) ?? child(node, 'default');
    const text = Object.hasOwn(given, name) ? given[name] : undefined;
    if (text !== undefined) values[name] = parseGiven(scope, name, variable, text, node);
    else if (written?.kind === 'scalar')
      values[name] = evaluateVariable(scope, name, variable, written, root);
    else if (variable.required === true)
      findings.report(
        'missing-variable',
        keyPlace(at(stack.root, ['spec', 'vars']) ?? stack.root, name),
        `the variable ${name} has no value in environment ${environment.name}`,
      );
    else values[name] = zeroValue(variable);
  }
  reportUndeclared(scope, declared, settings?.kind === 'map' ? settings : undefined);
  return values;
}

function reportUndeclared(
  scope: RenderScope,
  declared: Readonly<Record<string, Variable>>,
  settings: YamlMap | undefined,
): void {
  for (const entry of settings?.entries.values() ?? []) {
    if (!Object.hasOwn(declared, entry.key))
      scope.findings.report(
        'undeclared-variable',
        entry,
        `the variable ${entry.key} is not declared`,
      );
  }
  for (const name of Object.keys(scope.inputs.vars ?? {})) {
    if (!Object.hasOwn(declared, name))
      scope.findings.report('unused-value', undefined, `this stack declares no variable ${name}`);
  }
}

function evaluateVariable(
  scope: RenderScope,
  name: string,
  variable: Variable,
  written: YamlScalar,
  root: GoMap,
): GoValue {
  const { value, printed } = evaluateScalar(written, scope.templates, { root, vars: {} });
  const type = variable.type ?? 'string';
  if (type === 'string' && (typeof value === 'string' || printed !== undefined))
    return printed ?? String(value);
  const typed = typeof value === type ? value : undefined;
  if (type === 'number' && typeof value === 'number') return new GoFloat(value);
  if (type === 'integer' && Number.isSafeInteger(value)) return value;
  if (type === 'boolean' && typed !== undefined) return typed;
  // A value of another type out of a template, or as text: it is read like one from the caller.
  if (typeof value === 'string') return parseGiven(scope, name, variable, value, written);
  reportType(scope, name, type, JSON.stringify(value), written);
  return zeroValue(variable);
}

/** A value that came as text. */
function parseGiven(
  scope: RenderScope,
  name: string,
  variable: Variable,
  text: string,
  place: Place,
): GoValue {
  const type = variable.type ?? 'string';
  if (type === 'string') return text;
  if (type === 'boolean' && /^(?:true|false)$/.test(text)) return text === 'true';
  const number = /^[-+]?[0-9]+(?:\.[0-9]+)?$/.test(text) ? Number(text) : undefined;
  if (type === 'number' && number !== undefined) return new GoFloat(number);
  if (type === 'integer' && number !== undefined && Number.isSafeInteger(number)) return number;
  reportType(scope, name, type, JSON.stringify(text), place);
  return zeroValue(variable);
}

function reportType(
  scope: RenderScope,
  name: string,
  type: string,
  value: string,
  place: Place,
): void {
  scope.findings.report(
    'variable-type',
    place,
    `the variable ${name} is of type ${type}; ${value} is not`,
  );
}

function zeroValue({ type = 'string' }: Variable): GoValue {
  if (type === 'string') return '';
  if (type === 'boolean') return false;
  return type === 'integer' ? 0 : new GoFloat(0);
}
