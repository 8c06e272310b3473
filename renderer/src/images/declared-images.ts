import type { Image } from '@codex-k8s/schema';
import { checkPart } from '../contract/index.ts';
import { evaluateNode } from '../evaluation/index.ts';
import { resolvePath } from '../paths/index.ts';
import type { RenderScope } from '../render-scope.ts';
import type { TemplateContext } from '../template/index.ts';
import {
  child,
  itemsOf,
  keyPlace,
  stringOf,
  type Place,
  type Value,
  type YamlNode,
} from '../yaml/index.ts';
import type { BuildSpec, NamedReference } from './build-image.ts';
import { parseReference } from './reference.ts';

/** An image of spec.images with its templates executed, before anything is locked. */
export type DeclaredImage =
  | { policy: 'external'; name: string; from: NamedReference }
  | { policy: 'mirror'; name: string; from: NamedReference; to: NamedReference }
  | { policy: 'build'; name: string; spec: BuildSpec };

/** Executes the templates of spec.images; an image with something wrong is reported and left out. */
export function declareImages(
  scope: RenderScope,
  node: YamlNode | undefined,
  context: TemplateContext,
): DeclaredImage[] {
  const images: DeclaredImage[] = [];
  if (node?.kind !== 'map') return images;
  for (const entry of node.entries.values()) {
    const before = scope.findings.errors;
    const evaluated = evaluateNode(entry.value, scope.templates, context);
    if (scope.findings.errors > before) continue;
    const checked = checkPart(scope.findings, 'image', evaluated);
    if (checked === undefined) continue;
    const image = declareImage(scope, entry.key, checked.node, asImage(checked.value));
    if (image !== undefined) images.push(image);
  }
  return images;
}

function declareImage(
  scope: RenderScope,
  name: string,
  node: YamlNode,
  image: Image,
): DeclaredImage | undefined {
  if (image.type === 'build') return declareBuild(scope, name, node, image);
  const from = referenceAt(scope, name, child(node, 'from'));
  if (image.type !== 'mirror')
    return from === undefined ? undefined : { policy: 'external', name, from };
  const to = referenceAt(scope, name, child(node, 'to'));
  if (from === undefined || to === undefined) return undefined;
  if (to.reference.digest === undefined) return { policy: 'mirror', name, from, to };
  const message = `the image ${name} cannot be copied to ${to.text}: what is copied decides the digest`;
  scope.findings.report('invalid-image', to.place, message);
  return undefined;
}

function declareBuild(
  scope: RenderScope,
  name: string,
  node: YamlNode,
  image: Image,
): DeclaredImage | undefined {
  const before = scope.findings.errors;
  const { repository = '', target, args = {} } = image;
  const parsed = parseReference(repository);
  if (parsed === undefined || parsed.tag !== undefined || parsed.digest !== undefined) {
    const message = `the image ${name} would be pushed to ${JSON.stringify(repository)}, which is no repository`;
    const hint = 'Leave the tag out: it is made from what the image is built from.';
    scope.findings.report('invalid-image', child(node, 'repository') ?? node, message, { hint });
  }
  const context = pathAt(scope, node, 'context', '.');
  // Without a Dockerfile of its own, the one of the context: that path is relative to the root.
  const dockerfile =
    child(node, 'dockerfile') === undefined
      ? context && { ...context, path: [context.path, 'Dockerfile'].filter(Boolean).join('/') }
      : pathAt(scope, node, 'dockerfile', '');
  const bases = itemsOf(child(node, 'bases')).map((item) => referenceAt(scope, name, item));
  if (scope.findings.errors > before || context === undefined || dockerfile === undefined)
    return undefined;
  const spec: BuildSpec = {
    name,
    repository,
    context: context.path,
    dockerfile: dockerfile.path,
    target,
    args,
    bases: bases.filter((base) => base !== undefined),
    places: {
      context: context.place,
      dockerfile: dockerfile.place,
      target: child(node, 'target') ?? node,
    },
  };
  return { policy: 'build', name, spec };
}

function pathAt(
  scope: RenderScope,
  node: YamlNode,
  key: string,
  fallback: string,
): { path: string; place: Place } | undefined {
  const written = child(node, key);
  const place = written ?? node;
  const path = stringOf(written) ?? fallback;
  const resolved = resolvePath(place.source.file, path);
  if (resolved !== undefined) return { path: resolved, place };
  scope.findings.report('outside-root', keyPlace(node, key), `${path} leads outside of the source`);
  return undefined;
}

function referenceAt(
  scope: RenderScope,
  name: string,
  node: YamlNode | undefined,
): NamedReference | undefined {
  const text = stringOf(node);
  if (node === undefined || text === undefined) return undefined;
  const reference = parseReference(text);
  if (reference !== undefined) return { reference, text, place: node };
  scope.findings.report(
    'invalid-image',
    node,
    `the image ${name} would be ${JSON.stringify(text)}`,
  );
  return undefined;
}

function asImage(value: Value): Image {
  // oxlint-disable-next-line no-unsafe-type-assertion -- checked against the schema just before
  return value as Image;
}
