import { YAMLMap } from 'yaml';
import type { Notes } from './notes.ts';
import { convertHooks, convertOverlays } from './v1-units.ts';
import {
  convertImages,
  convertManifests,
  dropDependencies,
  emptyMap,
  isEmptyNode,
  unitList,
  type MigrationScope,
} from './new-stack.ts';
import { mapOf, put, putEntry, scalarText, textNode, type OldMap } from './old-document.ts';
import type { Variables } from './variables.ts';

const outside = 'It is no part of a stack: the platform keeps it per project. Set it there.';

/** Fields of the old root that the platform owns now, and why. */
const platformFields: Readonly<Record<string, string>> = {
  maxSlots:
    'Slots are counted by the environment that is bound in the platform: set their number there.',
  state: 'Nothing to do: slots, runs and inventories are recorded in the database of the platform.',
  registry: 'Nothing to do: every image names its registry in spec.images.',
};

/** The `spec` of a stack that was written for the first, flat layout. */
export function convertV1(root: OldMap, scope: MigrationScope): { name: string; spec: YAMLMap } {
  const { notes, variables } = scope;
  const name = root.takeText('project') ?? 'stack';
  const spec = new YAMLMap();
  put(spec, 'project', textNode(name));
  convertAgents(root, spec, scope);
  for (const [field, action] of Object.entries(platformFields)) {
    const entry = root.take(field);
    if (entry === undefined) continue;
    if (field === 'maxSlots') notes.person(entry.place, 'the number of slots', action);
    else notes.changed(entry.place, `${field} was left out`, action);
  }
  const envFiles = root.take('envFiles');
  if (envFiles !== undefined)
    notes.person(
      envFiles.place,
      'files of environment variables are not read: a render depends on declared inputs alone',
      'Write the values that are no secrets as defaults in spec.vars, or pass them with --var.',
    );
  const versions = root.take('versions');
  if (versions !== undefined) putEntry(spec, versions);
  convertStorage(root, variables);
  put(spec, 'environments', convertEnvironments(root, scope));
  put(spec, 'images', convertImages(root.takeMap('images'), scope));
  const infrastructure = convertUnits(root.takeMaps('infrastructure'), 'infrastructure', scope);
  const services = convertUnits(root.takeMaps('services'), 'services', scope);
  const gone = new Set([...infrastructure.gone, ...services.gone]);
  dropDependencies([...infrastructure.units, ...services.units], gone);
  put(spec, 'infrastructure', unitList(infrastructure.units));
  put(spec, 'services', unitList(services.units));
  put(spec, 'orchestration', emptyMap());
  put(spec, 'webhookRuntime', emptyMap());
  convertHooks(root, 'the stack', notes);
  root.reportRest('It was left out; say the same in the fields of the contract, or drop it.');
  return { name, spec };
}

/** What agents were told: texts become documents of the project, settings the platform's. */
function convertAgents(root: OldMap, spec: YAMLMap, scope: MigrationScope): void {
  const codex = root.takeMap('codex');
  if (codex === undefined) return;
  const parts: [field: string, title: string][] = [
    ['projectContext', 'Project context'],
    ['servicesOverview', 'Services'],
  ];
  const sections = parts.flatMap(([field, title]) => {
    const text = codex.takeText(field);
    return text === undefined ? [] : [`## ${title}\n\n${text.trim()}\n`];
  });
  if (sections.length > 0) {
    const path = 'docs/agents/project.md';
    scope.files.set(path, `# What agents should know\n\n${sections.join('\n')}`);
    const document = mapOf({
      path: textNode(path),
      description: textNode('What this project is and which services it has'),
    });
    put(spec, 'projectDocs', unitList([document]));
    scope.notes.changed(
      codex.place,
      'texts for agents stood in codex',
      `They are the document ${path} now, listed in spec.projectDocs.`,
    );
  }
  for (const key of codex.keys()) {
    const place = codex.placeOf(key);
    codex.take(key);
    scope.notes.person(place, `codex.${key} configures agents`, outside);
  }
}

/** Sizes and classes of disks: variables, as the manifests read them one by one. */
function convertStorage(root: OldMap, variables: Variables): void {
  const storage = root.takeMap('storage');
  for (const disk of storage?.keys() ?? []) {
    const settings = storage?.takeMap(disk);
    for (const field of settings?.keys() ?? []) {
      const value = settings?.takeText(field);
      const name = storageVariable(disk, field);
      variables.offer(name, literalOf(value), `${field} of the disk ${disk}`);
    }
  }
}

/** `.Storage.Workspace.Size` → the variable that holds it. */
export function storageVariable(disk: string, field: string): string {
  return `storage${capital(disk)}${capital(field)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A text without templates, or what its `envOr` falls back to; undefined for anything else. */
export function literalOf(text: string | undefined): string | undefined {
  if (text === undefined || !text.includes('{{')) return text;
  const fallback = /^\{\{-?\s*(?:envOr\s+"[^"]*"\s+\(?\s*)+"([^"]*)"\s*\)*\s*-?\}\}$/.exec(text);
  return fallback?.[1];
}

function convertEnvironments(root: OldMap, scope: MigrationScope): YAMLMap {
  const { notes } = scope;
  const patterns = root.takeMap('namespace')?.takeMap('patterns');
  const domains = root.takeMap('baseDomain');
  const old = root.takeMap('environments');
  const names = [
    ...new Set([...(old?.keys() ?? []), ...(patterns?.keys() ?? []), ...(domains?.keys() ?? [])]),
  ];
  const environments = new YAMLMap();
  const seen = new Map<string, string>();
  for (const name of names) {
    const place = patterns?.placeOf(name) ?? {};
    const environment = new YAMLMap();
    const comment = old?.commentOf(name);
    const settings = old?.takeMap(name);
    const from = settings?.take('from');
    if (from !== undefined) putEntry(environment, from);
    const pattern =
      patterns?.takeText(name) ?? (name === 'ai' ? '{{ .Project }}-dev-{{ .Slot }}' : undefined);
    if (pattern !== undefined) put(environment, 'namespaceTemplate', textNode(pattern));
    const other = pattern === undefined ? undefined : seen.get(pattern);
    if (other !== undefined)
      notes.person(
        place,
        `environments ${other} and ${name} share a namespace: each would delete what the other made`,
        `Drop ${name} and let its work happen in ${other}, or give it a namespace of its own.`,
      );
    if (pattern !== undefined) seen.set(pattern, name);
    convertDomain(domains, name, environment, scope);
    const policy = settings?.take('imagePullPolicy');
    if (policy !== undefined) putEntry(environment, policy);
    if (settings !== undefined) reportConnection(settings, notes);
    if (environment.items.length === 0) environment.flow = true;
    put(environments, name, environment, comment);
  }
  if (names.length === 0) put(environments, 'dev', emptyMap());
  return environments;
}

function convertDomain(
  domains: OldMap | undefined,
  name: string,
  environment: YAMLMap,
  { variables }: MigrationScope,
): void {
  const domain = domains?.take(name);
  if (domain === undefined) return;
  const literal = literalOf(scalarText(domain.pair.value));
  variables.offer(
    domainVariable(name),
    literal,
    `Domain of the environment ${name}, read from others`,
  );
  putEntry(environment, domain, 'domainTemplate');
}

/** The variable for the domain of an environment that is named outright. */
export function domainVariable(environment: string): string {
  return `baseDomain_${environment.replaceAll(/[^A-Za-z0-9_]/g, '_')}`;
}

function reportConnection(settings: OldMap, notes: Notes): void {
  const actions: Readonly<Record<string, string>> = {
    kubeconfig: 'Bind the environment to a cluster in the platform.',
    context: 'Bind the environment to a cluster in the platform.',
    localRegistry: 'Run a registry the cluster can reach, and name it in spec.images.',
    slotBootstrapInfra:
      'Nothing to do: a slot gets every unit whose `when` holds, in the order of the plan.',
  };
  for (const [field, action] of Object.entries(actions)) {
    const entry = settings.take(field);
    if (entry === undefined) continue;
    if (action.startsWith('Nothing')) notes.changed(entry.place, `${field} was left out`, action);
    else notes.person(entry.place, `${field} is no part of a stack`, action);
  }
  settings.reportRest('It was left out; say the same in the fields of the contract, or drop it.');
}

function convertUnits(
  olds: readonly OldMap[],
  list: 'infrastructure' | 'services',
  scope: MigrationScope,
): { units: YAMLMap[]; gone: string[] } {
  const units: YAMLMap[] = [];
  const gone: string[] = [];
  for (const old of olds) {
    const unit = new YAMLMap();
    if (old.map.commentBefore) unit.commentBefore = old.map.commentBefore;
    const name = old.takeText('name') ?? '';
    put(unit, 'name', textNode(name));
    if (list === 'services') put(unit, 'codeUpdateStrategy', textNode('rebuild'));
    for (const field of ['when', 'dependsOn']) {
      const entry = old.take(field);
      if (entry !== undefined) putEntry(unit, entry);
    }
    const dropKinds = convertOverlays(old, name, scope.notes);
    convertServiceImage(old, name, scope);
    convertHooks(old, name, scope.notes);
    const manifests = convertManifests(old, name, dropKinds, scope);
    if (manifests !== undefined) put(unit, 'manifests', manifests);
    const hosts = old.take('ingress');
    if (hosts !== undefined)
      scope.notes.person(
        hosts.place,
        `${name} names its hosts beside its manifests`,
        'Write the host in the Ingress manifest, or in workload.ingress.host.',
      );
    old.reportRest('It was left out; say the same in the fields of the contract, or drop it.');
    if (isEmptyNode(manifests)) {
      gone.push(name);
      scope.notes.changed(old.place, `${name} was left out`, 'Nothing of it is left to deploy.');
    } else units.push(unit);
  }
  return { units, gone };
}

function convertServiceImage(old: OldMap, name: string, { notes }: MigrationScope): void {
  const image = old.take('image');
  if (image !== undefined)
    notes.changed(
      image.place,
      `${name} named its image a second time`,
      'Images are named in spec.images alone; manifests read them as {{ .Images.name }}.',
    );
}
