import { performance } from 'node:perf_hooks';
import type { RenderedStack, Renderer } from '@codex-k8s/renderer';
import type { Diagnostic } from '@codex-k8s/schema';
import type { ErrorData } from '../errors/index.ts';
import type { RepositoryProvider } from '../providers/index.ts';
import type { Telemetry } from '../telemetry/index.ts';
import { refuseRender } from './admit.ts';
import type { RenderTarget } from './environment.ts';
import type { StartedRun } from './start.ts';

/** How a run's render ended: with files to publish, or with what is wrong in the source. */
export type RenderedRun =
  | { run: StartedRun; ok: true; rendered: RenderedStack }
  | { run: StartedRun; ok: false; error: ErrorData; diagnostics: readonly Diagnostic[] };

/** What rendering needs from outside. */
export interface RenderPorts {
  renderer: Renderer;
  providerOf(kind: 'local' | 'git' | 'github'): RepositoryProvider;
  telemetry: Telemetry;
}

/** Renders each run at its pinned SHA and holds the result against the binding. */
export async function renderRuns(
  ports: RenderPorts,
  target: RenderTarget,
  runs: readonly StartedRun[],
): Promise<RenderedRun[]> {
  const rendered: RenderedRun[] = [];
  for (const run of runs) rendered.push(await renderRun(ports, target, run));
  return rendered;
}

async function renderRun(
  ports: RenderPorts,
  target: RenderTarget,
  run: StartedRun,
): Promise<RenderedRun> {
  const { source } = run;
  const began = performance.now();
  const reader = await ports
    .providerOf(source.repository.provider)
    .openSource(source.repository, run.sha);
  const opened = performance.now();
  const parsedBefore = ports.renderer.counters().documentsParsed;
  const result = await ports.renderer.render({
    reader,
    file: source.servicesYamlPath,
    environment: target.name,
    vars: source.vars,
  });
  ports.telemetry.count(
    'documents_parsed',
    {},
    ports.renderer.counters().documentsParsed - parsedBefore,
  );
  ports.telemetry.duration('source_open', (opened - began) / 1000);
  ports.telemetry.duration('render', (performance.now() - opened) / 1000);
  if (!result.ok)
    return {
      run,
      ok: false,
      error: renderError(run, result.diagnostics),
      diagnostics: result.diagnostics,
    };
  const refusal = refuseRender(target, source, result.rendered);
  if (refusal) return { run, ok: false, error: refusal, diagnostics: result.rendered.diagnostics };
  return { run, ok: true, rendered: result.rendered };
}

function renderError(run: StartedRun, diagnostics: readonly Diagnostic[]): ErrorData {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  const [first] = errors;
  const place =
    first?.file === undefined
      ? run.source.servicesYamlPath
      : `${first.file}:${first.line ?? 1}:${first.column ?? 1}`;
  return {
    code: 'CK-RUN-001',
    message: `${place} ${first?.message ?? 'could not be rendered'}${errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''}`,
    where: { repository: run.source.repository.fullName, sha: run.sha },
    hint:
      first?.hint ??
      'mend what the diagnostics name and push again; state repo and cluster are untouched',
  };
}
