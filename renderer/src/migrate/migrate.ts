import { Document, isMap, isScalar, parseDocument, visit, YAMLMap } from 'yaml';
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
  /** `v1`: the flat layout; `v2`: the layout of the Go implementation; `current`: nothing to do. */
  layout: 'v1' | 'v2' | 'unknown';
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
  const at = spec.items.findIndex(({ key }) => isScalar(key) && key.value === 'environments');
  const blocks = new YAMLMap();
  const vars = scope.variables.toMap(scope.notes);
  if (!isEmptyNode(vars)) put(blocks, 'vars', vars);
  const secrets = secretList(document, scope);
  if (!isEmptyNode(secrets)) put(blocks, 'secrets', secrets);
  spec.items.splice(Math.max(at, 0), 0, ...blocks.items);
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
