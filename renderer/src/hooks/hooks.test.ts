import { validateExecutionPlan, type DeployUnit, type PlanHook } from '@codex-k8s/schema';
import { expect } from 'chai';
import { parse } from 'yaml';
import { renderFine, stackText, textOf, type TextInputs } from '../testing/index.ts';

interface Job {
  metadata: { name: string; labels: Record<string, string> };
  spec: {
    backoffLimit: number;
    activeDeadlineSeconds: number;
    template: {
      metadata: { labels: Record<string, string> };
      spec: { restartPolicy: string; containers: [{ image: string; env?: unknown[] }] };
    };
  };
}

const stack = (unit: string, image = 'shop:1') => ({
  'services.yaml': stackText(`  environments: { dev: , production: }
  vars: { level: { default: info } }
  images: { shop: { from: "${image}" }, tools: { from: "tools:1" } }
  secrets: [{ name: database, keys: [url], source: platform, slotAccess: true }]
  services:
    - name: web
      codeUpdateStrategy: rebuild
      workload: { image: shop, ports: [{ port: 80 }] }
${unit.replace(/^(?=.)/gm, '      ')}`),
});

async function webOf(
  files: Record<string, string>,
  inputs: TextInputs = {},
): Promise<{ unit: DeployUnit; hooks: PlanHook[]; jobs: Job[] }> {
  const rendered = await renderFine(files, inputs);
  expect(validateExecutionPlan(rendered.plan).ok).to.equal(true);
  const unit = rendered.plan.units.find(({ name }) => name === 'web');
  if (unit === undefined) throw new Error('no unit web');
  const hooks = unit.hooks ?? [];
  return { unit, hooks, jobs: hooks.map(({ object }) => parse(textOf(rendered, object.file))) };
}

const migration = `migrations:
  - name: schema
    command: [migrate]
    env: { DATABASE_URL: { secret: { name: database, key: url } }, LEVEL: "{{ .Vars.level }}" }
`;

describe('hooks and migrations', () => {
  it('are Jobs of their own: listed in the plan with everything a consumer must know, and no object that stays', async () => {
    const { unit, hooks, jobs } = await webOf(
      stack(
        `${migration}    retries: 2\n    timeoutSeconds: 60\n    rollback: { policy: job, job: { command: [undo] } }\nhooks:\n  - { name: warm, on: afterHealthy, image: tools, run: once-per-revision, onFailure: continue, deletePolicy: afterSuccess }\n`,
      ),
    );
    const [schema, warm] = hooks;
    expect(schema).to.deep.include({
      name: 'schema',
      type: 'migration',
      on: 'beforeApply',
      run: 'once-per-content',
      images: ['shop'],
      retries: 2,
      timeoutSeconds: 60,
      onFailure: 'stop',
      deletePolicy: 'beforeNextRun',
    });
    expect(schema?.rollback?.policy).to.equal('job');
    expect(schema?.rollback?.object?.name).to.match(/^web-schema-undo-[0-9a-f]{8}$/);
    expect(warm).to.deep.include({
      name: 'warm',
      type: 'hook',
      on: 'afterHealthy',
      run: 'once-per-revision',
      images: ['tools'],
      retries: 0,
      timeoutSeconds: 600,
      onFailure: 'continue',
      deletePolicy: 'afterSuccess',
    });
    expect(unit.objects.map(({ kind }) => kind)).to.deep.equal(['Service', 'Deployment']);
    expect(unit.images).to.deep.equal(['shop', 'tools']);
    expect(unit.secrets).to.deep.equal(['database']);
    expect(jobs[0]?.spec).to.deep.include({ backoffLimit: 2, activeDeadlineSeconds: 60 });
    expect(jobs[0]?.spec.template.spec).to.deep.include({ restartPolicy: 'Never' });
    expect(jobs[0]?.spec.template.spec.containers[0].image).to.equal('shop:1');
  });

  it('get no traffic of the unit and belong to no apply set', async () => {
    const { jobs } = await webOf(stack(migration));
    for (const { metadata, spec } of jobs) {
      const own = { 'codex-k8s.dev/unit': 'web', 'codex-k8s.dev/hook': 'schema' };
      expect(spec.template.metadata.labels).to.deep.equal(own);
      expect(metadata.labels).to.include(own);
      expect(metadata.labels).not.to.have.property('applyset.kubernetes.io/part-of');
    }
  });

  it('have another key and name when what they run changes, and only then', async () => {
    const keyOf = async (files: Record<string, string>, inputs: TextInputs = {}) => {
      const { hooks, jobs } = await webOf(files, inputs);
      return [hooks[0]?.key, jobs[0]?.metadata.name];
    };
    const first = await keyOf(stack(migration));
    expect(await keyOf(stack(`${migration}description: other\n`))).to.deep.equal(first);
    expect(await keyOf(stack(migration), { secretVersions: { database: '9' } })).to.deep.equal(
      first,
    );
    for (const [changed, inputs] of [
      [stack(migration, 'shop:2'), {}],
      [stack(migration.replace('[migrate]', '[migrate, all]')), {}],
      [stack(migration), { vars: { level: 'debug' } }],
    ] as const) {
      const [key, name] = await keyOf(changed, inputs);
      expect(key).not.to.equal(first[0]);
      expect(name).not.to.equal(first[1]);
    }
    // More tries are another Job, but nothing that would have to run again.
    const [key, name] = await keyOf(stack(`${migration}    retries: 5\n`));
    expect(key).to.equal(first[0]);
    expect(name).not.to.equal(first[1]);
  });

  it('run migrations first, in the order in which they are written', async () => {
    const { hooks } = await webOf(
      stack(
        'hooks:\n  - { name: a, on: beforeApply }\nmigrations:\n  - { name: z }\n  - { name: b }\n',
      ),
    );
    expect(hooks.map(({ name }) => name)).to.deep.equal(['z', 'b', 'a']);
  });

  it('let no rollback cross a migration that says nothing', async () => {
    const { hooks } = await webOf(stack(migration));
    expect(hooks[0]?.rollback).to.deep.equal({ policy: 'blocked' });
  });

  it('are left out by their condition, and may be all that a unit has', async () => {
    const files = {
      'services.yaml': stackText(`  environments: { dev: , production: }
  images: { shop: { from: "shop:1" } }
  services:
    - name: web
      deployGroup: migrations
      codeUpdateStrategy: rebuild
      migrations: [{ name: schema, image: shop, when: '{{ eq .Env "dev" }}' }]
`),
    };
    expect((await webOf(files)).hooks).to.have.length(1);
    const { unit } = await webOf(files, { environment: 'production' });
    expect(unit).not.to.have.property('hooks');
    expect(unit.phase).to.equal('migrations');
  });

  it('come from components like any other field', async () => {
    const text = stackText(`  environments: { dev: }
  images: { shop: { from: "shop:1" } }
  components:
    - name: base
      serviceDefaults:
        codeUpdateStrategy: rebuild
        hooks: [{ name: warm, on: afterApply, command: [warm] }, { name: check, on: afterHealthy }]
  services:
    - name: web
      use: [base]
      workload: { image: shop }
      hooks: [{ name: warm, retries: 3 }]
`);
    const { hooks } = await webOf({ 'services.yaml': text });
    expect(hooks.map(({ name, on, retries }) => [name, on, retries])).to.deep.equal([
      ['warm', 'afterApply', 3],
      ['check', 'afterHealthy', 0],
    ]);
  });

  it('have names that Kubernetes takes, however long those of unit and hook are', async () => {
    const unit = 'u'.repeat(52);
    const hook = 'h'.repeat(31);
    const text = stackText(
      `  environments: { dev: }\n  images: { a: { from: "a:1" } }\n  infrastructure:\n    - { name: ${unit}, hooks: [{ name: ${hook}, on: afterApply, image: a }] }\n`,
    );
    const rendered = await renderFine({ 'services.yaml': text });
    const object = rendered.plan.units[0]?.hooks?.[0]?.object;
    expect(object?.name).to.match(/^u{52}-h-[0-9a-f]{8}$/);
    const job: Job = parse(textOf(rendered, object?.file ?? ''));
    for (const label of Object.values(job.spec.template.metadata.labels))
      expect(label.length).to.be.at.most(63);
  });
});
