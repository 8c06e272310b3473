import { expect } from 'chai';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFile } from 'node:fs/promises';
import { ajvOptions } from './compile.ts';
import {
  schemas,
  triggerKinds,
  validateDiagnostic,
  validateExecutionPlan,
  validateServicesPart,
  validateServiceStack,
  type ExecutionPlan,
} from './index.ts';

const plan: ExecutionPlan = {
  apiVersion: 'codex-k8s.dev/v1alpha1',
  kind: 'ExecutionPlan',
  project: 'shop',
  stack: 'shop',
  environment: 'dev',
  namespace: 'shop-dev',
  rendering: 1,
  applySet: 'applyset-Xs9ZJY2kEJlQeyTtqOv1fpP5Wxx6JjBkQ6Qm5bFhH0s-v1',
  phases: ['internal'],
  images: [{ name: 'web', reference: 'nginx:1.29' }],
  units: [
    {
      name: 'web',
      source: 'service',
      phase: 'internal',
      dependsOn: [],
      objects: [
        {
          file: 'manifests/web/deployment-web.yaml',
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          namespace: 'shop-dev',
          name: 'web',
        },
      ],
      images: ['web'],
      codeUpdateStrategy: 'rebuild',
      readiness: { timeoutSeconds: 600 },
      prune: 'afterHealthy',
    },
  ],
};

const stack = {
  apiVersion: 'codex-k8s.dev/v1alpha1',
  kind: 'ServiceStack',
  metadata: { name: 'shop' },
  spec: {
    environments: { dev: {} },
    images: {},
    infrastructure: [],
    services: [],
    orchestration: {},
    webhookRuntime: {},
  },
};

describe('schema validators', () => {
  it('accept a plan and give it its type', () => {
    expect(validateExecutionPlan(plan)).to.deep.equal({ ok: true, value: plan });
  });

  it('say every violation of a plan with its path and keyword', () => {
    const broken = {
      ...plan,
      stack: 'Shop',
      extra: 1,
      units: [{ ...plan.units[0], prune: 'never' }],
    };
    const result = validateExecutionPlan(broken);
    expect(result.ok).to.equal(false);
    const found = result.ok ? [] : result.errors.map((e) => `${e.path.join('.')} ${e.keyword}`);
    expect(found).to.have.members([' additionalProperties', 'stack pattern', 'units.0.prune enum']);
  });

  it('refuse a plan of unknown output semantics', () => {
    expect(validateExecutionPlan({ ...plan, rendering: 2 }).ok).to.equal(false);
  });

  it('accept the smallest stack and refuse an unknown field at any depth', () => {
    expect(validateServiceStack(stack).ok).to.equal(true);
    const result = validateServiceStack({
      ...stack,
      spec: { ...stack.spec, services: [{ name: 'web', use: ['x'], workload: { imgae: 'web' } }] },
    });
    const [violation] = result.ok ? [] : result.errors;
    expect(violation).to.deep.include({
      path: ['spec', 'services', '0', 'workload'],
      keyword: 'additionalProperties',
      params: { additionalProperty: 'imgae' },
      message: 'must NOT have additional properties',
    });
    expect(violation?.known).to.include('image');
  });

  it('validate one part of a stack on its own', () => {
    expect(validateServicesPart('image', { from: 'nginx:1.29' }).ok).to.equal(true);
    expect(validateServicesPart('image', { type: 'build', repository: 'web' }).ok).to.equal(true);
    expect(validateServicesPart('image', { type: 'build', from: 'web' }).ok).to.equal(false);
    expect(validateServicesPart('image', { type: 'mirror', from: 'nginx:1.29' }).ok).to.equal(
      false,
    );
  });

  it('accept a diagnostic without a place and refuse a line 0', () => {
    const diagnostic = { code: 'CK-R-014', severity: 'error', message: 'unknown image' };
    expect(validateDiagnostic(diagnostic).ok).to.equal(true);
    expect(validateDiagnostic({ ...diagnostic, line: 0 }).ok).to.equal(false);
  });
});

describe('the catalogue of trigger kinds', () => {
  it('is what triggerModes may name', () => {
    const { triggerModes } = schemas.services.$defs.webhookRuntime.properties;
    expect(triggerKinds.map(({ kind }) => kind)).to.have.members(triggerModes.propertyNames.enum);
  });

  it('has a label and a revision for every stage, but for what stands alone', () => {
    const labels = triggerKinds.map(({ label }) => label);
    expect(labels).to.include.members(['run:dev', 'run:dev:revise', 'run:self-improve:revise']);
    expect(labels).to.include('run:rethink').and.not.include('run:rethink:revise');
    expect(new Set(labels).size).to.equal(labels.length);
  });
});

describe('components', () => {
  const { serviceDefaults, serviceUnit, infrastructureUnit } = schemas.services.$defs;

  it('can give every field of a service but its name and what it uses', () => {
    const fields = Object.keys(serviceUnit.properties).filter(
      (name) => name !== 'name' && name !== 'use',
    );
    expect(Object.keys(serviceDefaults.properties)).to.have.members(fields);
    for (const field of fields)
      expect(serviceDefaults.properties, field)
        .to.have.property(field)
        .that.deep.equals(
          Object.entries(serviceUnit.properties).find(([name]) => name === field)?.[1],
        );
  });

  it('know no field of infrastructure that a service would not have', () => {
    expect(serviceUnit.properties).to.include.all.keys(infrastructureUnit.properties);
  });
});

describe('published schemas', () => {
  it('are valid schemas that compile in strict mode', () => {
    const ajv = new Ajv2020({ ...ajvOptions, strict: true });
    for (const schema of Object.values(schemas)) expect(ajv.compile(schema)).to.be.a('function');
  });

  it('are closed everywhere: every object says what else it may hold', () => {
    const open: string[] = [];
    const visit = (node: unknown, at: string) => {
      if (typeof node !== 'object' || node === null) return;
      if ('properties' in node && !/\/(if|then|else)$/.test(at)) {
        if (!('additionalProperties' in node)) open.push(at);
      }
      expect(node, at).not.to.have.any.keys('prefixItems', 'unevaluatedProperties');
      for (const [key, child] of Object.entries(node)) visit(child, `${at}/${key}`);
    };
    for (const schema of Object.values(schemas)) visit(schema, schema.title);
    expect(open).to.deep.equal([]);
  });

  it('carry the file name in their id', async () => {
    for (const schema of Object.values(schemas)) {
      const file = new URL(`../schemas/${schema.$id.split('/').at(-1)}`, import.meta.url);
      expect(JSON.parse(await readFile(file, 'utf8'))).to.deep.equal(schema);
    }
  });
});
