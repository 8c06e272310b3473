import type { ProjectDoc, SecretResolution } from '@codex-k8s/schema';
import type { RenderScope } from './render-scope.ts';
import { runtimePolicy, type RuntimePolicy } from './runtime-policy.ts';
import { readsField } from './template/index.ts';
import {
  loadRoot,
  mergeComponents,
  resolveEnvironment,
  resolveImports,
  validateSchema,
} from './steps/index.ts';
import { child, stringOf } from './yaml/index.ts';

/** What a services.yaml offers to be rendered. */
export interface StackDescription {
  project: string;
  stack: string;
  environments: StackEnvironment[];
  /** What triggers get to work with. */
  runtime: RuntimePolicy;
  /** Rules for the keys of secrets, for `createSecretResolver`. */
  secretResolution: SecretResolution;
  /** Documents that agents are given to read. */
  projectDocs: ProjectDoc[];
}

export interface StackEnvironment {
  name: string;
  /** Other names by which it can be asked for. */
  aliases: string[];
  kind: 'application' | 'cluster';
  /** Whether its namespace depends on the slot: it exists in slots only. */
  forSlots: boolean;
}

/** Steps 1 to 5 over every environment; undefined after reporting what is wrong. */
export async function describeStack(scope: RenderScope): Promise<StackDescription | undefined> {
  const root = await loadRoot(scope);
  const files = root && (await resolveImports(scope, root));
  const merged = files && mergeComponents(scope, files);
  const stack = merged && validateSchema(scope, merged);
  if (stack === undefined) return undefined;
  const environments: StackEnvironment[] = [];
  for (const [name, { aliases = [] }] of Object.entries(stack.value.spec.environments)) {
    const inputs = { ...scope.inputs, environment: name };
    const environment = resolveEnvironment({ ...scope, inputs }, stack);
    if (environment === undefined) return undefined;
    const text = stringOf(child(environment.node, 'namespaceTemplate'));
    const template = text === undefined ? undefined : scope.templates.compile(text);
    const forSlots = template?.ok === true && readsField(template.value, 'Slot');
    environments.push({ name, aliases: [...aliases], kind: environment.kind, forSlots });
  }
  const { metadata, spec } = stack.value;
  return {
    project: spec.project ?? metadata.name,
    stack: metadata.name,
    environments,
    runtime: runtimePolicy(spec.webhookRuntime),
    secretResolution: spec.secretResolution ?? {},
    projectDocs: spec.projectDocs ?? [],
  };
}
