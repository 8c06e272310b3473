import { resolveSettings, type EnvironmentSettings } from '../environment/index.ts';
import { resolveImages, type ResolvedImages } from '../images/index.ts';
import type { RenderScope } from '../render-scope.ts';
import { checkSlotMarker, checkSlotNamespace } from '../safeguards/index.ts';
import { declareSecrets, type DeclaredSecret } from '../secrets/index.ts';
import type { GoMap, TemplateContext } from '../template/index.ts';
import { at } from '../yaml/index.ts';
import type { ValidatedStack } from './04-validate-schema.ts';
import type { ResolvedEnvironment } from './05-resolve-environment.ts';
import type { ResolvedContext } from './06-resolve-context.ts';

/** Where the stack goes and what it runs. */
export interface ResolvedTarget {
  namespace: string;
  settings: EnvironmentSettings;
  images: ResolvedImages;
  /** Secrets of the stack by name. */
  secrets: ReadonlyMap<string, DeclaredSecret>;
  /** The whole context: `.Namespace`, `.Instance`, `.Domain`, `.Secrets` and `.Images` included. */
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
  const overridden = Object.hasOwn(overrides, templatedNamespace);
  const namespace = overridden
    ? (overrides[templatedNamespace] ?? templatedNamespace)
    : templatedNamespace;
  if (!dnsLabel.test(namespace))
    scope.findings.report(
      'invalid-namespace',
      resolved.namespacePlace,
      `the namespace would be ${JSON.stringify(namespace)}`,
    );
  checkSlotNamespace(scope, environment.name, {
    template: String(resolved.namespacePlace.value),
    resolved: namespace,
    overridden,
    place: resolved.namespacePlace,
  });
  const named = { ...resolved.context.root, Namespace: namespace };
  const spec = at(stack.root, ['spec']);
  const settings = resolveSettings(scope, spec, environment.node, {
    ...resolved.context,
    root: named,
  });
  checkSlotMarker(scope, at(spec, ['instanceScope', 'marker']), settings.marker);
  const secrets = declareSecrets(
    scope,
    at(spec, ['secrets']),
    { ...resolved.context, root: named },
    environment.name,
    environment.names,
  );
  const root: GoMap = {
    ...named,
    Instance: settings.marker ?? namespace,
    ...(settings.domain === undefined ? {} : { Domain: settings.domain }),
    Secrets: Object.fromEntries([...secrets].map(([name, { version = '' }]) => [name, version])),
  };
  const declared = at(stack.root, ['spec', 'images']);
  const images = await resolveImages(
    scope,
    declared,
    { ...resolved.context, root },
    environment.isProtected,
  );
  if (scope.findings.errors > before) return undefined;
  const context = { ...resolved.context, root: { ...root, Images: references(images) } };
  return { namespace, settings, images, secrets, context };
}

function references({ byName }: ResolvedImages): Record<string, string> {
  return Object.fromEntries([...byName].map(([name, { planned }]) => [name, planned.reference]));
}
