import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { eventually } from '@codex-k8s/testing';
import {
  addNotes,
  conditionsOf,
  configMap,
  deliver,
  editByHand,
  emptyBranch,
  endedRun,
  gitOut,
  openScenario,
  runsOf,
  settled,
  stackFiles,
  stateCommits,
  stateHead,
} from './testing/index.ts';
import type { Scenario, ScenarioProject } from './testing/index.ts';

const push = async (
  scenario: Scenario,
  project: ScenarioProject,
  values: Record<string, string>,
  options: { source?: number; deployment?: boolean } = {},
): Promise<string> => {
  const source = project.sources[options.source ?? 0];
  if (!source) throw new Error('no such source');
  return source.clone.publish(
    stackFiles({
      project: project.slug,
      stack: source.stack,
      namespace: project.namespace,
      units: values,
      deployment: options.deployment ?? false,
    }),
    'change',
  );
};

describe('the main path, on PostgreSQL, real git and a real API server', () => {
  let scenario: Scenario;
  let url: string;
  before(async () => {
    scenario = await openScenario();
    url = (await scenario.start('all')).publicUrl;
  });
  after(() => scenario.end());

  const send = (project: ScenarioProject, options: { source?: number; deliveryId?: string } = {}) =>
    deliver(url, {
      fullName: project.sources[options.source ?? 0]?.fullName ?? '',
      secret: scenario.secret,
      ...(options.deliveryId === undefined ? {} : { deliveryId: options.deliveryId }),
    });

  it('brings a push to healthy objects, and records every step under one correlation id', async () => {
    const project = await scenario.project(['shop']);
    const sha = await push(scenario, project, { a: '1', b: '1' }, { deployment: true });
    const answer = await send(project);
    expect(answer.status).to.equal(202);

    const run = await endedRun(scenario, project, sha);
    expect(run).to.include({
      status: 'succeeded',
      outcome: 'deployed',
      phase: 'healthy',
      stack: 'shop',
    });
    await settled(scenario, project);
    expect((await configMap(scenario, project, 'shop-a'))?.data).to.deep.equal({ value: '1' });
    expect(run.state_commit).to.equal(stateHead(project));
    const events = await scenario.db.query<{ event_type: string }>(
      'select event_type from core.flow_events where correlation_id = $1 order by id',
      [answer.body.correlation_id],
    );
    expect(events.map((event) => event.event_type)).to.include.members([
      'run.started',
      'run.rendered',
      'run.committed',
      'run.applied',
      'run.healthy',
    ]);
    const links = await scenario.db.query<{ relation: string; to_ref: string }>(
      `select relation, to_ref from core.links where from_ref = $1`,
      [run.id],
    );
    expect(links).to.deep.include({ relation: 'publishes', to_ref: run.state_commit });
  });

  it('sends exactly the bytes that stand in the state repo', async () => {
    const project = await scenario.project(['shop']);
    const sha = await push(scenario, project, { a: '1' });
    await send(project);
    await endedRun(scenario, project, sha);
    await settled(scenario, project);
    const file = gitOut(project.stateRepository, [
      'show',
      `env/dev:shop/manifests/a/configmap-shop-a.yaml`,
    ]);
    const live = await configMap(scenario, project, 'shop-a');
    for (const [key, value] of Object.entries(live?.metadata.labels ?? {}))
      expect(file).to.contain(`${key}: ${value}`);
  });

  it('makes one run of the same delivery sent ten times, two of them at once', async () => {
    const project = await scenario.project(['shop']);
    const sha = await push(scenario, project, { a: '1' });
    const deliveryId = randomUUID();
    const answers = await Promise.all([
      send(project, { deliveryId }),
      send(project, { deliveryId }),
    ]);
    for (let again = 0; again < 8; again += 1) answers.push(await send(project, { deliveryId }));
    expect(answers.filter((answer) => answer.status === 202)).to.have.length(1);
    expect(answers.filter((answer) => answer.body.status === 'duplicate')).to.have.length(9);
    expect(new Set(answers.map((answer) => answer.body.correlation_id)).size).to.equal(1);
    await endedRun(scenario, project, sha);
    expect(await runsOf(scenario, project)).to.have.length(1);
  });

  it('lets the newest commit win when deliveries come late and out of order', async () => {
    const project = await scenario.project(['shop']);
    await push(scenario, project, { a: '1' });
    const newest = await push(scenario, project, { a: '2' });
    await Promise.all([send(project), send(project)]);
    await endedRun(scenario, project, newest);
    await settled(scenario, project);
    await send(project);
    await eventually(async () => {
      const [row] = await scenario.db.query<{ waiting: number }>(
        `select count(*)::int as waiting from core.delivery_outcomes where environment_id = $1 and outcome = 'pending'`,
        [project.environmentId],
      );
      return row?.waiting === 0;
    });
    expect((await configMap(scenario, project, 'shop-a'))?.data).to.deep.equal({ value: '2' });
    expect(stateCommits(project, 'shop').map((commit) => commit.sources)).to.deep.equal([[newest]]);
    expect((await runsOf(scenario, project)).map((run) => run.source_sha)).to.deep.equal([newest]);
  });

  it('fails a run of a broken file with its place and a hint, touches nothing, and takes the next push', async () => {
    const project = await scenario.project(['shop']);
    const good = await push(scenario, project, { a: '1' });
    await send(project);
    await endedRun(scenario, project, good);
    await settled(scenario, project);
    const head = stateHead(project);
    const version = (await configMap(scenario, project, 'shop-a'))?.metadata.resourceVersion;

    const source = project.sources[0];
    const files = stackFiles({
      project: project.slug,
      stack: 'shop',
      namespace: project.namespace,
      units: { a: '2' },
    });
    const broken =
      (await source?.clone.publish(
        {
          'services.yaml': (files['services.yaml'] ?? '').replace(
            'codeUpdateStrategy: rebuild',
            'codeUpdateStrategy: sometimes',
          ),
        },
        'broken',
      )) ?? '';
    await send(project);
    const run = await endedRun(scenario, project, broken);
    expect(run.status).to.equal('failed');
    expect(run.error?.message).to.match(/services\.yaml:\d+:\d+/);
    expect(run.error?.hint).to.match(/\w/);
    expect(run.diagnostics[0]).to.include({ file: 'services.yaml' });
    expect(stateHead(project)).to.equal(head);
    expect((await configMap(scenario, project, 'shop-a'))?.metadata.resourceVersion).to.equal(
      version,
    );

    const mended = await push(scenario, project, { a: '3' });
    await send(project);
    expect((await endedRun(scenario, project, mended)).outcome).to.equal('deployed');
    expect((await configMap(scenario, project, 'shop-a'))?.data).to.deep.equal({ value: '3' });
  });

  it('keeps the stacks of a project apart: a push of one touches nothing of the other', async () => {
    const project = await scenario.project(['shop', 'mail']);
    const first = await push(scenario, project, { a: '1' });
    await send(project);
    await endedRun(scenario, project, first);
    const before = await configMap(scenario, project, 'shop-a');
    const tree = gitOut(project.stateRepository, ['rev-parse', 'env/dev:shop']);

    const second = await push(scenario, project, { x: '1' }, { source: 1 });
    await send(project, { source: 1 });
    await endedRun(scenario, project, second);
    await settled(scenario, project);
    const now = await configMap(scenario, project, 'shop-a');
    expect(now?.metadata.uid).to.equal(before?.metadata.uid);
    expect(now?.metadata.resourceVersion).to.equal(before?.metadata.resourceVersion);
    expect(gitOut(project.stateRepository, ['rev-parse', 'env/dev:shop'])).to.equal(tree);
    expect((await configMap(scenario, project, 'mail-x'))?.data).to.deep.equal({ value: '1' });
  });

  it('makes no state commit for a push that renders the same', async () => {
    const project = await scenario.project(['shop']);
    const first = await push(scenario, project, { a: '1' });
    await send(project);
    await endedRun(scenario, project, first);
    await settled(scenario, project);
    const head = stateHead(project);
    const docs =
      (await project.sources[0]?.clone.publish({ 'README.md': 'words\n' }, 'docs')) ?? '';
    await send(project);
    expect((await endedRun(scenario, project, docs)).outcome).to.equal('unchanged');
    expect(stateHead(project)).to.equal(head);
  });

  it('prunes what left the stack, and nothing else', async () => {
    const project = await scenario.project(['shop']);
    await endedRun(
      scenario,
      project,
      await push(scenario, project, { a: '1', b: '1' }).then((sha) =>
        send(project).then(() => sha),
      ),
    );
    await settled(scenario, project);
    const kept = await configMap(scenario, project, 'shop-b');
    const source = project.sources[0];
    await source?.clone.remove('k8s/a.yaml');
    const sha = await push(scenario, project, { b: '1' });
    await send(project);
    await endedRun(scenario, project, sha);
    await eventually(async () => (await configMap(scenario, project, 'shop-a')) === undefined, {
      timeoutMs: 20_000,
    });
    expect((await configMap(scenario, project, 'shop-b'))?.metadata.uid).to.equal(
      kept?.metadata.uid,
    );
  });

  it('puts back an object that was edited by hand', async () => {
    const project = await scenario.project(['shop']);
    const sha = await push(scenario, project, { a: '1' });
    await send(project);
    await endedRun(scenario, project, sha);
    await settled(scenario, project);
    const reference = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: project.namespace,
      name: 'shop-a',
    };
    await scenario.cluster.apply(
      reference,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'shop-a', annotations: { mine: 'stays' } },
        data: { value: 'by hand' },
      }),
      { fieldManager: 'a-person', force: true },
    );
    await eventually(
      async () => (await configMap(scenario, project, 'shop-a'))?.data?.['value'] === '1',
      { timeoutMs: 20_000 },
    );
    expect((await configMap(scenario, project, 'shop-a'))?.metadata.annotations).to.include({
      mine: 'stays',
    });
  });

  it('finds by its sweep what no webhook told', async () => {
    const project = await scenario.project(['shop']);
    const sha = await push(scenario, project, { a: '1' });
    // The next round, now instead of in a minute.
    await scenario.db.query(
      `update core.work_items set status = 'ready', due_at = now() where kind = 'sweep' and key = $1`,
      [project.id],
    );
    expect((await endedRun(scenario, project, sha)).outcome).to.equal('deployed');
  });

  const damages: [string, (project: ScenarioProject, first: string) => void, string][] = [
    [
      'deleted',
      (project) => gitOut(project.stateRepository, ['update-ref', '-d', 'refs/heads/env/dev']),
      'branch-missing',
    ],
    [
      'rewound',
      (project, first) =>
        gitOut(project.stateRepository, ['update-ref', 'refs/heads/env/dev', first]),
      'rewound',
    ],
    ['emptied', emptyBranch, 'stack-missing'],
    ['edited by hand', editByHand, 'unrecognised'],
  ];
  for (const [name, damage, condition] of damages)
    it(`deletes nothing when the state branch is ${name}, reports it, and the next push works`, async () => {
      const project = await scenario.project(['shop', 'mail']);
      const firstSha = await push(scenario, project, { a: '1' });
      await send(project);
      await endedRun(scenario, project, firstSha);
      const mail = await push(scenario, project, { x: '1' }, { source: 1 });
      await send(project, { source: 1 });
      await endedRun(scenario, project, mail);
      const first = stateHead(project);
      const second = await push(scenario, project, { a: '2', b: '1' });
      await send(project);
      await endedRun(scenario, project, second);
      await settled(scenario, project);
      const before = await configMap(scenario, project, 'mail-x');

      damage(project, first);
      await deliver(url, {
        fullName: `${project.slug}/state`,
        secret: scenario.secret,
        ref: 'refs/heads/env/dev',
      });
      await eventually(async () => {
        const conditions = await conditionsOf(scenario, project);
        if (!conditions.includes(condition))
          throw new Error(`conditions: ${conditions.join(', ')}`);
      });
      expect((await configMap(scenario, project, 'shop-b'))?.data).to.deep.equal({ value: '1' });
      expect((await configMap(scenario, project, 'mail-x'))?.metadata.uid).to.equal(
        before?.metadata.uid,
      );

      const next = await push(scenario, project, { a: '3', b: '1' });
      await send(project);
      expect((await endedRun(scenario, project, next)).outcome).to.equal('deployed');
      await settled(scenario, project);
      expect(await conditionsOf(scenario, project)).to.deep.equal([]);
      expect((await configMap(scenario, project, 'shop-a'))?.data).to.deep.equal({ value: '3' });
      expect((await configMap(scenario, project, 'mail-x'))?.metadata.uid).to.equal(
        before?.metadata.uid,
      );
    });

  it('puts its commit on top of someone else’s, whose change stays', async () => {
    const project = await scenario.project(['shop']);
    const first = await push(scenario, project, { a: '1' });
    await send(project);
    await endedRun(scenario, project, first);
    await settled(scenario, project);
    addNotes(project);
    const sha = await push(scenario, project, { a: '2' });
    await send(project);
    await endedRun(scenario, project, sha);
    expect(gitOut(project.stateRepository, ['ls-tree', '--name-only', 'env/dev'])).to.contain(
      'NOTES.md',
    );
    await settled(scenario, project);
  });
});
