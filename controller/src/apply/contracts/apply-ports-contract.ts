import { expect } from 'chai';
import type { ApplyLedger, RecordedContent, WorkSource } from '../ports.ts';
import type {
  AppliedObject,
  ApplyOutcome,
  ApplyReport,
  ApplyWork,
  EnvironmentTarget,
  HookRun,
} from '../types.ts';

/** One implementation of the ports over one store, made anew for each test. */
export interface ApplyPortsUnderTest {
  ledger: ApplyLedger;
  /** The work source of a process of this name; several share the store. */
  workSource(owner: string): WorkSource;
  /** Registers an environment and returns its binding, as `acquireEnvironments` gives it. */
  addEnvironment(name: string): Promise<EnvironmentTarget>;
  recordContent(
    environmentId: string,
    stack: string,
    contentHash: string,
    content: RecordedContent,
  ): Promise<void>;
  /** Records a state commit of the platform; later calls are later commits. */
  recordCommit(environmentId: string, commit: string): Promise<void>;
  /** Lets the leases of works under way run out. */
  expireWork(): Promise<void>;
  /** Lets the long leases of a process run out. */
  expireEnvironments(owner: string): Promise<void>;
  close(): Promise<void>;
}

/** What every implementation of `WorkSource` and `ApplyLedger` promises; run over memory, Postgres and (later) HTTP. */
export function applyPortsContract(name: string, make: () => Promise<ApplyPortsUnderTest>): void {
  describe(`the apply ports over ${name}`, () => {
    let ports: ApplyPortsUnderTest;
    let source: WorkSource;
    let target: EnvironmentTarget;

    beforeEach(async () => {
      ports = await make();
      source = ports.workSource('one');
      target = await ports.addEnvironment('production');
    });

    afterEach(() => ports.close());

    async function claimOne(from = source): Promise<ApplyWork> {
      const [work, ...more] = await from.claim(10);
      expect(more, 'works claimed beside').to.have.length(0);
      if (!work) throw new Error('nothing to claim');
      return work;
    }

    async function requested(): Promise<ApplyWork> {
      await source.acquireEnvironments();
      await source.requestApply(target.id, 'test');
      return claimOne();
    }

    it('gives an environment to one process at a time', async () => {
      expect(await source.acquireEnvironments()).to.deep.equal([target]);
      expect(await ports.workSource('two').acquireEnvironments()).to.deep.equal([]);
      expect(await source.acquireEnvironments()).to.deep.equal([target]);
    });

    it('gives an environment on when it is released, and when its lease ran out', async () => {
      const two = ports.workSource('two');
      await source.acquireEnvironments();
      await source.releaseEnvironments();
      expect(await two.acquireEnvironments()).to.deep.equal([target]);
      await ports.expireEnvironments('two');
      expect(await source.acquireEnvironments()).to.deep.equal([target]);
      expect(await two.acquireEnvironments()).to.deep.equal([]);
    });

    it('lets only the holder of an environment claim its work', async () => {
      await source.acquireEnvironments();
      await source.requestApply(target.id, 'test');
      const two = ports.workSource('two');
      await two.acquireEnvironments();
      expect(await two.claim(10)).to.deep.equal([]);
      expect((await claimOne()).environment).to.deep.equal(target);
    });

    it('makes one work of many requests', async () => {
      await source.acquireEnvironments();
      await source.requestApply(target.id, 'a push');
      await source.requestApply(target.id, 'a drift');
      await claimOne();
      expect(await source.claim(10)).to.deep.equal([]);
    });

    it('claims no more than asked for', async () => {
      const other = await ports.addEnvironment('staging');
      await source.acquireEnvironments();
      await source.requestApply(target.id, 'test');
      await source.requestApply(other.id, 'test');
      expect(await source.claim(1)).to.have.length(1);
      expect(await source.claim(1)).to.have.length(1);
      expect(await source.claim(1)).to.have.length(0);
    });

    it('calls when work may have become ready, until told to stop', async () => {
      await source.acquireEnvironments();
      const called = Promise.withResolvers<void>();
      const stop = source.onWork(called.resolve);
      await source.requestApply(target.id, 'test');
      await called.promise;
      stop();
    });

    it('has nothing to do after a step that is done', async () => {
      const work = await requested();
      await source.finish(work, { kind: 'done' });
      expect(await source.claim(10)).to.deep.equal([]);
    });

    it('follows a step with another when it was requested meanwhile', async () => {
      const outcomes: ApplyOutcome[] = [{ kind: 'done' }, { kind: 'park', wakeOn: ['topic'] }];
      for (const outcome of outcomes) {
        const work = await requested();
        await source.requestApply(target.id, 'meanwhile');
        expect(await source.claim(10), 'while it runs').to.deep.equal([]);
        await source.finish(work, outcome);
        await source.finish(await claimOne(), { kind: 'done' });
      }
    });

    it('keeps a parked step until it is requested, or its deadline passes', async () => {
      const work = await requested();
      await source.finish(work, { kind: 'park', wakeOn: [`health:${target.id}`] });
      expect(await source.claim(10)).to.deep.equal([]);
      await source.requestApply(target.id, 'healthy');
      await source.finish(await claimOne(), { kind: 'park', wakeOn: ['x'], deadlineMs: 30 });
      expect(await source.claim(10)).to.deep.equal([]);
      await claimWithin(2_000);
    });

    it('repeats a step after the pause it asked for, and counts the attempts', async () => {
      const first = await requested();
      expect(first.attempts).to.equal(0);
      const error = { code: 'CK-APPLY-002', message: 'the cluster is away' };
      await source.finish(first, { kind: 'retry', error, afterMs: 30 });
      expect(await source.claim(10)).to.deep.equal([]);
      expect((await claimWithin(2_000)).attempts).to.equal(1);
    });

    it('repeats a step at once when it is requested', async () => {
      const error = { code: 'CK-APPLY-002', message: 'the cluster is away' };
      await source.finish(await requested(), { kind: 'retry', error, afterMs: 60_000 });
      await source.requestApply(target.id, 'the cluster is back');
      await claimOne();
    });

    it('stores a report with the end of its step, and raises the revision by one', async () => {
      const first = await requested();
      expect(first.inventoryRevision).to.equal(0);
      await source.finish(
        first,
        { kind: 'done' },
        report({ commit: 'c1', upserts: [web, config] }),
      );
      const recorded = await ports.ledger.loadEnvironment(target.id);
      expect(recorded.lastAppliedCommit).to.equal('c1');
      expect(recorded.inventoryRevision).to.equal(1);
      expect(recorded.objects).to.have.deep.members([web, config]);

      await source.requestApply(target.id, 'again');
      const second = await claimOne();
      expect(second.inventoryRevision).to.equal(1);
      const { message: _, ...healthy } = { ...web, health: 'current' as const };
      await source.finish(
        second,
        { kind: 'done' },
        report({ upserts: [healthy], removed: [config] }),
      );
      const after = await ports.ledger.loadEnvironment(target.id);
      expect(after.lastAppliedCommit, 'kept when a report names none').to.equal('c1');
      expect(after.inventoryRevision).to.equal(2);
      expect(after.objects).to.deep.equal([healthy]);
    });

    it('keeps the runs of hooks in the order in which they were started, each as it stands', async () => {
      const second = { ...migrationRun, jobUid: 'a-later', attempt: 2 };
      await source.finish(
        await requested(),
        { kind: 'done' },
        report({ hookRuns: [migrationRun, second] }),
      );
      const { hookRuns } = await ports.ledger.loadEnvironment(target.id);
      expect(hookRuns).to.deep.equal([migrationRun, second]);

      await source.requestApply(target.id, 'ended');
      const failed: HookRun = {
        ...migrationRun,
        state: 'failed',
        failedPods: 1,
        finishedAt: '2026-01-02T03:04:09Z',
        message: 'BackoffLimitExceeded',
        log: 'no such table',
        released: true,
      };
      await source.finish(await claimOne(), { kind: 'done' }, report({ hookRuns: [failed] }));
      const after = await ports.ledger.loadEnvironment(target.id);
      expect(after.hookRuns).to.deep.equal([failed, second]);
    });

    it('remembers what succeeded for its content, however many runs came after', async () => {
      const succeeded: HookRun = { ...migrationRun, state: 'succeeded' };
      const later = Array.from({ length: 150 }, (_, index) => ({
        ...succeeded,
        key: '1'.repeat(64),
        run: 'once-per-revision' as const,
        jobUid: `later-${index}`,
      }));
      await source.finish(
        await requested(),
        { kind: 'done' },
        report({ hookRuns: [succeeded, ...later] }),
      );
      const { hookRuns } = await ports.ledger.loadEnvironment(target.id);
      expect(hookRuns[0]).to.deep.equal(succeeded);
      expect(hookRuns.at(-1)).to.deep.equal(later.at(-1));
    });

    it('leaves the inventory and its revision alone without a report', async () => {
      await source.finish(await requested(), { kind: 'done' });
      const recorded = await ports.ledger.loadEnvironment(target.id);
      expect(recorded).to.deep.equal({ inventoryRevision: 0, objects: [], hookRuns: [] });
    });

    it('moves a row when an object changes its version', async () => {
      await source.finish(await requested(), { kind: 'done' }, report({ upserts: [web] }));
      await source.requestApply(target.id, 'again');
      const moved = { ...web, apiVersion: 'apps/v2' };
      await source.finish(
        await claimOne(),
        { kind: 'done' },
        report({ upserts: [moved], removed: [web] }),
      );
      expect((await ports.ledger.loadEnvironment(target.id)).objects).to.deep.equal([moved]);
    });

    it('stores nothing of a step whose lease was lost', async () => {
      const stale = await requested();
      await ports.expireWork();
      const current = await claimWithin(2_000);
      expect(current.fencingToken).not.to.equal(stale.fencingToken);
      expect(await source.renew(stale)).to.equal(false);
      expect(
        await rejected(
          source.finish(stale, { kind: 'done' }, report({ commit: 'stale', upserts: [web] })),
        ),
      ).to.equal(true);
      expect((await ports.ledger.loadEnvironment(target.id)).objects).to.deep.equal([]);
      await source.finish(
        current,
        { kind: 'done' },
        report({ commit: 'current', upserts: [config] }),
      );
      const recorded = await ports.ledger.loadEnvironment(target.id);
      expect(recorded.lastAppliedCommit).to.equal('current');
      expect(recorded.objects).to.deep.equal([config]);
    });

    it('stores nothing of a step that was finished before', async () => {
      const work = await requested();
      await source.finish(work, { kind: 'done' });
      expect(
        await rejected(source.finish(work, { kind: 'done' }, report({ upserts: [web] }))),
      ).to.equal(true);
      expect((await ports.ledger.loadEnvironment(target.id)).objects).to.deep.equal([]);
    });

    it('renews the lease of a step', async () => {
      const work = await requested();
      expect(work.leaseEndsAt).to.be.above(performance.now());
      const before = work.leaseEndsAt;
      expect(await source.renew(work)).to.equal(true);
      expect(work.leaseEndsAt).to.be.at.least(before);
    });

    it('gives the work of a process that lost the environment to the next holder', async () => {
      const stale = await requested();
      await ports.expireWork();
      await ports.expireEnvironments('one');
      const two = ports.workSource('two');
      expect(await two.acquireEnvironments()).to.deep.equal([target]);
      const current = await claimWithin(2_000, two);
      expect(
        await rejected(source.finish(stale, { kind: 'done' }, report({ upserts: [web] }))),
      ).to.equal(true);
      await two.finish(current, { kind: 'done' }, report({ upserts: [config] }));
      expect((await ports.ledger.loadEnvironment(target.id)).objects).to.deep.equal([config]);
    });

    it('knows which contents were rendered, and whether they are approved', async () => {
      expect(await ports.ledger.recordedContent(target.id, 'shop', hash)).to.equal(undefined);
      const content = { runId, sourceSha: 'f'.repeat(40), approved: false };
      await ports.recordContent(target.id, 'shop', hash, content);
      expect(await ports.ledger.recordedContent(target.id, 'shop', hash)).to.deep.equal(content);
      expect(await ports.ledger.recordedContent(target.id, 'blog', hash)).to.equal(undefined);
      const other = await ports.addEnvironment('staging');
      expect(await ports.ledger.recordedContent(other.id, 'shop', hash)).to.equal(undefined);
    });

    it('knows which of its commits came later', async () => {
      await ports.recordCommit(target.id, 'c1');
      await ports.recordCommit(target.id, 'c2');
      const { ledger } = ports;
      expect(await ledger.publishedSince(target.id, 'c2', 'c1')).to.equal(true);
      expect(await ledger.publishedSince(target.id, 'c1', 'c2')).to.equal(false);
      expect(await ledger.publishedSince(target.id, 'c2', 'c2')).to.equal(false);
      expect(await ledger.publishedSince(target.id, 'by hand', 'c1')).to.equal(false);
    });

    async function claimWithin(ms: number, from = source): Promise<ApplyWork> {
      const deadline = performance.now() + ms;
      for (;;) {
        const [work] = await from.claim(10);
        if (work) return work;
        if (performance.now() > deadline) throw new Error(`nothing to claim within ${ms} ms`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  });
}

const hash = 'a'.repeat(40);
const runId = '8f5b1f0e-6d3f-4c8b-9a53-0f6d2f0f6a01';

const web: AppliedObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'shop',
  name: 'web',
  stack: 'shop',
  unit: 'web',
  file: 'manifests/web/deployment-web.yaml',
  payloadHash: '1'.repeat(40),
  revision: hash,
  uid: 'uid-web',
  resourceVersion: '10',
  ownedFieldsHash: 'fields',
  health: 'progressing',
  message: '0 of 1 replicas available',
};

const config: AppliedObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name: 'config',
  stack: 'shop',
  unit: 'web',
  file: 'manifests/web/configmap-config.yaml',
  payloadHash: '2'.repeat(40),
  revision: hash,
  uid: 'uid-config',
  resourceVersion: '11',
  ownedFieldsHash: 'fields',
  health: 'current',
};

const migrationRun: HookRun = {
  stack: 'shop',
  unit: 'web',
  hook: 'schema',
  type: 'migration',
  run: 'once-per-content',
  key: '0'.repeat(64),
  revision: hash,
  clusterUid: 'cluster',
  namespace: 'shop',
  job: 'web-schema-00000000',
  jobUid: 'uid-job',
  attempt: 1,
  state: 'running',
  failedPods: 0,
  deletePolicy: 'beforeNextRun',
  startedAt: '2026-01-02T03:04:05Z',
};

function report(part: Partial<ApplyReport>): ApplyReport {
  return {
    changes: [],
    upserts: [],
    removed: [],
    hookRuns: [],
    stacks: [],
    conditions: [],
    health: 'healthy',
    ...part,
  };
}

async function rejected(promise: Promise<unknown>): Promise<boolean> {
  return promise.then(
    () => false,
    () => true,
  );
}
