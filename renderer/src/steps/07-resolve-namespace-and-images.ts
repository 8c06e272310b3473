import type { Image } from '@codex-k8s/schema';
import { checkPart } from '../contract/index.ts';
import { evaluateNode } from '../evaluation/index.ts';
import type { RenderScope } from '../render-scope.ts';
import type { TemplateContext } from '../template/index.ts';
import { at, keyPlace, stringOf, type Value, type YamlNode } from '../yaml/index.ts';
import type { ValidatedStack } from './04-validate-schema.ts';
import type { ResolvedContext } from './06-resolve-context.ts';

/** Where the stack goes and what it runs. */
export interface ResolvedTarget {
  namespace: string;
  /** References by image name. */
  images: ReadonlyMap<string, string>;
  /** The whole context: `.Namespace` and `.Images` included. */
  context: TemplateContext;
}

const dnsLabel = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const imageReference =
  /^(?:[a-zA-Z0-9.-]+(?::[0-9]+)?\/)?[a-z0-9._/-]+(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

/** Step 7: the namespace with its overrides, and the image references. */
export function resolveNamespaceAndImages(
  scope: RenderScope,
  stack: ValidatedStack,
  resolved: ResolvedContext,
): ResolvedTarget | undefined {
  const before = scope.findings.errors;
  checkProductionNamespace(scope, stack, resolved.project);
  const { templatedNamespace } = resolved;
  const overrides = stack.value.spec.namespaceOverrides ?? {};
  const namespace = Object.hasOwn(overrides, templatedNamespace)
    ? (overrides[templatedNamespace] ?? templatedNamespace)
    : templatedNamespace;
  if (!dnsLabel.test(namespace))
    scope.findings.report(
      'invalid-namespace',
      resolved.namespacePlace,
      `the namespace would be ${JSON.stringify(namespace)}`,
    );
  const root = { ...resolved.context.root, Namespace: namespace };
  const images = resolveImages(scope, stack, { ...resolved.context, root });
  if (scope.findings.errors > before) return undefined;
  const context = { ...resolved.context, root: { ...root, Images: Object.fromEntries(images) } };
  return { namespace, images, context };
}

/**
 * The project codex-k8s keeps the literal template `{{ .Project }}-production` and the namespace
 * `codex-k8s-prod` that exists already; other projects are free. Source: design §3.5, epic S3 day 9.
 */
function checkProductionNamespace(
  scope: RenderScope,
  stack: ValidatedStack,
  project: string,
): void {
  if (project !== 'codex-k8s') return;
  const environments = at(stack.root, ['spec', 'environments']) ?? stack.root;
  const template = at(environments, ['production', 'namespaceTemplate']);
  if (stringOf(template) !== '{{ .Project }}-production') {
    const place = template ?? keyPlace(environments, 'production');
    scope.findings.report(
      'production-namespace',
      place,
      'environments.production.namespaceTemplate must be "{{ .Project }}-production"',
    );
  }
  const overrides = stack.value.spec.namespaceOverrides ?? {};
  if (overrides['codex-k8s-production'] !== 'codex-k8s-prod') {
    const place = at(stack.root, ['spec', 'namespaceOverrides']) ?? template ?? environments;
    scope.findings.report(
      'production-namespace',
      place,
      'namespaceOverrides must map codex-k8s-production to codex-k8s-prod',
    );
  }
}

function resolveImages(
  scope: RenderScope,
  stack: ValidatedStack,
  context: TemplateContext,
): Map<string, string> {
  const images = new Map<string, string>();
  const node = at(stack.root, ['spec', 'images']);
  if (node?.kind !== 'map') return images;
  for (const entry of node.entries.values()) {
    const before = scope.findings.errors;
    const evaluated = evaluateNode(entry.value, scope.templates, context);
    if (scope.findings.errors > before) continue;
    const image = checkPart(scope.findings, 'image', evaluated);
    if (image === undefined) continue;
    const reference = referenceOf(image.value);
    if (imageReference.test(reference)) images.set(entry.key, reference);
    else reportReference(scope, entry.value, entry.key, reference);
  }
  return images;
}

function reportReference(
  scope: RenderScope,
  node: YamlNode,
  name: string,
  reference: string,
): void {
  scope.findings.report(
    'invalid-image',
    node,
    `the image ${name} would be ${JSON.stringify(reference)}`,
  );
}

/** What pods pull. */
function referenceOf(value: Value): string {
  const image = asImage(value);
  if (image.type === 'build') return `${image.repository ?? ''}:${image.tagTemplate ?? ''}`;
  return (image.type === 'mirror' ? image.local : image.from) ?? '';
}

function asImage(value: Value): Image {
  // oxlint-disable-next-line no-unsafe-type-assertion -- checked against the schema just before
  return value as Image;
}
