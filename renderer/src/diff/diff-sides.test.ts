import { expect } from 'chai';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { reportSchemas, schemas, type RenderDiff } from '@codex-k8s/schema';
import { renderFine, stackText } from '../testing/index.ts';
import { diffSides, type DiffOptions, type EnvironmentPair } from './index.ts';

const side = (name: string) => ({ kind: 'directory' as const, name, diagnostics: [] });

interface Texts {
  [path: string]: string;
}

async function diffTexts(base: Texts, head: Texts, options?: DiffOptions): Promise<RenderDiff> {
  const pair: EnvironmentPair = {
    environment: 'dev',
    base: await renderFine(base),
    head: await renderFine(head),
  };
  const diff = await diffSides({ base: side('a'), head: side('b') }, [pair], options);
  const ajv = new Ajv2020({ allowUnionTypes: true });
  const validate = ajv.compile(reportSchemas.diff);
  expect([validate(diff), validate.errors]).to.deep.equal([true, null]);
  return diff;
}

const shop = (services: string, rest = '') => ({
  'services.yaml': stackText(
    `  environments: { dev: }\n${rest}  images:\n    web: { from: "nginx:1.28" }\n    api: { from: "registry.example/api:1.0" }\n  services:\n${services}`,
  ),
});
const web = (lines = '') =>
  `    - name: web\n      codeUpdateStrategy: rebuild\n      workload: { image: web${lines} }\n`;
const api = (lines = '') =>
  `    - name: api\n      codeUpdateStrategy: rebuild\n${lines}      workload: { image: api }\n`;

describe('the difference of two renders', () => {
  it('is nothing for the same sources', async () => {
    const diff = await diffTexts(shop(web()), shop(web()));
    expect(diff.different).to.equal(false);
    expect(diff.environments.map(({ change }) => change)).to.deep.equal(['unchanged']);
  });

  it('is grouped by unit and object, with what is created and removed', async () => {
    const diff = await diffTexts(
      shop(web(', ports: [{ port: 80 }]')),
      shop(web(', replicas: 2') + api()),
    );
    const [environment] = diff.environments;
    expect(
      environment?.units.map(({ unit, change, objects }) => [
        unit,
        change,
        objects.map((object) => `${object.change} ${object.kind}/${object.name}`),
      ]),
    ).to.deep.equal([
      ['api', 'created', ['created Deployment/api']],
      ['web', 'changed', ['changed Deployment/web', 'removed Service/web']],
    ]);
    expect(environment?.units[0]?.objects[0]?.object).to.deep.include({ kind: 'Deployment' });
    expect(diff.summary).to.deep.equal({
      environments: 1,
      units: 2,
      created: 1,
      changed: 1,
      removed: 1,
      imageOnly: 0,
    });
  });

  it('folds a unit in which only images differ', async () => {
    const base = shop(web() + api());
    const head = { 'services.yaml': base['services.yaml'].replace('api:1.0', 'api:1.1') };
    const [environment] = (await diffTexts(base, head)).environments;
    expect(environment?.units.map(({ unit, imageOnly }) => [unit, imageOnly])).to.deep.equal([
      ['api', true],
    ]);
    const image = { from: 'registry.example/api:1.0', to: 'registry.example/api:1.1' };
    expect(environment?.images).to.deep.equal([{ name: 'api', ...image }]);
    expect(environment?.units[0]?.objects[0]?.images).to.deep.equal([{ name: 'api', ...image }]);
    const both = {
      'services.yaml': head['services.yaml'].replace('image: api', 'image: api, replicas: 2'),
    };
    const [other] = (await diffTexts(base, both)).environments;
    expect(other?.units.map(({ imageOnly }) => imageOnly)).to.deep.equal([false]);
  });

  it('shows what changes in the plan alone: order, phases, readiness', async () => {
    const base = shop(api() + web());
    const head = shop(
      api('      dependsOn: [web]\n      readiness: { timeoutSeconds: 42 }\n') + web(),
    );
    const diff = await diffTexts(base, head);
    const [environment] = diff.environments;
    expect(environment?.plan).to.deep.equal([
      { path: 'units', change: 'reordered', from: ['api', 'web'], to: ['web', 'api'] },
    ]);
    expect(environment?.units).to.have.lengthOf(1);
    expect(environment?.units[0]?.plan).to.deep.include.members([
      { path: 'dependsOn', change: 'changed', from: [], to: ['web'] },
    ]);
    expect(environment?.units[0]?.plan.map(({ path }) => path)).to.include(
      'readiness.timeoutSeconds',
    );
    expect(diff.summary).to.deep.include({ units: 1, created: 0, changed: 0, removed: 0 });
  });

  it('follows an object that moved to another unit', async () => {
    const files = (owner: string) => ({
      ...shop(
        ['api', 'web']
          .map(
            (name) =>
              `    - name: ${name}\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: ${name}.yaml }${name === owner ? ', { path: shared.yaml }' : ''}]\n`,
          )
          .join(''),
      ),
      'api.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: api }\n',
      'web.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\n',
      'shared.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: shared }\n',
    });
    const [environment] = (await diffTexts(files('api'), files('web'))).environments;
    expect(
      environment?.units.flatMap(({ unit, objects }) =>
        objects.map(({ change, name, movedFrom }) => [unit, change, name, movedFrom]),
      ),
    ).to.deep.equal([['web', 'changed', 'shared', 'api']]);
  });

  it('hides the values of secret inputs wherever they were rendered to', async () => {
    const files = (value: string) => shop(web(`, env: { GREETING: "hello ${value}" }`));
    const diff = await diffTexts(files('canary-one'), files('canary-two'), {
      secrets: ['canary-one', 'canary-two'],
    });
    expect(diff.different).to.equal(true);
    expect(JSON.stringify(diff)).not.to.match(/canary/);
  });

  it('says what is new, gone, or cannot be told', async () => {
    const rendered = await renderFine(shop(web()));
    const outcomes = [
      ['absent', rendered],
      [rendered, 'absent'],
      ['failed', rendered],
      [rendered, 'failed'],
    ] as const;
    const pairs = outcomes.map(([base, head], index) => ({ environment: `e${index}`, base, head }));
    const { environments } = await diffSides({ base: side('a'), head: side('b') }, pairs);
    expect(
      environments.map(({ change, baseFailed, units }) => [change, baseFailed, units.length]),
    ).to.deep.equal([
      ['created', false, 1],
      ['removed', false, 1],
      ['created', true, 1],
      ['failed', false, 0],
    ]);
  });

  it('describes diagnostics as everywhere else', () => {
    const { properties, required } = schemas.diagnostic;
    const strip = (value: object): object =>
      JSON.parse(
        JSON.stringify(value, (key, inner: unknown) =>
          key === 'description' || key === 'examples' ? undefined : inner,
        ),
      );
    for (const copy of [
      reportSchemas.diff.$defs.diagnostic,
      reportSchemas.validation.properties.diagnostics.items,
    ]) {
      expect(strip(copy.properties)).to.deep.equal(strip(properties));
      expect(copy.required).to.deep.equal(required);
    }
  });
});
