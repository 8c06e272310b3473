import { isMap, isScalar, isSeq, visit, YAMLMap, YAMLSeq, type Document } from 'yaml';
import { fixedPath } from './image-lines.ts';
import { migrateManifest, type OldSecret } from './manifests.ts';
import type { MigrationNote, Notes } from './notes.ts';
import {
  mapOf,
  put,
  putEntry,
  scalarText,
  textNode,
  type OldEntry,
  type OldMap,
} from './old-document.ts';
import { rewriteTemplate, type TemplateRules } from './rewrite-template.ts';
import type { Variables } from './variables.ts';

/** What a conversion works with. */
export interface MigrationScope {
  notes: Notes;
  variables: Variables;
  rules: Omit<TemplateRules, 'person'>;
  /** Texts of the files that the old layout names. */
  texts: ReadonlyMap<string, string>;
  /** New files besides services.yaml. */
  files: Map<string, string>;
  /** Notes about those files. */
  fileNotes: MigrationNote[];
  secrets: Map<string, OldSecret>;
  /** Files of objects that belong to the cluster. */
  clusterFiles: string[];
  /** Fixed parts of image references → names in spec.images. */
  imagePaths: Map<string, string>;
}

/** Executes the rules of the new template language over every scalar of a document. */
export function rewriteScalars(document: Document, scope: MigrationScope): void {
  visit(document, {
    Scalar(key, scalar) {
      if (key === 'key' || typeof scalar.value !== 'string') return;
      const offset = scalar.range?.[0];
      const next = rewriteTemplate(scalar.value, {
        ...scope.rules,
        person: (_, message, action) => scope.notes.person({ offset }, message, action),
      });
      if (next === scalar.value) return;
      scalar.value = next;
      if (scalar.type === 'PLAIN' || scalar.type === 'QUOTE_SINGLE')
        scalar.type = next.includes("'") ? 'QUOTE_DOUBLE' : 'QUOTE_SINGLE';
    },
  });
}

/** Image entries: pulled, copied, or built and tagged by content. */
export function convertImages(images: OldMap | undefined, scope: MigrationScope): YAMLMap {
  const map = new YAMLMap();
  for (const name of images?.keys() ?? []) {
    const [place, comment] = [images?.placeOf(name) ?? {}, images?.commentOf(name)];
    const image = images?.takeMap(name);
    if (image === undefined) continue;
    put(map, name, convertImage(name, image, place, scope), comment);
    image.reportRest('Remove it, or say the same in the fields of the contract.');
  }
  return map;
}

function convertImage(
  name: string,
  image: OldMap,
  place: { offset?: number | undefined; path?: string },
  scope: MigrationScope,
): YAMLMap {
  const { notes, imagePaths } = scope;
  const type = image.takeText('type') ?? (image.has('repository') ? 'build' : 'external');
  const [from, local] = [image.take('from'), image.take('local') ?? image.take('to')];
  if (type === 'external' || type === 'mirror') {
    for (const entry of [local, from]) imagePaths.set(fixedPath(textOf(entry)), name);
    const pulled = local === undefined ? new YAMLMap() : mapOf({ type: textNode('mirror') });
    if (from !== undefined) putEntry(pulled, from);
    if (local !== undefined) putEntry(pulled, local, 'to');
    return pulled;
  }
  if (type !== 'build')
    notes.person(
      place,
      `the type of image ${name} is ${type}: an image is external, build or mirror, in every environment`,
      'It was made build; an image that no unit of an environment runs is not built there.',
    );
  const repository = image.take('repository');
  imagePaths.set(fixedPath(textOf(repository)), name);
  for (const field of ['tagTemplate', 'tag'])
    if (image.take(field) !== undefined)
      notes.changed(
        place,
        `the tag of image ${name} was written by hand`,
        'Tags of built images are made from their content: a change of the code is a new image, without a new version.',
      );
  const built = mapOf({ type: textNode('build') });
  if (repository !== undefined) putEntry(built, repository);
  for (const field of ['context', 'dockerfile', 'target', 'args', 'bases']) {
    const entry = image.take(field);
    if (entry !== undefined) putEntry(built, entry);
  }
  const args = image.take('buildArgs');
  if (args !== undefined) putEntry(built, args, 'args');
  if (image.take('buildContexts') !== undefined)
    notes.person(
      place,
      `image ${name} has more build contexts than one`,
      'Widen `context` to a directory that holds them all.',
    );
  return built;
}

function textOf(entry: OldEntry | undefined): string {
  return scalarText(entry?.pair.value);
}

/** The manifests of a unit, as the new stack names them. */
export function convertManifests(
  unit: OldMap,
  name: string,
  dropKinds: ReadonlyMap<string, readonly string[]>,
  scope: MigrationScope,
): YAMLSeq | undefined {
  const list = new YAMLSeq();
  for (const manifest of unit.takeMaps('manifests')) {
    const path = manifest.takeText('path');
    if (path === undefined) continue;
    manifest.reportRest('A manifest has a path, nothing else.');
    const text = scope.texts.get(path);
    if (text === undefined) {
      scope.notes.person(
        manifest.place,
        `the manifest ${path} cannot be read`,
        'Give a path below the directory of services.yaml; each old manifest is one file.',
      );
      list.add(mapOf({ path: textNode(path) }));
      continue;
    }
    const result = migrateManifest({ path, text, unit: name, dropKinds }, scope.rules, scope);
    scope.fileNotes.push(...result.notes);
    for (const secret of result.secrets) scope.secrets.set(secret.name, secret);
    if (result.cluster !== undefined) {
      scope.files.set(result.cluster.path, result.cluster.text);
      scope.clusterFiles.push(result.cluster.path);
    }
    if (result.path === undefined) continue;
    if (result.text !== undefined) scope.files.set(result.path, result.text);
    list.add(mapOf({ path: textNode(result.path) }));
  }
  return list.items.length === 0 ? undefined : list;
}

/** Dependencies on units that are gone would be unknown. */
export function dropDependencies(units: readonly YAMLMap[], gone: ReadonlySet<string>): void {
  for (const unit of units) {
    const list = unit.get('dependsOn');
    if (!isSeq(list)) continue;
    list.items = list.items.filter((item) => !(isScalar(item) && gone.has(scalarText(item))));
    if (list.items.length === 0) unit.delete('dependsOn');
  }
}

/** A block list of the given units. */
export function unitList(units: readonly YAMLMap[]): YAMLSeq {
  const list = new YAMLSeq();
  list.items = [...units];
  list.flow = units.length === 0;
  return list;
}

/** An empty map that is written as one. */
export function emptyMap(): YAMLMap {
  const map = new YAMLMap();
  map.flow = true;
  return map;
}

/** Whether a node holds nothing. */
export function isEmptyNode(node: unknown): boolean {
  if (node === undefined || node === null) return true;
  if (isMap(node) || isSeq(node)) return node.items.length === 0;
  return isScalar(node) && node.value === null;
}

/** The new document as text: a blank line before every block. */
export function printDocument(document: Document): string {
  const spec = document.get('spec');
  if (isMap(spec)) {
    for (const [index, { key, value }] of spec.items.entries()) {
      if (isScalar(key)) key.spaceBefore = index > 0;
      if (isMap(value) || isSeq(value)) value.spaceBefore = false;
    }
  }
  return document.toString({ lineWidth: 0, singleQuote: true });
}
