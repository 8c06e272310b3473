import { resolveImages, type ResolvedImages } from '../images/index.ts';
import type { RenderScope } from '../render-scope.ts';
import type { TemplateContext } from '../template/index.ts';
import { at } from '../yaml/index.ts';
import type { ValidatedStack } from './04-validate-schema.ts';
import type { ResolvedEnvironment } from './05-resolve-environment.ts';
import type { ResolvedContext } from './06-resolve-context.ts';

/** Where the stack goes and what it runs. */
export interface ResolvedTarget {
  namespace: string;
  images: ResolvedImages;
  /** The whole context: `.Namespace` and `.Images` included. */
  context: TemplateContext;
}

const dnsLabel = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/** Step 7: the namespace with its overrides, and the image references. */
export async function resolveNamespaceAndImages(
  scope: RenderScope,
  stack: ValidatedStack,
  environment: ResolvedEnvironment,
  resolved: ResolvedContext,
): Promise<ResolvedTarget | undefined> {
  const before = scope.findings.errors;
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
  const declared = at(stack.root, ['spec', 'images']);
  const images = await resolveImages(
    scope,
    declared,
    { ...resolved.context, root },
    environment.isProtected,
  );
  if (scope.findings.errors > before) return undefined;
  const context = { ...resolved.context, root: { ...root, Images: references(images) } };
  return { namespace, images, context };
}

function references({ byName }: ResolvedImages): Record<string, string> {
  return Object.fromEntries([...byName].map(([name, { planned }]) => [name, planned.reference]));
}
