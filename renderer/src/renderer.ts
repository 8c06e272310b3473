import type { Diagnostic } from '@codex-k8s/schema';
import { describeStack, type StackDescription } from './describe-stack.ts';
import { Findings } from './diagnostics/index.ts';
import { TemplateSet } from './evaluation/index.ts';
import { holdsStill } from './images/index.ts';
import { createRenderCache, type RenderCache } from './render-cache.ts';
import type { RenderScope } from './render-scope.ts';
import type { RenderedStack, RenderInputs, RenderResult } from './rendered-stack.ts';
import { SourceSet } from './sources/index.ts';
import {
  buildGraph,
  declareUnits,
  emitPlan,
  loadRoot,
  mergeComponents,
  resolveContext,
  resolveEnvironment,
  resolveImports,
  resolveNamespaceAndImages,
  validateGraph,
  validateSchema,
  type ResolvedStack,
  type StackFiles,
} from './steps/index.ts';

/** Renders stacks; keeps what it has parsed and printed for the next time. */
export interface Renderer {
  render(inputs: RenderInputs): Promise<RenderResult>;
  /** Names what can be rendered, without rendering it. */
  describe(inputs: Pick<RenderInputs, 'reader' | 'file'>): Promise<DescribeResult>;
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

/** Makes a renderer. Renderers may share a cache. */
export function createRenderer(options: { cache?: RenderCache } = {}): Renderer {
  const cache = options.cache ?? createRenderCache();
  let documentsParsed = 0;

  function scopeOf(inputs: RenderInputs): RenderScope {
    const findings = new Findings();
    const sources = new SourceSet(inputs.reader, cache.documents, () => {
      documentsParsed += 1;
    });
    const templates = new TemplateSet(cache.templates, findings);
    return { inputs, findings, sources, templates, units: cache.units };
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
    async describe(inputs) {
      const scope = scopeOf({ ...inputs, environment: '' });
      const stack = await describeStack(scope);
      return stack === undefined
        ? { ok: false, diagnostics: scope.findings.toDiagnostics() }
        : { ok: true, stack };
    },
  };
}

/** The ten steps of the document, in its order. */
async function renderStack(
  scope: RenderScope,
  cache: RenderCache,
): Promise<RenderedStack | undefined> {
  const root = await loadRoot(scope);
  const files = root && (await resolveImports(scope, root));
  const stack = files && (await resolveStack(scope, files, cache));
  const graph = stack && (await buildGraph(scope, stack));
  const valid = stack && graph && validateGraph(scope, stack, graph);
  return stack && valid && emitPlan(scope, stack, valid);
}

/** Steps 3 to 7: they depend on the stack files, the inputs and what images are made from. */
async function resolveStack(
  scope: RenderScope,
  files: StackFiles,
  cache: RenderCache,
): Promise<ResolvedStack | undefined> {
  const { environment: name, slot, vars, cluster } = scope.inputs;
  const contents = files.map(({ path, digest }) => [path, digest]);
  const key = JSON.stringify([contents, name, slot, vars, cluster]);
  const known = cache.stacks.get(key);
  if (known !== undefined && (await holdsStill(scope.sources, known.stack.target.images.facts))) {
    for (const diagnostic of known.diagnostics) scope.findings.add(diagnostic);
    return known.stack;
  }
  const merged = mergeComponents(scope, files);
  const stack = merged && validateSchema(scope, merged);
  const environment = stack && resolveEnvironment(scope, stack);
  const context = stack && environment && resolveContext(scope, stack, environment);
  const target =
    stack && context && (await resolveNamespaceAndImages(scope, stack, environment, context));
  const resolved = target && declareUnits(scope, stack, environment, context, target);
  if (resolved !== undefined) {
    const diagnostics = scope.findings.toDiagnostics();
    const weight = key.length + resolved.units.length * 4000;
    cache.stacks.set(key, { stack: resolved, diagnostics }, weight);
  }
  return resolved;
}
