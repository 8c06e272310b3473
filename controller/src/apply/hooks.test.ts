import { eventually } from '@codex-k8s/testing';
import { expect } from 'chai';
import type { CheckpointName } from '../checkpoints/index.ts';
import type { KubernetesObject } from '../kubernetes/index.ts';
import { createMemoryStore } from './contracts/index.ts';
import { configMap, deployment, type HookSource, type UnitSource } from './testing/manifests.ts';
import { createRig, type Rig } from './testing/rig.ts';
import type { ApplyReport, HookRun } from './types.ts';

describe('hooks and migrations on a real API server', () => {
  let rig: Rig;
  let ns: string;

  beforeEach(async () => {
    rig = await createRig();
    ns = rig.namespace;
  });

  afterEach(() => rig.close());

  /** A unit with one object and these hooks. */
  const web = (hooks: HookSource[], color = 'red', name = 'web'): UnitSource => ({
    name,
    manifests: [configMap(ns, name, { color })],
    hooks,
  });

  const runs = async (): Promise<HookRun[]> =>
    (await rig.store.ledger.loadEnvironment(rig.target.id)).hookRuns;

  const jobs = async (): Promise<KubernetesObject[]> => {
    const jobsOfRig = { apiVersion: 'batch/v1', kind: 'Job', namespace: ns };
    return (await rig.person.list(jobsOfRig)).items;
  };

  const steps = (): string[] =>
    rig.changes().map(({ action, subject, message }) => {
      const [kind, , name = ''] = subject.split('/');
      return kind === 'Job' ? `${action} ${message?.split(':', 1)[0]}` : `${action} ${name}`;
    });

  const failed = (): Promise<ApplyReport> =>
    rig.reported(({ stacks }) => stacks[0]?.state === 'failed');

  it('run in their place: migrations before the objects, then what follows the apply, then what follows health', async () => {
    await rig.publish([
      {
        name: 'web',
        manifests: [deployment(ns, 'web', '1')],
        hooks: [
          { name: 'schema' },
          { name: 'seed', type: 'hook' },
          { name: 'announce', type: 'hook', on: 'afterApply' },
          { name: 'smoke', type: 'hook', on: 'afterHealthy' },
        ],
      },
      { ...web([], 'red', 'later'), dependsOn: ['web'] },
    ]);
    await rig.healthy();
    expect(steps()).to.deep.equal([
      'created migration schema started',
      'completed migration schema succeeded',
      'created hook seed started',
      'completed hook seed succeeded',
      'created web',
      'created hook announce started',
      'completed hook announce succeeded',
      'created hook smoke started',
      'completed hook smoke succeeded',
      'created later',
    ]);
    const recorded = await runs();
    expect(recorded.map(({ hook, state, attempt }) => [hook, state, attempt])).to.deep.equal(
      ['schema', 'seed', 'announce', 'smoke'].map((name) => [name, 'succeeded', 1]),
    );
    const { objects } = await rig.store.ledger.loadEnvironment(rig.target.id);
    expect(objects.map(({ kind }) => kind)).to.have.members(['Deployment', 'ConfigMap']);
    for (const job of await jobs())
      expect(recorded.find(({ jobUid }) => jobUid === job.metadata.uid)?.job).to.equal(
        job.metadata.name,
      );
  });

  it('are all that a unit needs to have: it is done when its migrations are', async () => {
    await rig.publish([
      { name: 'schema', phase: 'migrations', manifests: [], hooks: [{ name: 'tables' }] },
      { ...web([]), phase: 'internal' },
    ]);
    await rig.healthy();
    expect(steps()).to.deep.equal([
      'created migration tables started',
      'completed migration tables succeeded',
      'created web',
    ]);
  });

  it('run once for one content, also when their Jobs are gone and the process is another one', async () => {
    await rig.publish([web([{ name: 'schema' }])]);
    await rig.healthy();
    await rig.kubectl('delete', 'job', '--all', '--wait');
    await rig.publish([web([{ name: 'schema' }], 'blue')]);
    await rig.healthy();
    rig.changes();
    const again = await createRig({ target: rig.target, reuse: rig, owner: 'two' });
    await rig.stopLoops();
    rig.store.expireEnvironments('one');
    try {
      await again.publish([web([{ name: 'schema' }], 'green')]);
      await again.healthy();
      expect(await jobs()).to.deep.equal([]);
      expect((await runs()).map(({ attempt }) => attempt)).to.deep.equal([1]);
    } finally {
      await again.close();
    }
  });

  it('run again for another content, and not for one that succeeded before', async () => {
    for (const content of ['1', '2', '1']) {
      await rig.publish([web([{ name: 'schema', content }])]);
      await rig.healthy();
    }
    expect((await runs()).map(({ state }) => state)).to.deep.equal(['succeeded', 'succeeded']);
  });

  it('run again with every revision where they say so, and once in each', async () => {
    const smoke: HookSource = {
      name: 'smoke',
      type: 'hook',
      on: 'afterHealthy',
      run: 'once-per-revision',
    };
    const hashes: string[] = [];
    for (const color of ['red', 'blue']) {
      hashes.push(await rig.publish([web([smoke], color)]));
      await rig.healthy();
    }
    await rig.publish([web([smoke], 'red')]);
    await rig.healthy();
    expect((await runs()).map(({ revision, state }) => [revision, state])).to.deep.equal(
      hashes.map((hash) => [hash, 'succeeded']),
    );
    const left = await jobs();
    expect(left.map(({ metadata }) => metadata.uid)).to.deep.equal([(await runs())[1]?.jobUid]);
  });

  it('stop what depends on them when they fail, and nothing else; a mended one gets through', async () => {
    const units = (simulation?: 'fail', content = '1'): UnitSource[] => [
      web([{ name: 'schema', content, ...(simulation === undefined ? {} : { simulation }) }]),
      { ...web([], 'red', 'dependent'), dependsOn: ['web'] },
      web([], 'red', 'beside'),
    ];
    await rig.publish(units('fail'));
    const report = await failed();
    expect(report.health).to.equal('degraded');
    const [condition] = report.conditions;
    expect(condition).to.include({ type: 'hook-failed', stack: 'shop' });
    expect(condition?.message).to.match(
      /^web: migration schema failed \(Job\/.*BackoffLimitExceeded.*exit code 1.*push/u,
    );
    expect(steps()).to.have.members([
      'created migration schema started',
      'created beside',
      'failed migration schema failed',
    ]);
    expect((await runs())[0]).to.include({ state: 'failed', failedPods: 1 });

    await rig.publish(units(undefined, '2'));
    await rig.healthy();
    expect(rig.store.reports(rig.target.id).at(-1)?.conditions).to.deep.equal([]);
    expect(steps()).to.deep.equal([
      'created migration schema started',
      'completed migration schema succeeded',
      'created web',
      'created dependent',
    ]);
  });

  it('that failed are not tried again within a revision, but with the next one', async () => {
    const broken: HookSource = { name: 'schema', simulation: 'fail' };
    await rig.publish([web([broken])]);
    await failed();
    await rig.store.workSource('x').requestApply(rig.target.id, 'again');
    const hash = await rig.publish([web([broken], 'blue')]);
    await eventually(async () => {
      const recorded = (await runs()).map(({ state, attempt }) => [state, attempt]);
      expect(recorded).to.deep.equal([
        ['failed', 1],
        ['failed', 2],
      ]);
    });
    await rig.reported(({ stacks }) => stacks[0]?.contentHash === hash);
    expect(await jobs()).to.have.length(1);
  });

  it('that failed run again in the same revision when a person asks for it', async () => {
    await rig.publish([web([{ name: 'schema', simulation: 'fail' }])]);
    const [condition] = (await failed()).conditions;
    expect(condition?.message).to.contain('codex-k8s.dev/retry');
    const [first] = await runs();
    await rig.kubectl(
      'annotate',
      'job',
      first?.job ?? '',
      'codex-k8s.dev/retry=the database is back',
    );
    await eventually(async () =>
      expect(
        (await runs()).map(({ state, attempt, released }) => [state, attempt, released]),
      ).to.deep.equal([
        ['failed', 1, true],
        ['failed', 2, undefined],
      ]),
    );
    await failed();
    const left = (await jobs()).map(({ metadata }) => metadata.uid);
    expect(left).to.deep.equal([(await runs())[1]?.jobUid]);
  });

  it('are told and left when they may fail', async () => {
    const warm: HookSource = {
      name: 'warm',
      type: 'hook',
      simulation: 'fail',
      onFailure: 'continue',
    };
    await rig.publish([web([warm])]);
    const report = await rig.healthy();
    expect(report.conditions).to.have.length(1);
    expect(report.conditions[0]?.message).to.match(/^web: hook warm failed .*goes on without it$/u);
    await rig.publish([web([warm], 'blue')]);
    expect((await rig.healthy()).conditions).to.deep.equal([]);
    expect(await runs()).to.have.length(1);
  });

  it('that the cluster refuses fail their unit with its words, and have not run', async () => {
    await rig.publish([web([{ name: 'schema', timeoutSeconds: -1 }]), web([], 'red', 'beside')]);
    const report = await failed();
    expect(report.conditions[0]?.message).to.match(
      /^web: migration schema: .*activeDeadlineSeconds/u,
    );
    expect(rig.store.lastOutcome(rig.target.id)).to.include({ kind: 'retry' });
    expect(await runs()).to.deep.equal([]);
    await rig.publish([web([{ name: 'schema' }]), web([], 'red', 'beside')]);
    await rig.healthy();
  });

  it('are ended by their time-out', async () => {
    await rig.publish([web([{ name: 'schema', simulation: 'run', timeoutSeconds: 1 }])]);
    const report = await failed();
    expect(report.conditions[0]?.message).to.contain('DeadlineExceeded');
    expect((await runs())[0]).to.include({ state: 'failed' });
  });

  it('are tried as often as they may', async () => {
    await rig.publish([web([{ name: 'schema', simulation: 'fail', retries: 1 }])]);
    await rig.reported(({ stacks }) => stacks[0]?.state === 'failed', 40_000);
    expect((await runs())[0]).to.include({ state: 'failed', failedPods: 2 });
  });

  it('leave Jobs behind as their policy says', async () => {
    const hooks = (content: string): HookSource[] => [
      { name: 'gone', content, deletePolicy: 'afterSuccess' },
      { name: 'replaced', content, deletePolicy: 'beforeNextRun' },
      { name: 'kept', content, deletePolicy: 'never' },
    ];
    const left = async (): Promise<string[]> =>
      (await jobs()).map(({ metadata }) => metadata.labels?.['codex-k8s.dev/hook'] ?? '');
    await rig.publish([web(hooks('1'))]);
    await rig.healthy();
    await eventually(async () => expect(await left()).to.have.members(['replaced', 'kept']));
    await rig.publish([web(hooks('2'))]);
    await rig.healthy();
    await eventually(async () =>
      expect(await left()).to.have.members(['replaced', 'kept', 'kept']),
    );
    await rig.publish([web([])]);
    await rig.healthy();
    await eventually(async () => expect(await left()).to.deep.equal(['kept', 'kept']));
    expect((await runs()).map(({ state }) => state)).to.deep.equal(Array(6).fill('succeeded'));
  });

  it('that run are never killed by a newer revision: it waits for their end', async () => {
    const slow: HookSource = { name: 'schema', simulation: 'run', content: '1' };
    await rig.publish([web([slow, { name: 'never' }])]);
    await eventually(async () => expect(await runs()).to.have.length(1));
    const [running] = await runs();
    await rig.publish([web([{ name: 'schema', content: '2' }], 'blue')]);
    const report = await rig.reported(
      ({ stacks }) => stacks[0]?.contentHash === rig.desired.hashOf('shop'),
    );
    expect(report.stacks[0]).to.include({ state: 'waiting' });
    expect(report.stacks[0]?.message).to.contain(`waits for the end of Job/${ns}/${running?.job}`);
    expect((await jobs()).map(({ metadata }) => metadata.uid)).to.deep.equal([running?.jobUid]);
    await endPods(running?.jobUid);
    await rig.healthy();
    expect((await runs()).map(({ hook, state }) => [hook, state])).to.deep.equal([
      ['schema', 'succeeded'],
      ['schema', 'succeeded'],
    ]);
  });

  it('whose Job is taken away while it runs count as failed, and are not repeated silently', async () => {
    await rig.publish([web([{ name: 'schema', simulation: 'run' }])]);
    await eventually(async () => expect(await runs()).to.have.length(1));
    await rig.kubectl('delete', 'job', '--all', '--wait');
    const report = await failed();
    expect(report.conditions[0]?.message).to.contain('went away before its end was seen');
    expect(await jobs()).to.deep.equal([]);
  });

  it('ask nothing of the cluster once they are over', async () => {
    await rig.publish([web([{ name: 'schema' }])]);
    await rig.healthy();
    await rig.store.workSource('x').requestApply(rig.target.id, 'nothing new');
    await eventually(() => rig.store.lastOutcome(rig.target.id)?.kind === 'done');
    rig.requests();
    await rig.publish([web([{ name: 'schema' }], 'blue')]);
    await rig.healthy();
    expect(rig.requests()).to.deep.equal(['apply configmaps']);
  });

  /** Lets the pods of a Job end well, as a node that comes to their end does. */
  async function endPods(jobUid: string | undefined): Promise<void> {
    await rig.kubectl(
      'annotate',
      'pod',
      '--overwrite',
      '-l',
      `batch.kubernetes.io/controller-uid=${jobUid}`,
      'simulation.codex-k8s.dev/outcome-',
    );
  }
});

/** A process that stops at a checkpoint, as if it was killed there; another one goes on. */
async function crashedAt(name: CheckpointName, hook: HookSource) {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const checkpoint = async (at: CheckpointName) => {
    if (at !== name) return;
    reached.resolve();
    await opened.promise;
  };
  const crashed = await createRig({ checkpoint });
  const { namespace, store, target } = crashed;
  const manifests = [configMap(namespace, 'web', { color: 'red' })];
  await crashed.publish([{ name: 'web', manifests, hooks: [hook] }]);
  await reached.promise;
  const jobs = async () => {
    const { items } = await crashed.person.list({ apiVersion: 'batch/v1', kind: 'Job', namespace });
    return items.map(({ metadata }) => metadata.uid);
  };
  const left = await jobs();
  // The process is gone without a word, its leases run out.
  store.expireWork();
  store.expireEnvironments('one');
  const rig = await createRig({ target, reuse: crashed, owner: 'two' });
  return {
    rig,
    /** Uids of the Jobs that the crash left. */
    left,
    jobs,
    async runs() {
      const { hookRuns } = await store.ledger.loadEnvironment(target.id);
      return hookRuns.map(({ jobUid, state, attempt }) => [jobUid, state, attempt]);
    },
    async close() {
      opened.resolve();
      await rig.close();
      await crashed.close();
    },
  };
}

describe('a crash around a hook', () => {
  it('between creating its Job and recording it: the Job is adopted, not made twice', async () => {
    const { rig, left, jobs, runs, close } = await crashedAt('apply.hook', { name: 'schema' });
    try {
      await rig.healthy();
      expect(rig.changes().map(({ action, message }) => [action, message])).to.deep.equal([
        ['unchanged', 'migration schema was started already'],
        ['completed', 'migration schema succeeded'],
        ['created', undefined],
      ]);
      expect(left).to.have.length(1);
      expect(await jobs()).to.deep.equal(left);
      expect(await runs()).to.deep.equal([[left[0], 'succeeded', 1]]);
    } finally {
      await close();
    }
  });

  it('between its end and the record of it: the Job is still there to tell, and goes afterwards', async () => {
    const hook: HookSource = { name: 'schema', deletePolicy: 'afterSuccess' };
    const { rig, left, jobs, runs, close } = await crashedAt('apply.applied', hook);
    try {
      expect(left).to.have.length(1);
      await rig.healthy();
      await eventually(async () => expect(await jobs()).to.deep.equal([]));
      expect(await runs()).to.deep.equal([[left[0], 'succeeded', 1]]);
    } finally {
      await close();
    }
  });

  it('with the record lost altogether: the Jobs that are there tell what has run', () =>
    recordLost({ name: 'schema' }));

  it('with the record lost and the Job gone: its mirror in the cluster tells', () =>
    recordLost({ name: 'schema', deletePolicy: 'afterSuccess' }));

  async function recordLost(hook: HookSource): Promise<void> {
    const first = await createRig();
    const { namespace, target, desired } = first;
    const units = [
      {
        name: 'web',
        manifests: [configMap(namespace, 'web', { color: 'red' })],
        hooks: [hook],
      },
    ];
    await first.publish(units);
    await first.healthy();
    const [recorded] = (await first.store.ledger.loadEnvironment(target.id)).hookRuns;
    const jobs = { apiVersion: 'batch/v1', kind: 'Job', namespace };
    if (hook.deletePolicy === 'afterSuccess')
      await eventually(async () => expect((await first.person.list(jobs)).items).to.deep.equal([]));
    await first.stopLoops();
    const store = createMemoryStore();
    store.addEnvironment(target);
    const rig = await createRig({ target, reuse: { store, desired } });
    try {
      await rig.publish(units);
      await rig.healthy();
      const { hookRuns } = await store.ledger.loadEnvironment(target.id);
      expect(hookRuns.map(({ jobUid, state }) => [jobUid, state])).to.deep.equal([
        [recorded?.jobUid, 'succeeded'],
      ]);
    } finally {
      await rig.close();
      await first.close();
    }
  }
});
