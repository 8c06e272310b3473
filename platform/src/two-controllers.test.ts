import { expect } from 'chai';
import {
  configMap,
  deliver,
  endedRun,
  openScenario,
  settled,
  stackFiles,
  stateCommits,
} from './testing/index.ts';
import type { Scenario, ScenarioProject } from './testing/index.ts';

describe('two controllers and two apply loops on one Postgres', () => {
  let scenario: Scenario;
  before(async () => {
    scenario = await openScenario();
  });
  after(() => scenario.end());

  it('bring 50 pushes to 5 projects, every environment to its newest commit, nothing applied twice at once', async () => {
    const api = await scenario.start('api');
    await Promise.all([
      scenario.start('controller'),
      scenario.start('controller'),
      scenario.start('apply'),
      scenario.start('apply'),
    ]);
    const projects: ScenarioProject[] = [];
    for (let index = 0; index < 5; index += 1) projects.push(await scenario.project(['shop']));
    const newest = new Map<string, string>();
    for (let push = 1; push <= 10; push += 1)
      await Promise.all(
        projects.map(async (project) => {
          const sha = await project.sources[0]?.clone.publish(
            stackFiles({
              project: project.slug,
              stack: 'shop',
              namespace: project.namespace,
              units: { a: String(push), b: 'same' },
            }),
            `push ${push}`,
          );
          newest.set(project.id, sha ?? '');
          await deliver(api.publicUrl, {
            fullName: `${project.slug}/shop`,
            secret: scenario.secret,
          });
        }),
      );
    for (const project of projects) {
      await endedRun(scenario, project, newest.get(project.id) ?? '', 60_000);
      await settled(scenario, project);
      expect((await configMap(scenario, project, 'shop-a'))?.data).to.deep.equal({ value: '10' });
      // One change, one commit: no source commit stands in two state commits.
      const sources = stateCommits(project, 'shop').flatMap((commit) => commit.sources);
      expect(new Set(sources).size).to.equal(sources.length);
    }
    // Never two steps of one environment at once: no object was sent twice for one commit.
    const sent = await scenario.db.query<{ sends: number }>(
      `select count(*)::int as sends from core.flow_events e, jsonb_array_elements(e.payload->'changes') c
       where e.event_type = 'apply.changes' and c->>'action' in ('created', 'configured')
       group by e.environment_id, e.payload->>'commit', c->>'subject'`,
    );
    expect(Math.max(...sent.map((row) => row.sends))).to.equal(1);
    const [lost] = await scenario.db.query<{ lost: number }>(
      `select count(*)::int as lost from core.delivery_outcomes where outcome = 'pending'`,
    );
    expect(lost?.lost).to.equal(0);
    const [deliveries] = await scenario.db.query<{ count: number }>(
      `select count(*)::int as count from core.webhook_deliveries where status = 'processed'`,
    );
    expect(deliveries?.count).to.equal(50);
  });

  it('never wait for each other in a circle while pushes arrive faster than they are brought', async () => {
    const api = await scenario.start('api');
    const projects: ScenarioProject[] = [];
    for (let index = 0; index < 2; index += 1) projects.push(await scenario.project(['shop']));
    for (let round = 1; round <= 4; round += 1) {
      for (const project of projects)
        await project.sources[0]?.clone.publish(
          stackFiles({
            project: project.slug,
            stack: 'shop',
            namespace: project.namespace,
            units: { a: String(round) },
          }),
          `push ${round}`,
        );
      // A provider that repeats itself: a stream of deliveries while their render is being recorded.
      for (let burst = 0; burst < 30; burst += 1)
        await Promise.all(
          projects.map((project) =>
            deliver(api.publicUrl, { fullName: `${project.slug}/shop`, secret: scenario.secret }),
          ),
        );
    }
    for (const project of projects) await settled(scenario, project);
    const [circles] = await scenario.db.query<{ deadlocks: number }>(
      'select deadlocks::int from pg_stat_database where datname = current_database()',
    );
    expect(circles?.deadlocks).to.equal(0);
  });
});
