import type { Diagnostic, PromptContext } from '@codex-k8s/schema';
import { describeStack, type StackDescription } from './describe-stack.ts';
import { Findings } from './diagnostics/index.ts';
import { TemplateSet } from './evaluation/index.ts';
import type { ExplainResult, Question } from './explain/index.ts';
import { imageReferences, type LockableReference } from './image-references.ts';
import { holdsStill } from './images/index.ts';
import type { ManifestPrograms } from './manifests/index.ts';
import { promptContext } from './prompt-context/index.ts';
import { createRenderCache, type RenderCache } from './render-cache.ts';
import type { RenderScope } from './render-scope.ts';
import type { RenderedStack, RenderInputs, RenderResult } from './rendered-stack.ts';
import { resolveValidated } from './resolve-validated.ts';
import { SourceSet } from './sources/index.ts';
import {
  buildGraph,
  emitPlan,
  loadRoot,
  mergeComponents,
  resolveImports,
  validateGraph,
  validateSchema,
  type ResolvedStack,
  type StackFiles,
  type ValidatedGraph,
} from './steps/index.ts';

/** Renders stacks; keeps what it has parsed and printed for the next time. */
export interface Renderer {
  render(inputs: RenderInputs): Promise<RenderResult>;
  /** Names what can be rendered, without rendering it. */
  describe(inputs: Pick<RenderInputs, 'reader' | 'file'>): Promise<DescribeResult>;
  /** Names the image tags of one environment that images.lock may pin. */
  imageReferences(inputs: RenderInputs): Promise<ReferencesResult>;
  /** Tells an agent about one environment: services, strategies, endpoints, hints, documents. */
  promptContext(inputs: RenderInputs): Promise<PromptContextResult>;
  /** Tells where the value of a field of a rendered object comes from. */
  explain(inputs: RenderInputs, question: Question): Promise<ExplainResult>;
  counters(): RendererCounters;
}

export interface RendererCounters {
  /** YAML texts that were parsed since the renderer was made. */
  documentsParsed: number;
}

/** What a services.yaml offers, or every error that keeps it from being told. */
export type DescribeResult =
  | { ok: true; stack: StackDescription }
  | { ok: false; diagnostics: Diagnostic[] };

/** The tags that images.lock may pin, or every error that keeps them from being told. */
export type ReferencesResult =
  | { ok: true; references: LockableReference[] }
  | { ok: false; diagnostics: Diagnostic[] };

/** What an agent is told, with warnings; or every error that keeps it from being told. */
export type PromptContextResult =
  | { ok: true; context: PromptContext; diagnostics: Diagnostic[] }
  | { ok: false; diagnostics: Diagnostic[] };

export interface RendererOptions {
  /** Renderers may share a cache. */
  cache?: RenderCache;
  /** Runs helm and kustomize for stacks that bring charts or kustomizations. */
  programs?: ManifestPrograms;
}

/** Makes a renderer. Without options it is pure: it runs nothing and knows no file system. */
export function createRenderer(options: RendererOptions = {}): Renderer {
  const cache = options.cache ?? createRenderCache();
  let documentsParsed = 0;

  function scopeOf(inputs: RenderInputs): RenderScope {
    const findings = new Findings();
    const sources = new SourceSet(inputs.reader, cache.documents, () => {
      documentsParsed += 1;
    });
    const templates = new TemplateSet(cache.templates, findings);
    const { programs } = options;
    const { units, printed } = cache;
    return { inputs, findings, sources, templates, units, printed, programs };
  }

  return {
    counters: () => ({ documentsParsed }),
    async render(inputs) {
      const scope = scopeOf(inputs);
      const rendered = await renderStack(scope, cache);
      return rendered === undefined || scope.findings.hasErrors
        ? { ok: false, diagnostics: scope.findings.toDiagnostics() }
        : { ok: true, rendered };
    },
    async promptContext(inputs) {
      const scope = scopeOf(inputs);
      const planned = await planStack(scope, cache);
      const diagnostics = scope.findings.toDiagnostics();
      return planned === undefined || scope.findings.hasErrors
        ? { ok: false, diagnostics }
        : {
            ok: true,
            context: promptContext(planned.stack, planned.graph, inputs.slot),
            diagnostics,
          };
    },
    async explain(inputs, question) {
      const { explainField } = await import('./explain/index.ts');
      return explainField(scopeOf(inputs), question);
    },
    async describe(inputs) {
      const scope = scopeOf({ ...inputs, environment: '' });
      const stack = await describeStack(scope);
      return stack === undefined
        ? { ok: false, diagnostics: scope.findings.toDiagnostics() }
        : { ok: true, stack };
    },
    async imageReferences(inputs) {
      const scope = scopeOf(inputs);
      const references = await imageReferences(scope);
      return references === undefined
        ? { ok: false, diagnostics: scope.findings.toDiagnostics() }
        : { ok: true, references };
    },
  };
}

/** The ten steps of the document, in its order. */
async function renderStack(
  scope: RenderScope,
  cache: RenderCache,
): Promise<RenderedStack | undefined> {
  const planned = await planStack(scope, cache);
  return planned && emitPlan(scope, planned.stack, planned.graph);
}

/** Steps 1 to 9. */
async function planStack(
  scope: RenderScope,
  cache: RenderCache,
): Promise<{ stack: ResolvedStack; graph: ValidatedGraph } | undefined> {
  const root = await loadRoot(scope);
  const files = root && (await resolveImports(scope, root));
  const stack = files && (await resolveStack(scope, files, cache));
  const graph = stack && (await buildGraph(scope, stack));
  const valid = stack && graph && (await validateGraph(scope, stack, graph));
  return stack && valid && { stack, graph: valid };
}

/** Steps 3 to 7: they depend on the stack files, the inputs and what images are made from. */
async function resolveStack(
  scope: RenderScope,
  files: StackFiles,
  cache: RenderCache,
): Promise<ResolvedStack | undefined> {
  const { environment: name, slot, vars, cluster, secretVersions } = scope.inputs;
  const contents = files.map(({ path, digest }) => [path, digest]);
  const key = JSON.stringify([contents, name, slot, vars, cluster, secretVersions]);
  const known = cache.stacks.get(key);
  if (known !== undefined && (await holdsStill(scope.sources, known.stack.target.images.facts))) {
    for (const diagnostic of known.diagnostics) scope.findings.add(diagnostic);
    return known.stack;
  }
  const merged = mergeComponents(scope, files);
  const stack = merged && validateSchema(scope, merged);
  const resolved = stack && (await resolveValidated(scope, stack));
  if (resolved !== undefined) {
    const diagnostics = scope.findings.toDiagnostics();
    const weight = key.length + resolved.units.length * 4000;
    cache.stacks.set(key, { stack: resolved, diagnostics }, weight);
  }
  return resolved;
}
