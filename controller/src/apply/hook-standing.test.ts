import { expect } from 'chai';
import type { DesiredStack } from './desired-stack.ts';
import { objectKey } from './identity.ts';
import type { Observation } from './observation.ts';
import { defaultPruneLimit } from './prune.ts';
import type { HookSituation, ObjectFact, Situation } from './situation.ts';
import { decide, type Decision } from './step-decision.ts';
import {
  inventoryOf,
  keyOf,
  sketched,
  sketchStack,
  type HookSketch,
  type UnitSketch,
} from './testing/plans.ts';
import type { HookRun, ObjectHealth } from './types.ts';

const web = (...hooks: HookSketch[]): UnitSketch => ({
  name: 'web',
  objects: [['Deployment', 'web', 'w1']],
  hooks,
});

function runOf(part: Partial<HookRun> = {}): HookRun {
  return {
    stack: 'shop',
    unit: 'web',
    hook: 'schema',
    type: 'migration',
    run: 'once-per-content',
    key: 'schema',
    revision: 'r1',
    clusterUid: 'cluster',
    namespace: 'shop',
    job: 'schema',
    jobUid: 'uid-1',
    attempt: 1,
    state: 'succeeded',
    failedPods: 0,
    deletePolicy: 'beforeNextRun',
    startedAt: '2026-01-02T03:04:05Z',
    ...part,
  };
}

function jobOf(
  health: ObjectHealth,
  part: Partial<Observation> = {},
  hook = 'schema',
): Observation {
  const identity = sketched('Job', part.name ?? hook);
  return {
    ...identity,
    key: objectKey(identity),
    uid: 'uid-1',
    resourceVersion: '1',
    health,
    rivals: [],
    labels: {
      'codex-k8s.dev/stack': 'shop',
      'codex-k8s.dev/unit': 'web',
      'codex-k8s.dev/hook': hook,
    },
    job: { createdAt: '2026-01-02T03:04:05Z', failedPods: 0, retryAsked: false },
    ...part,
  };
}

interface Scene extends Partial<HookSituation> {
  stack: DesiredStack;
  applied?: DesiredStack;
  facts?: Record<string, ObjectFact>;
  now?: number;
}

function decided({ stack, applied, facts = {}, now = 0, ...hooks }: Scene): Decision {
  const jobs = hooks.jobs ?? [];
  const situation: Situation = {
    stacks: [stack],
    wantedElsewhere: new Set(),
    inventory: applied === undefined ? new Map() : inventoryOf(applied),
    factOf: (key) => facts[key] ?? { health: 'current' },
    failures: new Map(),
    rollouts: new Set(),
    unreadySince: new Map(),
    patience: new Map(),
    driftPolicy: 'correct',
    pruneLimit: defaultPruneLimit,
    hooks: {
      clusterUid: 'cluster',
      runs: [],
      unsaved: new Set(),
      sightOf: ({ key }) => jobs.find((job) => job.key === key) ?? 'absent',
      jobs,
      runningSince: new Map(),
      ...hooks,
    },
    now,
  };
  return decide(situation);
}

const started = ({ hooks }: Decision): (string | number)[][] =>
  hooks.start.map(({ hook, attempt }) => [hook.plan.name, attempt]);

describe('the decision about hooks', () => {
  const stack = sketchStack('r1', [web({ name: 'schema' })]);

  it('starts nothing before it knows which cluster this is, and which Jobs it has', () => {
    for (const unknown of [
      { clusterUid: undefined },
      { sightOf: () => 'unseen' as const },
    ] satisfies Partial<HookSituation>[]) {
      const decision = decided({ stack, ...unknown });
      expect(started(decision)).to.deep.equal([]);
      expect(decision.apply).to.deep.equal([]);
      expect(decision.stacks[0]).to.include({ state: 'waiting' });
    }
    expect(started(decided({ stack }))).to.deep.equal([['schema', 1]]);
  });

  it('counts a success for good, but not in another cluster: that one has other data', () => {
    const runs = [runOf({ revision: 'r0' })];
    expect(started(decided({ stack, runs }))).to.deep.equal([]);
    expect(decided({ stack, runs }).apply).to.have.length(1);
    expect(started(decided({ stack, runs, clusterUid: 'rebuilt' }))).to.deep.equal([['schema', 1]]);
  });

  it('takes what ran in a cluster that is gone for failed', () => {
    const runs = [runOf({ state: 'running' })];
    const { ended } = decided({ stack, runs, clusterUid: 'rebuilt' }).hooks;
    expect(ended.map(({ state, message }) => [state, message])).to.deep.equal([
      ['failed', 'the cluster it ran in is gone'],
    ]);
  });

  it('adopts a Job that nobody recorded, and never one that was a former run', () => {
    const [adopted] = decided({ stack, jobs: [jobOf('current', { uid: 'uid-2' })] }).hooks.start;
    expect(adopted?.adopt?.uid).to.equal('uid-2');

    const runs = [runOf({ state: 'failed', revision: 'r0' })];
    const { hooks } = decided({ stack, runs, jobs: [jobOf('failed')] });
    expect(hooks.start).to.deep.equal([]);
    expect(hooks.remove.map(({ uid }) => uid)).to.deep.equal(['uid-1']);
    expect(started(decided({ stack, runs }))).to.deep.equal([['schema', 2]]);
  });

  it('deletes no Job before the end of its run is stored', () => {
    const gone = sketchStack('r1', [web({ name: 'schema', deletePolicy: 'afterSuccess' })]);
    const scene = { stack: gone, runs: [runOf()], jobs: [jobOf('current')] };
    expect(decided({ ...scene, unsaved: new Set(['uid-1']) }).hooks.remove).to.deep.equal([]);
    expect(decided(scene).hooks.remove).to.have.length(1);
  });

  it('deletes no Job that runs, whatever became of its hook', () => {
    const without = sketchStack('r2', [web()]);
    const runs = [runOf({ state: 'running' })];
    const jobs = [jobOf('progressing')];
    expect(decided({ stack: without, runs, jobs }).hooks.remove).to.deep.equal([]);
  });

  it('does not start beside a Job of the unit that runs, even one that nobody recorded', () => {
    const jobs = [jobOf('progressing', { name: 'schema-of-before' })];
    const decision = decided({ stack, jobs });
    expect(started(decision)).to.deep.equal([]);
    expect(decision.waiting.get('shop/web')?.[0]).to.contain(
      'the end of Job/shop/schema-of-before',
    );
  });

  it('runs what comes before the objects also when none of them changes', () => {
    const decision = decided({ stack, applied: stack });
    expect(started(decision)).to.deep.equal([['schema', 1]]);
    expect(decision.stacks[0]).to.include({ state: 'waiting' });
  });

  it('starts nothing of a unit that waits for another', () => {
    const both = sketchStack('r1', [
      { name: 'db', phase: 'stateful', objects: [['Deployment', 'db', 'd1']] },
      web({ name: 'schema' }),
    ]);
    expect(started(decided({ stack: both }))).to.deep.equal([]);
    const facts = { [keyOf('Deployment', 'db')]: { health: 'progressing' as const } };
    expect(started(decided({ stack: both, applied: both, facts }))).to.deep.equal([]);
    expect(started(decided({ stack: both, applied: both }))).to.deep.equal([['schema', 1]]);
  });

  it('does not hold up others by what would follow the health of a unit that is ill and unchanged', () => {
    const smoke: HookSketch = { name: 'smoke', on: 'afterHealthy', run: 'once-per-revision' };
    const before = sketchStack('r1', [web(smoke)]);
    const after = sketchStack('r2', [
      web(smoke),
      { name: 'fix', objects: [['ConfigMap', 'fix', 'f1']] },
    ]);
    for (const unit of after.units.slice(1))
      after.graph.before.set(unit.plan.name, new Set(['web']));
    const facts = { [keyOf('Deployment', 'web')]: { health: 'failed' as const } };
    const decision = decided({ stack: after, applied: before, facts });
    expect(decision.apply.map(({ object }) => object.name)).to.deep.equal(['fix']);
    expect(started(decision)).to.deep.equal([]);
  });

  it('says when a Job should long have been ended by its cluster, and then counts it as failed', () => {
    const runs = [runOf({ state: 'running' })];
    const scene = {
      stack,
      runs,
      jobs: [jobOf('progressing')],
      runningSince: new Map([['uid-1', 1_000]]),
    };
    const { deadline = 0, stacks } = decided(scene);
    expect(stacks[0]).to.include({ state: 'waiting' });
    expect(deadline).to.be.above(61_000);
    const late = decided({ ...scene, now: deadline });
    expect(late.stacks[0]).to.include({ state: 'failed' });
    expect(late.conditions[0]?.message).to.contain('has not ended within 60 s');
    expect(late.hooks.ended, 'its end is still awaited').to.deep.equal([]);
  });
});
