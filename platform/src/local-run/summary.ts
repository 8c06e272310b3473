import { relative } from 'node:path';
import type { FileDiff, ObjectView } from '@codex-k8s/controller';
import type { Sample } from '../local/index.ts';
import type { Sync } from './follow.ts';

/** The objects of an environment as a short table. */
export function describeObjects(
  { run, environment }: Sync,
  objects: readonly ObjectView[],
): string {
  const lines = objects
    .slice(0, 30)
    .map(
      (object) =>
        `    ${object.health === 'current' ? '●' : '○'} ${`${object.kind}/${object.name}`.padEnd(40)} ${object.health}${object.message === undefined ? '' : `  ${object.message}`}`,
    );
  const simulated = environment.clusterSimulated
    ? '  (pods simulated by kwok: no container runs)'
    : '';
  return `\n  ${environment.project}/${environment.name}: ${environment.health}, ${objects.length} objects in namespace ${environment.namespace}${simulated}\n  state commit ${run.stateCommit ?? environment.headCommit ?? '–'} on ${environment.branch}\n${lines.join('\n')}${objects.length > 30 ? `\n    … and ${objects.length - 30} more` : ''}\n`;
}

/** What to try next: lines that can be pasted. */
export function describeNext(sample: Sample): string {
  const clone = relative(process.cwd(), sample.clone);
  return `  Try next, in another terminal:
    cd ${clone}
    sed -i 's/type: integer, default: 1/type: integer, default: 2/' services.yaml
    git commit -am 'One pod more' && git push

  Watch the steps here and the rendered diff in the portal. Ctrl-C stops; npm run reset begins anew.`;
}

/** The one JSON document of \`--once\`. */
export function syncDocument(options: {
  sync: Sync;
  objects: readonly ObjectView[];
  files: readonly FileDiff[];
  privateUrl: string;
  clone: string;
  dataDirectory: string;
}): Record<string, unknown> {
  const { run, environment } = options.sync;
  return {
    apiVersion: 'codex-k8s.dev/v1alpha1',
    kind: 'LocalSync',
    healthy: environment.health === 'healthy',
    project: environment.project,
    environment: environment.name,
    namespace: environment.namespace,
    cluster: { name: environment.cluster, simulatedPods: environment.clusterSimulated },
    run: {
      id: run.id,
      correlationId: run.correlationId,
      status: run.status,
      outcome: run.outcome,
      sourceSha: run.sourceSha,
      steps: run.steps,
      error: run.error,
      diagnostics: run.diagnostics,
    },
    stateCommit: run.stateCommit,
    changedFiles: options.files.map(({ path, change }) => ({ path, change })),
    objects: options.objects.map(({ apiVersion, kind, namespace, name, unit, health }) => ({
      apiVersion,
      kind,
      namespace,
      name,
      unit,
      health,
    })),
    portal: options.privateUrl,
    clone: options.clone,
    data: options.dataDirectory,
  };
}
