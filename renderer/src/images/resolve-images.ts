import type { PlanImage } from '@codex-k8s/schema';
import type { RenderScope } from '../render-scope.ts';
import type { SourceSet } from '../sources/index.ts';
import type { TemplateContext } from '../template/index.ts';
import type { YamlNode } from '../yaml/index.ts';
import { buildImage, type BuildSpec } from './build-image.ts';
import { declareImages, type DeclaredImage } from './declared-images.ts';
import { lockPath, openLock, type ImagesLock } from './images-lock.ts';
import { printReference } from './reference.ts';

/** An image as pods pull it. */
export interface ResolvedImage {
  /** As the plan lists it. */
  planned: PlanImage;
  /** References that manifests may use for it: with the digest, and as it is declared. */
  references: readonly string[];
  /** How it is built, when it is. */
  build: BuildSpec | undefined;
}

/** The images of a stack by name. */
export interface ResolvedImages {
  byName: ReadonlyMap<string, ResolvedImage>;
  /** What they were made from, besides the stack files: when it is still so, they are too. */
  facts: SourceFacts;
}

/** Ids of files and directories, absent ones included. */
export interface SourceFacts {
  files: readonly (readonly [path: string, digest: string | undefined])[];
  trees: readonly (readonly [path: string, tree: string | undefined])[];
}

/** Step 7, images: every reference, pinned by the lock or named by its content. Source: design §3.7. */
export async function resolveImages(
  scope: RenderScope,
  node: YamlNode | undefined,
  context: TemplateContext,
  isProtected: boolean,
): Promise<ResolvedImages> {
  const lock = await openLock(scope, isProtected);
  const byName = new Map<string, ResolvedImage>();
  const files = new Set([lockPath(scope.inputs.file)]);
  const trees = new Set<string>();
  for (const image of declareImages(scope, node, context)) {
    const resolved = await resolveImage(scope, lock, image);
    if (resolved !== undefined) byName.set(image.name, resolved);
    if (image.policy !== 'build') continue;
    files.add(image.spec.dockerfile);
    trees.add(image.spec.context);
  }
  const { sources } = scope;
  const facts = {
    files: await Promise.all(
      [...files].map(async (path) => [path, await sources.digest(path)] as const),
    ),
    trees: await Promise.all(
      [...trees].map(async (path) => [path, await sources.treeHash(path)] as const),
    ),
  };
  return { byName, facts };
}

/** Whether files and directories are what they were. */
export async function holdsStill(sources: SourceSet, facts: SourceFacts): Promise<boolean> {
  let same = true;
  // Each is asked for even after a difference: what was looked at is part of the inputs.
  for (const [path, digest] of facts.files)
    if ((await sources.digest(path)) !== digest) same = false;
  for (const [path, tree] of facts.trees) if ((await sources.treeHash(path)) !== tree) same = false;
  return same;
}

async function resolveImage(
  scope: RenderScope,
  lock: ImagesLock,
  image: DeclaredImage,
): Promise<ResolvedImage | undefined> {
  if (image.policy === 'build') {
    const planned = await buildImage(scope, image.spec, lock);
    return planned && { planned, references: [planned.reference], build: image.spec };
  }
  const { name, from } = image;
  lock.check(from);
  const digest = lock.digest(from.reference);
  const pinned = printReference(from.reference, digest);
  if (image.policy === 'external') {
    const source = pinned === from.text ? {} : { source: from.text };
    const planned: PlanImage = { name, reference: pinned, ...source };
    return { planned, references: [pinned, from.text], build: undefined };
  }
  const target = { ...image.to.reference, tag: image.to.reference.tag ?? from.reference.tag };
  const to = printReference(target, undefined);
  const reference = printReference(target, digest);
  const source = pinned === from.text ? {} : { source: from.text };
  const planned: PlanImage = {
    name,
    reference,
    policy: 'mirror',
    ...source,
    mirror: { from: pinned, to },
  };
  return { planned, references: [reference, to], build: undefined };
}
