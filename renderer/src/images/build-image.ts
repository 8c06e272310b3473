import type { PlanImage, PlanImageBuild } from '@codex-k8s/schema';
import { isGlob, resolvePath } from '../paths/index.ts';
import type { RenderScope } from '../render-scope.ts';
import { sourceText, type Place } from '../yaml/index.ts';
import { contentTag, type BuildContent, type SourceContent } from './content-tag.ts';
import { baseImages } from './dockerfile.ts';
import type { ImagesLock } from './images-lock.ts';

import { parseReference, printReference, lockKey, type ImageReference } from './reference.ts';

/** An image that is built, as it is declared. Paths are relative to the root of the source. */
export interface BuildSpec {
  name: string;
  repository: string;
  context: string;
  dockerfile: string;
  target: string | undefined;
  args: Readonly<Record<string, string>>;
  /** Bases beside those of the Dockerfile. */
  bases: readonly NamedReference[];
  places: { context: Place; dockerfile: Place; target: Place };
}

/** A reference and where it is written. */
export interface NamedReference {
  reference: ImageReference;
  text: string;
  place: Place;
}

/** What a build sees of its context, when that is not the whole of it. */
export interface BuildInputs {
  inputs: readonly SourceContent[];
}

/**
 * Finds what an image is built from and names it by that; nothing is asked but the source and the
 * lock.
 *
 * @param inputs the parts of the context that the build sees; undefined: all of it
 * @returns undefined after reporting what is missing
 */
export async function buildImage(
  scope: RenderScope,
  spec: BuildSpec,
  lock: ImagesLock,
  inputs?: BuildInputs,
): Promise<PlanImage | undefined> {
  const before = scope.findings.errors;
  const tree = inputs === undefined ? await contextTree(scope, spec) : undefined;
  const dockerfile = await scope.sources.digest(spec.dockerfile);
  // A Dockerfile in a context that is not there is missed already.
  if (dockerfile === undefined && scope.findings.errors === before)
    scope.findings.report(
      'invalid-build',
      spec.places.dockerfile,
      `there is no Dockerfile ${spec.dockerfile}`,
    );
  const bases = dockerfile === undefined ? [] : await basesOf(scope, spec);
  for (const base of bases) lock.check(base);
  if (scope.findings.errors > before || dockerfile === undefined) return undefined;
  const pinned = bases.map(({ reference, text }) => {
    const digest = lock.digest(reference);
    return { key: lockKey(reference), digest, text, reference: printReference(reference, digest) };
  });
  const content: BuildContent = {
    context: inputs?.inputs ?? tree ?? '',
    dockerfile,
    target: spec.target,
    args: spec.args,
    bases: pinned,
  };
  const build: PlanImageBuild = {
    context: {
      path: spec.context,
      ...(tree === undefined ? {} : { tree }),
      ...(inputs === undefined ? {} : { inputs: [...inputs.inputs] }),
    },
    dockerfile: { path: spec.dockerfile, id: dockerfile },
    ...(spec.target === undefined ? {} : { target: spec.target }),
    ...(Object.keys(spec.args).length === 0 ? {} : { args: sortedArgs(spec.args) }),
    ...(pinned.length === 0
      ? {}
      : { bases: pinned.map(({ text, reference }) => ({ source: text, reference })) }),
  };
  const reference = `${spec.repository}:${contentTag(content)}`;
  return { name: spec.name, reference, policy: 'build', build };
}

/**
 * The files and directories that some paths and patterns mean, with their ids, sorted by path.
 * What does not exist is left out: `onMissing` hears of it.
 */
export async function sourceContents(
  scope: RenderScope,
  declared: readonly { path: string; from: string; place: Place }[],
  onMissing: (place: Place, message: string) => void,
): Promise<SourceContent[]> {
  const found = new Map<string, string>();
  for (const { path, from, place } of declared) {
    const resolved = resolvePath(from, path);
    if (resolved === undefined) {
      scope.findings.report('outside-root', place, `${path} leads outside of the source`);
      continue;
    }
    const contents = await contentsAt(scope, resolved);
    if (contents.length === 0) onMissing(place, `${path} matches nothing in the source`);
    for (const content of contents) found.set(content.path, content.id);
  }
  return [...found]
    .map(([path, id]) => ({ path, id }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

async function contentsAt(scope: RenderScope, path: string): Promise<SourceContent[]> {
  const { sources } = scope;
  if (isGlob(path)) {
    const files: SourceContent[] = [];
    for (const file of await sources.match(path)) {
      const id = await sources.digest(file);
      if (id !== undefined) files.push({ path: file, id });
    }
    return files;
  }
  const id = path === '' ? undefined : await sources.digest(path);
  if (id !== undefined) return [{ path, id }];
  const tree = await sources.treeHash(path);
  return tree === undefined ? [] : [{ path: path === '' ? '.' : path, id: tree }];
}

async function contextTree(scope: RenderScope, spec: BuildSpec): Promise<string | undefined> {
  const tree = await scope.sources.treeHash(spec.context);
  if (tree === undefined)
    scope.findings.report(
      'invalid-build',
      spec.places.context,
      `there is no directory ${spec.context} to build ${spec.name} from`,
    );
  return tree;
}

/** What the Dockerfile builds on, and what is declared beside it; each once. */
async function basesOf(scope: RenderScope, spec: BuildSpec): Promise<NamedReference[]> {
  const text = (await scope.sources.text(spec.dockerfile)) ?? '';
  const found = baseImages(text, spec.target, spec.args);
  if (found === undefined) {
    const message =
      spec.target === undefined
        ? `${spec.dockerfile} has no FROM`
        : `${spec.dockerfile} has no stage ${spec.target}`;
    const place = spec.target === undefined ? spec.places.dockerfile : spec.places.target;
    scope.findings.report('invalid-build', place, message);
  }
  const source = sourceText(spec.dockerfile, text);
  const bases = new Map(spec.bases.map((base) => [lockKeyOf(base.reference), base]));
  for (const { reference: name, written, offset } of found ?? []) {
    const reference = parseReference(name);
    const place = { source, offset };
    if (reference !== undefined) bases.set(lockKeyOf(reference), { reference, text: name, place });
    else {
      const message =
        name === ''
          ? `${written} has no value: give it in args, or a default in an ARG before the first FROM`
          : `${written} is no reference of an image`;
      scope.findings.report('invalid-build', place, message);
    }
  }
  return [...bases.values()].toSorted((a, b) =>
    lockKeyOf(a.reference) < lockKeyOf(b.reference) ? -1 : 1,
  );
}

function lockKeyOf(reference: ImageReference): string {
  return `${lockKey(reference)}@${reference.digest ?? ''}`;
}

function sortedArgs(args: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(args).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
