import { isMap, isScalar, isSeq, Scalar, YAMLMap, type Document } from 'yaml';
import { imageExpression } from './image-lines.ts';
import {
  convertImages,
  convertManifests,
  dropDependencies,
  emptyMap,
  unitList,
  type MigrationScope,
} from './new-stack.ts';
import { put, putEntry, scalarText, textNode, type OldMap } from './old-document.ts';
import type { TemplateRules } from './rewrite-template.ts';
import type { Variables } from './variables.ts';

const noKinds: ReadonlyMap<string, readonly string[]> = new Map();

/** Values that the old control plane computed for every render. */
const computed: readonly [string, string][] = [
  ['CODEXK8S_ENV', '.Env'],
  ['CODEXK8S_SERVICES_CONFIG_ENV', '.Env'],
  ['CODEXK8S_PRODUCTION_NAMESPACE', '.Namespace'],
  ['CODEXK8S_WORKER_K8S_NAMESPACE', '.Namespace'],
  ['CODEXK8S_PUBLIC_DOMAIN', '.Domain'],
  ['CODEXK8S_HOT_RELOAD', 'ternary (eq .Env "ai") "true" "false"'],
];

/** How templates of the second layout, as the Go implementation had it, read now. */
export function goRules(root: OldMap, variables: Variables): Omit<TemplateRules, 'person'> {
  const plain = root.map.toJSON() as { spec?: { images?: Record<string, unknown> | null } };
  const images = Object.keys(plain.spec?.images ?? {}).map((name): [string, string] => [
    `CODEXK8S_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_IMAGE`,
    imageExpression(name),
  ]);
  return {
    constants: new Map(),
    computed: new Map([...computed, ...images]),
    fields: new Map(),
    indexed: new Map([['Vars', (key) => readVariable(key, variables)]]),
    gone: new Map(),
    declare: (name, fallback) => variables.read(name, fallback),
  };
}

function readVariable(key: string | undefined, variables: Variables): string | undefined {
  if (key === undefined) return undefined;
  variables.read(key, undefined);
  return `.Vars.${key}`;
}

/** The stack of the second layout, changed in place: what the contract has kept stays as it is. */
export function convertGo(document: Document, root: OldMap, scope: MigrationScope): Document {
  const old = root.takeMap('spec');
  if (old === undefined) return document;
  const spec = new YAMLMap();
  put(root.map, 'spec', spec);
  const metadata = root.map.get('metadata');
  const name = isMap(metadata) ? scalarText(metadata.get('name')) : '';
  keep(old, spec, ['project', 'imports', 'projectDocs']);
  convertVersions(old, scope);
  keep(old, spec, ['versions', 'components']);
  put(spec, 'environments', convertEnvironments(old, spec, name, scope));
  keep(old, spec, ['secretResolution']);
  put(spec, 'images', convertImages(old.takeMap('images'), scope));
  const strategies = strategiesOf(spec);
  const infrastructure = convertUnits(old.takeMaps('infrastructure'), undefined, scope);
  const services = convertUnits(old.takeMaps('services'), strategies, scope);
  dropDependencies(
    [...infrastructure.units, ...services.units],
    new Set([...infrastructure.gone, ...services.gone]),
  );
  put(spec, 'infrastructure', unitList(infrastructure.units));
  put(spec, 'services', unitList(services.units));
  convertPolicies(old, spec, scope);
  reportMerge(spec, scope);
  old.reportRest('It was left out; say the same in the fields of the contract, or drop it.');
  return document;
}

function keep(old: OldMap, spec: YAMLMap, names: readonly string[]): void {
  for (const name of names) {
    const entry = old.take(name);
    if (entry !== undefined) putEntry(spec, entry);
  }
}

/** A version was a text, or a map with the paths that raised it. */
function convertVersions(old: OldMap, { notes }: MigrationScope): void {
  const versions = old.map.get('versions');
  if (!isMap(versions)) return;
  for (const pair of versions.items) {
    if (!isMap(pair.value)) continue;
    const raised = pair.value.get('bumpOn');
    const offset = pair.value.range?.[0];
    if (raised !== undefined)
      notes.changed(
        { offset, path: `spec.versions.${scalarText(pair.key)}` },
        'the version was raised by changes of some paths',
        'Tags of built images are made from their content; the version is a text again.',
      );
    pair.value = pair.value.get('value', true) ?? new Scalar('');
  }
}

function convertEnvironments(
  old: OldMap,
  spec: YAMLMap,
  stack: string,
  { notes }: MigrationScope,
): YAMLMap {
  const environments = old.takeMap('environments');
  const map = new YAMLMap();
  const seen = new Map<string, string>();
  const project = scalarText(spec.get('project') ?? stack);
  for (const name of environments?.keys() ?? []) {
    const comment = environments?.commentOf(name);
    const settings = environments?.takeMap(name);
    const environment = new YAMLMap();
    const from = settings?.take('from');
    if (from !== undefined) putEntry(environment, from);
    const place = settings?.placeOf('namespaceTemplate') ?? {};
    const template = settings?.take('namespaceTemplate');
    const written = scalarText(template?.pair.value);
    const other = written === '' ? undefined : seen.get(written);
    if (other !== undefined)
      notes.person(
        place,
        `environments ${other} and ${name} share a namespace: each would delete what the other made`,
        `Drop ${name} and let its work happen in ${other}, or give it a namespace of its own.`,
      );
    seen.set(written, name);
    if (project === 'codex-k8s' && name === 'production') {
      put(environment, 'namespaceTemplate', textNode('{{ .Project }}-production'));
      const overrides = new YAMLMap();
      put(overrides, 'codex-k8s-production', textNode('codex-k8s-prod'));
      put(spec, 'namespaceOverrides', overrides);
      notes.changed(
        place,
        'the production namespace was written as it is',
        'The template is the documented one; namespaceOverrides names the namespace that exists.',
      );
    } else if (template !== undefined) putEntry(environment, template);
    else if (name === 'ai')
      put(environment, 'namespaceTemplate', textNode('{{ .Project }}-dev-{{ .Slot }}'));
    if (settings !== undefined) keep(settings, environment, ['domainTemplate', 'imagePullPolicy']);
    settings?.reportRest('It was left out; say the same in the fields of the contract.');
    if (environment.items.length === 0) environment.flow = true;
    put(map, name, environment, comment);
  }
  return map;
}

/** Components that give a codeUpdateStrategy. */
function strategiesOf(spec: YAMLMap): ReadonlySet<string> {
  const components = spec.get('components');
  if (!isSeq(components)) return new Set();
  const names = components.items.flatMap((component) =>
    isMap(component) && component.hasIn(['serviceDefaults', 'codeUpdateStrategy'])
      ? [scalarText(component.get('name'))]
      : [],
  );
  return new Set(names);
}

/**
 * Units keep what the contract has kept.
 *
 * @param strategies for services: the components that say how code is updated
 */
function convertUnits(
  olds: readonly OldMap[],
  strategies: ReadonlySet<string> | undefined,
  scope: MigrationScope,
): { units: YAMLMap[]; gone: string[] } {
  const units: YAMLMap[] = [];
  const gone: string[] = [];
  for (const old of olds) {
    const unit = new YAMLMap();
    if (old.map.commentBefore) unit.commentBefore = old.map.commentBefore;
    const name = scalarText(old.map.get('name'));
    for (const field of ['name', 'use', 'codeUpdateStrategy']) keep(old, unit, [field]);
    if (strategies !== undefined && !unit.has('codeUpdateStrategy') && !usesOne(unit, strategies))
      put(unit, 'codeUpdateStrategy', textNode('rebuild'));
    convertSingleton(old, name, scope);
    for (const field of ['deployGroup', 'when', 'dependsOn']) keep(old, unit, [field]);
    const image = old.take('image');
    if (image !== undefined)
      scope.notes.changed(image.place, `the image of ${name} had no effect`, 'It was left out.');
    const manifests = convertManifests(old, name, noKinds, scope);
    if (manifests !== undefined) put(unit, 'manifests', manifests);
    old.reportRest('It was left out; say the same in the fields of the contract, or drop it.');
    if (manifests === undefined) {
      gone.push(name);
      scope.notes.changed(old.place, `${name} was left out`, 'Nothing of it is left to deploy.');
    } else units.push(unit);
  }
  return { units, gone };
}

function usesOne(unit: YAMLMap, names: ReadonlySet<string>): boolean {
  const use = unit.get('use');
  return isSeq(use) && use.items.some((item) => isScalar(item) && names.has(scalarText(item)));
}

/** A singleton was applied in production only: a condition says so openly. */
function convertSingleton(old: OldMap, name: string, { notes }: MigrationScope): void {
  const scope = old.take('scope');
  if (!isScalar(scope?.pair.value) || scope.pair.value.value !== 'infrastructure-singleton') return;
  const written = old.takeText('when')?.trim();
  const inner = /^\{\{-?\s*([\s\S]*?)\s*-?\}\}$/.exec(written ?? '')?.[1];
  const test = 'eq .Env "production"';
  const condition =
    inner !== undefined
      ? `{{ and (${test}) (${booleanOf(inner)}) }}`
      : written === 'false'
        ? 'false'
        : `{{ ${test} }}`;
  put(old.map, 'when', textNode(condition));
  notes.changed(
    scope.place,
    `${name} was a singleton of the cluster: it was applied in production alone`,
    'Its condition says so now. What serves the whole cluster belongs to an environment of kind cluster.',
  );
}

/** An expression that was printed and then read as true or false. */
function booleanOf(expression: string): string {
  return /^(?:eq|ne|lt|le|gt|ge|not|and|or)\b/.test(expression)
    ? expression
    : `eq (print (${expression})) "true"`;
}

/** Orchestration, triggers, and what the platform keeps now. */
function convertPolicies(old: OldMap, spec: YAMLMap, { notes }: MigrationScope): void {
  for (const [block, fields] of [
    ['orchestration', ['deployOrder', 'readiness', 'cleanupPolicy']],
    [
      'webhookRuntime',
      ['defaultMode', 'triggerModes', 'defaultNamespaceTTL', 'namespaceTTLByRole'],
    ],
  ] as const) {
    const map = old.takeMap(block);
    const next = new YAMLMap();
    if (map !== undefined) keep(map, next, fields);
    map?.reportRest('It was left out; say the same in the fields of the contract.');
    put(spec, block, next.items.length === 0 ? emptyMap() : next);
  }
  const templates = old.take('roleDocTemplates');
  if (templates !== undefined)
    notes.person(
      templates.place,
      'templates of documents by role are no part of a stack',
      'List them in spec.projectDocs with their roles, or keep them in the platform.',
    );
}

function reportMerge(spec: YAMLMap, { notes }: MigrationScope): void {
  if (spec.has('imports'))
    notes.person(
      {},
      'imports merge lists of named things by name now; they were replaced whole before',
      'Migrate each imported file too, and remove with null what an overlay meant to leave out.',
    );
}
