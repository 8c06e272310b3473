import { Document, isMap, isScalar, parseDocument, visit, YAMLMap } from 'yaml';
import { validateServiceStack } from '@codex-k8s/schema';
import { clusterStack } from './cluster-stack.ts';
import { convertGo, goRules } from './from-go.ts';
import { convertV1 } from './from-v1.ts';
import { Notes, type MigrationNote } from './notes.ts';
import { isEmptyNode, printDocument, rewriteScalars, type MigrationScope } from './new-stack.ts';
import { mapOf, OldMap, put, textNode } from './old-document.ts';
import { secretList } from './secrets.ts';
import { v1Constants, v1Rules } from './v1-rules.ts';
import { Variables } from './variables.ts';

/** An old layout, as texts. */
export interface MigrationOptions {
  /** Path of the old file; new files stand beside it. */
  file: string;
  text: string;
  /** Texts of the files it names, by path relative to it. */
  texts: ReadonlyMap<string, string>;
}

/** What a migration makes. */
export interface Migration {
  /** `v1`: the flat layout; `v2`: the earlier ServiceStack; `current`: there is nothing to do. */
  layout: 'v1' | 'v2' | 'current' | 'unknown';
  /** New files by path relative to the old file, `services.yaml` first. */
  files: Map<string, string>;
  /** What was done and what needs a person, in the order of the old files. */
  notes: MigrationNote[];
}

/**
 * Rewrites an old services.yaml, and the manifests it names, for the contract of today. Nothing is
 * read or written here. Source: design §3, FR of `migrate`.
 */
export function migrateStack({ file, text, texts }: MigrationOptions): Migration {
  const notes = new Notes(file, text);
  const old = parseDocument(text, { uniqueKeys: false, logLevel: 'silent' });
  const [error] = old.errors;
  if (error !== undefined || !isMap(old.contents)) {
    const message = error?.message.split(/ at line \d+/)[0] ?? 'the file is no map';
    notes.person({ offset: error?.pos[0] ?? 0 }, message, 'Correct the YAML, then migrate.');
    return { layout: 'unknown', files: new Map(), notes: notes.all() };
  }
  if (followsContract(old.toJS())) {
    notes.changed(
      { offset: 0 },
      'the file follows the contract of today',
      'There is nothing to do.',
    );
    return { layout: 'current', files: new Map(), notes: notes.all() };
  }
  const root = new OldMap(old.contents, notes, '');
  const layout = old.get('kind') === 'ServiceStack' ? 'v2' : 'v1';
  if (layout === 'v1' && !root.has('project')) {
    notes.person(
      { offset: 0 },
      'this is no services.yaml of a known layout',
      'The first layout has `project` at its root, the second has kind: ServiceStack.',
    );
    return { layout: 'unknown', files: new Map(), notes: notes.all() };
  }
  const variables = new Variables();
  const scope: MigrationScope = {
    notes,
    variables,
    rules:
      layout === 'v1'
        ? v1Rules(root, v1Constants(text, notes), variables)
        : goRules(root, variables),
    texts,
    files: new Map(),
    fileNotes: [],
    secrets: new Map(),
    clusterFiles: [],
    imagePaths: new Map(),
  };
  const document =
    layout === 'v1' ? newDocument(convertV1(root, scope)) : convertGo(old, root, scope);
  dropHeadTemplates(document);
  rewriteScalars(document, scope);
  addInputs(document, scope);
  const files = new Map([['services.yaml', printDocument(document)]]);
  if (scope.clusterFiles.length > 0)
    files.set('services.cluster.yaml', clusterStack(document, scope));
  for (const [path, content] of scope.files) files.set(path, content);
  return { layout, files, notes: [...notes.all(), ...scope.fileNotes] };
}

/** Whether a file needs no migration: a template may stand for any value, an import may give a block. */
function followsContract(value: unknown): boolean {
  const validation = validateServiceStack(value);
  if (validation.ok) return true;
  const hasImports = at(value, ['spec', 'imports']) !== undefined;
  return validation.errors.every(({ path, keyword }) => {
    const found = at(value, path);
    // An entry without a value counts as empty.
    if (found === null || (typeof found === 'string' && found.includes('{{'))) return true;
    return hasImports && keyword === 'required' && path.join('.') === 'spec';
  });
}

function at(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<string, unknown>)[step];
  }
  return current;
}

function newDocument({ name, spec }: { name: string; spec: YAMLMap }): Document {
  const document = new Document();
  document.contents = mapOf({
    apiVersion: textNode('codex-k8s.dev/v1alpha1'),
    kind: textNode('ServiceStack'),
    metadata: mapOf({ name: textNode(name) }),
    spec,
  });
  return document;
}

/** Variables and secrets are known once everything else is converted. */
function addInputs(document: Document, scope: MigrationScope): void {
  const spec = document.get('spec');
  if (!isMap(spec)) return;
  const place = spec.items.findIndex(({ key }) => isScalar(key) && key.value === 'environments');
  const blocks = new YAMLMap();
  const vars = scope.variables.toMap(scope.notes);
  if (!isEmptyNode(vars)) put(blocks, 'vars', vars);
  const secrets = secretList(document, scope);
  if (!isEmptyNode(secrets)) put(blocks, 'secrets', secrets);
  spec.items.splice(Math.max(place, 0), 0, ...blocks.items);
}

/** Comments that set variables for the whole old text would only mislead. */
function dropHeadTemplates(document: Document): void {
  const clean = (text: string | null | undefined): string | undefined => {
    const lines = text?.split('\n').filter((line) => !/\{\{-?\s*\$\w+\s*:?=/.test(line));
    return lines === undefined || lines.every((line) => line.trim() === '')
      ? undefined
      : lines.join('\n');
  };
  const strip = (node: { commentBefore?: string | null | undefined }): void => {
    const kept = clean(node.commentBefore);
    if (kept === undefined) delete node.commentBefore;
    else node.commentBefore = kept;
  };
  strip(document);
  visit(document, { Node: (_, node) => strip(node) });
}
