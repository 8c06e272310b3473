import { Findings } from './diagnostics/index.ts';
import { TemplateSet } from './evaluation/index.ts';
import { createRenderCache, type RenderCache } from './render-cache.ts';
import type { RenderScope } from './render-scope.ts';
import type { RenderedStack, RenderInputs, RenderResult } from './rendered-stack.ts';
import { SourceSet } from './sources/index.ts';
import { loadRoot } from './steps/01-load-root.ts';
import { resolveImports, type StackFiles } from './steps/02-resolve-imports.ts';
import { mergeComponents } from './steps/03-merge-components.ts';
import { validateSchema } from './steps/04-validate-schema.ts';
import { resolveEnvironment } from './steps/05-resolve-environment.ts';
import { resolveContext } from './steps/06-resolve-context.ts';
import { resolveNamespaceAndImages } from './steps/07-resolve-namespace-and-images.ts';
import { buildGraph, declareUnits, type ResolvedStack } from './steps/08-build-graph.ts';
import { validateGraph } from './steps/09-validate-graph.ts';
import { emitPlan } from './steps/10-emit-plan.ts';

/** Renders stacks; keeps what it has parsed and printed for the next time. */
export interface Renderer {
  render(inputs: RenderInputs): Promise<RenderResult>;
  counters(): RendererCounters;
}

export interface RendererCounters {
  /** YAML texts that were parsed since the renderer was made. */
  documentsParsed: number;
}

/** Makes a renderer. Renderers may share a cache. */
export function createRenderer(options: { cache?: RenderCache } = {}): Renderer {
  const cache = options.cache ?? createRenderCache();
  let documentsParsed = 0;
  return {
    counters: () => ({ documentsParsed }),
    async render(inputs) {
      const findings = new Findings();
      const scope: RenderScope = {
        inputs,
        findings,
        sources: new SourceSet(inputs.reader, cache.documents, () => {
          documentsParsed += 1;
        }),
        templates: new TemplateSet(cache.templates, findings),
        units: cache.units,
      };
      const rendered = await renderStack(scope, cache);
      return rendered === undefined || findings.hasErrors
        ? { ok: false, diagnostics: findings.toDiagnostics() }
        : { ok: true, rendered };
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
  const stack = files && resolveStack(scope, files, cache);
  const graph = stack && (await buildGraph(scope, stack));
  const valid = stack && graph && validateGraph(scope, stack, graph);
  return stack && valid && emitPlan(scope, stack, valid);
}

/** Steps 3 to 7: they depend on nothing but the stack files and the inputs. */
function resolveStack(
  scope: RenderScope,
  files: StackFiles,
  cache: RenderCache,
): ResolvedStack | undefined {
  const { environment: name, slot, vars, cluster } = scope.inputs;
  const contents = files.map(({ path, digest }) => [path, digest]);
  const key = JSON.stringify([contents, name, slot, vars, cluster]);
  const known = cache.stacks.get(key);
  if (known !== undefined) return known;
  const merged = mergeComponents(scope, files);
  const stack = merged && validateSchema(scope, merged);
  const environment = stack && resolveEnvironment(scope, stack);
  const context = stack && environment && resolveContext(scope, stack, environment);
  const target = stack && context && resolveNamespaceAndImages(scope, stack, context);
  const resolved = target && declareUnits(scope, stack, environment, context, target);
  // A stack with warnings is resolved again each time, so that they are told each time.
  if (resolved !== undefined && scope.findings.toDiagnostics().length === 0)
    cache.stacks.set(key, resolved, key.length + resolved.units.length * 4000);
  return resolved;
}
