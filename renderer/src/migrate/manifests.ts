import { isClusterScoped } from '../objects/index.ts';
import { useImages, type ImagePaths } from './image-lines.ts';
import { Notes, type MigrationNote } from './notes.ts';
import { rewriteTemplate, type TemplateRules } from './rewrite-template.ts';

/** A manifest file of an old unit. */
export interface OldManifest {
  path: string;
  text: string;
  unit: string;
  /** Kinds that the old layout left out, by environment. */
  dropKinds: ReadonlyMap<string, readonly string[]>;
}

/** A Secret that stood in a manifest. */
export interface OldSecret {
  name: string;
  keys: string[];
  place: { file: string; line: number; column: number };
}

/** What becomes of a manifest file. */
export interface NewManifest {
  /** Undefined when nothing of it is left in the stack. */
  path: string | undefined;
  /** Undefined when the old file stays as it is. */
  text: string | undefined;
  /** Documents that belong to the whole cluster, as a file of their own. */
  cluster: { path: string; text: string } | undefined;
  secrets: OldSecret[];
  notes: MigrationNote[];
}

interface OldObject {
  text: string;
  offset: number;
  kind: string | undefined;
  name: string | undefined;
  namespace: string | undefined;
  apiVersion: string | undefined;
}

/** Takes a manifest over: templates of the old context, and what an environment may not hold. */
export function migrateManifest(
  manifest: OldManifest,
  rules: Omit<TemplateRules, 'person'>,
  { imagePaths }: { imagePaths: ImagePaths },
): NewManifest {
  const { path, text } = manifest;
  const notes = new Notes(path, text);
  const preamble = preambleOf(text);
  const kept: string[] = [];
  const cluster: string[] = [];
  const secrets: OldSecret[] = [];
  const look = (part: string, offset: number): void => {
    const person: TemplateRules['person'] = (inside, message, action) =>
      notes.person({ offset: offset + inside }, message, action);
    rewriteTemplate(part, { ...rules, declare: () => undefined, person });
  };
  look(preamble, 0);
  for (const object of objectsOf(text, preamble.length)) {
    if (object.kind !== 'Secret' && object.kind !== 'Namespace') look(object.text, object.offset);
    const place = { offset: object.offset };
    const what = `${object.kind ?? 'the object'} ${object.name ?? ''}`.trim();
    if (object.kind === 'Namespace')
      notes.changed(place, `${what} was left out`, 'The platform makes the namespace.');
    else if (isForeign(object)) {
      cluster.push(object.text);
      notes.person(
        place,
        `${what} belongs to the cluster, not to an environment`,
        'It was moved to services.cluster.yaml, a stack of its own with its own approvers; register it or drop it.',
      );
    } else {
      if (object.kind === 'Secret') {
        secrets.push({
          name: object.name ?? '',
          keys: secretKeys(object.text),
          place: notes.positionOf(object.offset),
        });
        notes.changed(
          place,
          `${what} was left out: values of secrets never enter a manifest`,
          'It is declared in spec.secrets; set its keys where the platform keeps secrets.',
        );
      } else kept.push(withoutDropped(object, manifest, notes));
    }
  }
  const silent: TemplateRules = { ...rules, person: () => undefined };
  const finish = (documents: readonly string[]) =>
    rewriteTemplate(useImages(preamble + documents.join('---\n'), imagePaths), silent);
  const next = finish(kept);
  const isTemplate = next.includes('{{');
  const target = isTemplate && !path.endsWith('.tpl') ? `${path}.tpl` : path;
  if (target !== path)
    notes.changed(
      { offset: 0 },
      'templates are executed in files named *.tpl only',
      `It was written to ${target}; delete the old file.`,
    );
  const clusterPath = `${path.replace(/(\.ya?ml)?(\.tpl)?$/, '')}.cluster.yaml`;
  const clusterText = finish(cluster);
  return {
    path: kept.length === 0 ? undefined : target,
    text: kept.length === 0 || (next === text && target === path) ? undefined : next,
    cluster:
      cluster.length === 0
        ? undefined
        : {
            path: clusterText.includes('{{') ? `${clusterPath}.tpl` : clusterPath,
            text: clusterText,
          },
    secrets,
    notes: notes.all(),
  };
}

/** Lines of actions and comments before the first object: every object below may need them. */
function preambleOf(text: string): string {
  const lines = text.split(/(?<=\n)/);
  let length = 0;
  for (const line of lines) {
    if (!/^\s*(?:\{\{.*\}\}\s*)?(?:#.*)?$/.test(line.trimEnd())) break;
    length += line.length;
  }
  const preamble = text.slice(0, length);
  return preamble.includes('{{') && isBalanced(preamble) ? preamble : '';
}

function isBalanced(text: string): boolean {
  const opened = text.match(/\{\{-?\s*(?:if|range|with|define|block)\b/g)?.length ?? 0;
  const closed = text.match(/\{\{-?\s*end\b/g)?.length ?? 0;
  return opened === closed;
}

function objectsOf(text: string, start: number): OldObject[] {
  const objects: OldObject[] = [];
  let offset = start;
  for (const piece of text.slice(start).split(/^---[ \t]*(?:#.*)?\r?\n/m)) {
    if (piece.trim() !== '') objects.push(readObject(piece, text.indexOf(piece, offset)));
    offset += piece.length;
  }
  return objects;
}

function readObject(text: string, offset: number): OldObject {
  const metadata =
    /^metadata:[ \t]*\r?\n((?:[ \t]+.*(?:\r?\n|$)|\s*\r?\n)*)/m.exec(text)?.[1] ?? '';
  const indent = /^[ \t]+/.exec(metadata)?.[0] ?? '  ';
  const field = (from: string, name: string, lead: string): string | undefined =>
    new RegExp(`^${lead}${name}:[ \\t]*["']?(.*?)["']?[ \\t]*(?:#.*)?$`, 'm').exec(from)?.[1];
  return {
    text: text.endsWith('\n') ? text : `${text}\n`,
    offset,
    apiVersion: field(text, 'apiVersion', ''),
    kind: field(text, 'kind', ''),
    name: field(metadata, 'name', indent),
    namespace: field(metadata, 'namespace', indent),
  };
}

function isForeign({ apiVersion, kind, namespace }: OldObject): boolean {
  if (apiVersion === undefined || kind === undefined) return false;
  if (isClusterScoped(apiVersion, kind, new Map())) return true;
  return namespace !== undefined && namespace !== '' && !namespace.includes('{{');
}

function secretKeys(text: string): string[] {
  const keys: string[] = [];
  let inside = false;
  for (const line of text.split('\n')) {
    if (/^\S/.test(line)) inside = /^(?:stringData|data):/.test(line);
    const key = inside ? /^[ \t]+["']?([\w.-]+)["']?:/.exec(line)?.[1] : undefined;
    if (key !== undefined) keys.push(key);
  }
  return keys;
}

/** An object that some environments leave out stands inside of a condition. */
function withoutDropped(object: OldObject, manifest: OldManifest, notes: Notes): string {
  const environments = [...manifest.dropKinds]
    .filter(([, kinds]) => kinds.includes(object.kind ?? ''))
    .map(([environment]) => environment);
  if (environments.length === 0) return object.text;
  const tests = environments.map((name) => `eq .Env ${JSON.stringify(name)}`);
  const [only = ''] = tests;
  const condition = tests.length === 1 ? only : `or ${tests.map((test) => `(${test})`).join(' ')}`;
  notes.changed(
    { offset: object.offset },
    `dropKinds left ${object.kind} ${object.name ?? ''} out of ${environments.join(', ')}`,
    'A condition around it does the same.',
  );
  return `{{- if not (${condition}) }}\n${object.text}{{- end }}\n`;
}
