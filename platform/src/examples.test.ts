import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  createManifestPrograms,
  createMemoryReader,
  createRenderer,
  toolsDirectoryOf,
} from '@codex-k8s/renderer';
import { expect } from 'chai';
import { conditionsOf, deliver, endedRun, gitOut, openScenario, settled } from './testing/index.ts';
import type { Scenario, ScenarioProject } from './testing/index.ts';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));

const rendererMain = fileURLToPath(new URL('../../renderer/src/main.ts', import.meta.url));

/** Every file of an example, by path below `example/`. */
async function filesOf(name: string): Promise<Record<string, string>> {
  const directory = join(examples, name);
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const files = paths.map(async (path): Promise<[string, string]> => [
    `example${path.slice(directory.length)}`,
    await readFile(path, 'utf8'),
  ]);
  return Object.fromEntries(await Promise.all(files));
}

/** The example as it is, in the project and namespace of the scenario. */
function placed(project: ScenarioProject, stack: string): string {
  return `apiVersion: codex-k8s.dev/v1alpha1
kind: ServiceStack
metadata:
  name: ${stack}
spec:
  project: ${project.slug}
  imports: [example/services.yaml]
  environments:
    dev:
      namespaceTemplate: ${project.namespace}
`;
}

interface Example {
  directory: string;
  stack: string;
  /** Helm and kustomize are installed first. */
  needsPrograms?: boolean;
  /** Objects that must have become healthy, as the API server shows them. */
  deployments: string[];
  statefulSets: string[];
  /** Migrations and hooks, by unit and name, in the order in which they must have run. */
  hooks?: string[];
}

const stacks: Example[] = [
  {
    directory: 'shop',
    stack: 'shop',
    deployments: ['api', 'storefront'],
    statefulSets: ['cart'],
  },
  {
    directory: 'project-example',
    stack: 'chat',
    deployments: ['gateway', 'messages', 'web'],
    statefulSets: ['database'],
    hooks: ['schema/tables', 'gateway/smoke'],
  },
  {
    directory: 'brought-along',
    stack: 'brought-along',
    needsPrograms: true,
    deployments: ['guestbook-guestbook', 'mailer'],
    statefulSets: [],
  },
];

/**
 * From a push to healthy objects, on the real API server. Its pods are simulated: they become
 * ready without a container, so images are not pulled and secrets are not read. What is proven is
 * the way of every object, its order and its health, and that every hook ran as a Job and was
 * recorded; that secrets are written is proven where the apply loop does it.
 */
describe('the examples', () => {
  const toolsDirectory = toolsDirectoryOf(process.env);
  const programs = createManifestPrograms({ toolsDirectory });
  let scenario: Scenario;
  let url: string;
  before(async () => {
    scenario = await openScenario();
    const settings = { CODEXK8S_TOOLS_DIR: toolsDirectory };
    url = (await scenario.start('all', { settings })).publicUrl;
  });
  after(() => scenario.end());

  for (const { directory, stack, needsPrograms = false, ...expected } of stacks)
    it(`are deployed from a push until they are healthy: ${directory}`, async function () {
      this.timeout(needsPrograms ? 1_000_000 : 120_000);
      if (needsPrograms) await installPrograms();
      const project = await scenario.project([stack]);
      const source = project.sources[0];
      if (source === undefined) throw new Error('no source');
      const files = { ...(await filesOf(directory)), 'services.yaml': placed(project, stack) };
      const sha = await source.clone.publish(files, `deploy ${directory}`);
      await deliver(url, { fullName: source.fullName, secret: scenario.secret });

      const run = await endedRun(scenario, project, sha, 90_000);
      expect(run, JSON.stringify([run.error, run.diagnostics])).to.include({
        status: 'succeeded',
        outcome: 'deployed',
        phase: 'healthy',
      });
      await settled(scenario, project);
      expect(await conditionsOf(scenario, project)).to.deep.equal([]);
      for (const [kind, names] of [
        ['Deployment', expected.deployments],
        ['StatefulSet', expected.statefulSets],
      ] as const)
        for (const name of names) {
          const reference = { apiVersion: 'apps/v1', kind, namespace: project.namespace, name };
          const live = await scenario.cluster.get(reference);
          const { replicas, readyReplicas } = statusOf(live);
          expect(readyReplicas, `${kind} ${name}`).to.be.a('number').greaterThan(0);
          expect(readyReplicas, `${kind} ${name}`).to.equal(replicas);
        }
      expect(await hooksOf(scenario, project)).to.deep.equal(
        (expected.hooks ?? []).map((name) => ({ name, state: 'succeeded', completed: true })),
      );
      // Started and succeeded, each told of the run that the push began.
      expect(await hookEventsOf(scenario, project)).to.deep.equal(
        (expected.hooks ?? []).flatMap((name) =>
          ['hook.started', 'hook.succeeded'].map((type) => ({ type, name, run: run.id })),
        ),
      );
      // What is applied is, byte for byte, what the library renders from these files.
      const rendered = await createRenderer({ programs }).render({
        reader: createMemoryReader(files),
        file: 'services.yaml',
        environment: 'dev',
      });
      expect(rendered.ok && rendered.rendered.contentHash).to.equal(
        gitOut(project.stateRepository, ['rev-parse', `env/dev:${stack}`]),
      );
    });
});

/** Gets the pinned helm and kustomize where they are not: minutes, once on a machine. */
async function installPrograms(): Promise<void> {
  await promisify(execFile)(process.execPath, [rendererMain, 'tools', 'install']);
}

/** The recorded runs of hooks, each with whether its Job completed, as the API server shows it. */
async function hooksOf(scenario: Scenario, { environmentId }: ScenarioProject) {
  const runs = await scenario.db.query<{
    name: string;
    state: string;
    namespace: string;
    job: string;
    job_uid: string;
  }>(
    `select unit || '/' || hook as name, state, namespace, job, job_uid from core.hook_runs where environment_id = $1 order by sequence`,
    [environmentId],
  );
  return Promise.all(
    runs.map(async ({ name, state, namespace, job, job_uid: uid }) => {
      const reference = { apiVersion: 'batch/v1', kind: 'Job', namespace, name: job };
      const live = await scenario.cluster.get(reference);
      const { succeeded = 0 } = statusOf(live);
      return { name, state, completed: live.metadata.uid === uid && succeeded === 1 };
    }),
  );
}

async function hookEventsOf(scenario: Scenario, { environmentId }: ScenarioProject) {
  return scenario.db.query<{ type: string; name: string; run: string }>(
    `select e.event_type as type, e.payload->>'unit' || '/' || (e.payload->>'hook') as name, e.run_id as run
     from core.flow_events e join core.agent_runs r on r.id = e.run_id and r.correlation_id = e.correlation_id
     where e.environment_id = $1 and e.event_type like 'hook.%' order by e.id`,
    [environmentId],
  );
}

interface Status {
  replicas?: number;
  readyReplicas?: number;
  succeeded?: number;
}

function statusOf(object: object): Status {
  return ('status' in object ? object.status : {}) as Status;
}
