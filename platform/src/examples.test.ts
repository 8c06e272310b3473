import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createMemoryReader, createRenderer } from '@codex-k8s/renderer';
import { validateExecutionPlan } from '@codex-k8s/schema';
import type { ExecutionPlan } from '@codex-k8s/schema';
import { eventually, temporaryDirectory, uniqueName } from '@codex-k8s/testing';
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

type ScenarioPlace = Pick<ScenarioProject, 'slug' | 'namespace'>;

/** The example as it is, in the project and namespace of the scenario. */
function placed(project: ScenarioPlace, stack: string): string {
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
  /** Objects that must have become healthy, as the API server shows them. */
  deployments: string[];
  statefulSets: string[];
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
  },
];

/**
 * From a push to healthy objects, on the real API server. Its pods are simulated: they become
 * ready without a container, so images are not pulled and secrets are not read. What is proven is
 * the way of every object, its order and its health; that hooks run and secrets are written is
 * proven where the apply loop does it.
 */
describe('the examples', () => {
  let scenario: Scenario;
  let url: string;
  before(async () => {
    scenario = await openScenario();
    url = (await scenario.start('all')).publicUrl;
  });
  after(() => scenario.end());

  for (const { directory, stack, deployments, statefulSets } of stacks)
    it(`are deployed from a push until they are healthy: ${directory}`, async function () {
      this.timeout(120_000);
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
        ['Deployment', deployments],
        ['StatefulSet', statefulSets],
      ] as const)
        for (const name of names) {
          const reference = { apiVersion: 'apps/v1', kind, namespace: project.namespace, name };
          const live = await scenario.cluster.get(reference);
          const { replicas, readyReplicas } = statusOf(live);
          expect(readyReplicas, `${kind} ${name}`).to.be.a('number').greaterThan(0);
          expect(readyReplicas, `${kind} ${name}`).to.equal(replicas);
        }
      // What is applied is, byte for byte, what the library renders from these files.
      const rendered = await createRenderer().render({
        reader: createMemoryReader(files),
        file: 'services.yaml',
        environment: 'dev',
      });
      expect(rendered.ok && rendered.rendered.contentHash).to.equal(
        gitOut(project.stateRepository, ['rev-parse', `env/dev:${stack}`]),
      );
    });

  it('are accepted and become healthy from a chart and a kustomization too: brought-along', async function () {
    this.timeout(1_000_000);
    await using directory = await temporaryDirectory('brought-along');
    const namespace = uniqueName('brought');
    const source: ScenarioPlace = { slug: namespace, namespace };
    const files = {
      ...(await filesOf('brought-along')),
      'services.yaml': placed(source, 'brought-along'),
    };
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory.path, path)), { recursive: true });
      await writeFile(join(directory.path, path), text);
    }
    const out = join(directory.path, 'out');
    await renderer(directory.path, ['tools', 'install']);
    await renderer(directory.path, ['render', '--env', 'dev', '--out', out]);
    const plan = parseExecutionPlan(await readFile(join(out, 'plan.json'), 'utf8'));
    await scenario.cluster.apply(
      { apiVersion: 'v1', kind: 'Namespace', name: namespace },
      JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }),
      { fieldManager: 'examples', force: false },
    );
    try {
      const objects = plan.units.flatMap((unit) => unit.objects);
      for (const { file, apiVersion, kind, name } of objects)
        await scenario.cluster.apply(
          { apiVersion, kind, namespace, name },
          await readFile(join(out, file), 'utf8'),
          { fieldManager: 'examples', force: false },
        );
      const running = objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');
      expect(running.length).to.be.greaterThan(1);
      for (const { apiVersion, kind, name } of running)
        await eventually(
          async () => {
            const live = await scenario.cluster.get({ apiVersion, kind, namespace, name });
            const { replicas, readyReplicas } = statusOf(live);
            return readyReplicas !== undefined && readyReplicas > 0 && readyReplicas === replicas;
          },
          { timeoutMs: 60_000 },
        );
    } finally {
      await scenario.cluster.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
    }
  });
});

/** Runs the renderer's command line as a process of its own. */
async function renderer(cwd: string, parameters: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [rendererMain, ...parameters], { cwd });
}

function parseExecutionPlan(text: string): ExecutionPlan {
  const plan: unknown = JSON.parse(text);
  expect(validateExecutionPlan(plan).ok).to.equal(true);
  return plan as ExecutionPlan;
}

function statusOf(object: object): { replicas?: number; readyReplicas?: number } {
  return ('status' in object ? object.status : {}) as { replicas?: number; readyReplicas?: number };
}
