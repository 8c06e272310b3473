import { expect } from 'chai';
import type { CheckpointName } from '@codex-k8s/controller';
import {
  configMap,
  deliver,
  endedRun,
  openScenario,
  runsOf,
  settled,
  stackFiles,
  stateCommits,
} from './testing/index.ts';
import type { Scenario, ScenarioProject } from './testing/index.ts';

const checkpoints: CheckpointName[] = [
  'delivery.recorded',
  'run.started',
  'run.rendered',
  'state.committing',
  'state.committed',
  'run.recorded',
  'apply.object',
  'apply.applied',
  'apply.recorded',
  'apply.pruned',
];

describe('kill -9 between any two steps of the path', () => {
  let scenario: Scenario;
  before(async () => {
    scenario = await openScenario();
  });
  after(() => scenario.end());

  for (const name of checkpoints)
    it(`at ${name}: the cluster converges to the newest commit, each change in exactly one state commit`, async () => {
      const project = await scenario.project(['shop']);
      // A first revision, so that the second one changes, adds and prunes.
      const calm = await scenario.start('all');
      const first = await push(project, { a: '1', gone: '1' });
      await deliver(calm.publicUrl, { fullName: `${project.slug}/shop`, secret: scenario.secret });
      await endedRun(scenario, project, first);
      await settled(scenario, project);
      await calm.stop();

      const doomed = await scenario.start('all', { stopAt: { name } });
      await project.sources[0]?.clone.remove('k8s/gone.yaml');
      const second = await push(project, { a: '2', b: '1' });
      // The answer may be lost with the process; the sender tries again with the same id.
      const delivery = {
        fullName: `${project.slug}/shop`,
        secret: scenario.secret,
        deliveryId: `delivery-${name.replace('.', '-')}`,
      };
      const answer = deliver(doomed.publicUrl, delivery).catch(() => undefined);
      await doomed.stopped;
      await doomed.kill();
      await answer;

      const heir = await scenario.start('all');
      await deliver(heir.publicUrl, delivery);
      const run = await endedRun(scenario, project, second);
      expect(run.status).to.equal('succeeded');
      await settled(scenario, project);
      expect((await configMap(scenario, project, 'shop-a'))?.data).to.deep.equal({ value: '2' });
      expect((await configMap(scenario, project, 'shop-b'))?.data).to.deep.equal({ value: '1' });
      expect(await configMap(scenario, project, 'shop-gone')).to.equal(undefined);
      // Exactly one state commit and one run for each change.
      expect(stateCommits(project, 'shop').map((commit) => commit.sources)).to.deep.equal([
        [second],
        [first],
      ]);
      expect((await runsOf(scenario, project)).map((seen) => seen.source_sha)).to.deep.equal([
        first,
        second,
      ]);
      await heir.stop();
    });

  it('between commit and record, with a newer push before the restart: both stand in one commit each, the newer one wins', async () => {
    const project = await scenario.project(['shop']);
    const doomed = await scenario.start('all', { stopAt: { name: 'state.committed' } });
    const first = await push(project, { a: '1' });
    await deliver(doomed.publicUrl, { fullName: `${project.slug}/shop`, secret: scenario.secret });
    await doomed.stopped;
    await doomed.kill();
    const second = await push(project, { a: '2' });

    const heir = await scenario.start('all');
    await deliver(heir.publicUrl, { fullName: `${project.slug}/shop`, secret: scenario.secret });
    await endedRun(scenario, project, second);
    await settled(scenario, project);
    expect((await configMap(scenario, project, 'shop-a'))?.data).to.deep.equal({ value: '2' });
    expect(stateCommits(project, 'shop').map((commit) => commit.sources)).to.deep.equal([
      [second],
      [first],
    ]);
    await heir.stop();
  });
});

const push = (project: ScenarioProject, values: Record<string, string>): Promise<string> => {
  const source = project.sources[0];
  if (!source) throw new Error('the project has no source');
  return source.clone.publish(
    stackFiles({
      project: project.slug,
      stack: source.stack,
      namespace: project.namespace,
      units: values,
    }),
    'change',
  );
};
