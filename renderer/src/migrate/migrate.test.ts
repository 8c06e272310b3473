import { expect } from 'chai';
import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { renderTexts, repositoryRoot, repositoryStacks, textOf } from '../testing/index.ts';
import { createRenderer } from '../renderer.ts';
import { createMemoryReader } from '../readers/index.ts';
import { describeMigration, manifestPaths, migrateStack, type Migration } from './index.ts';

const testdata = fileURLToPath(new URL('../../testdata/migrate/', import.meta.url));

async function readFolder(name: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for await (const path of glob('**/*', { cwd: join(testdata, name) })) {
    const text = await readFile(join(testdata, name, path), 'utf8').catch(() => undefined);
    if (text !== undefined) texts.set(path, text);
  }
  return texts;
}

function migrate(texts: ReadonlyMap<string, string>): Migration {
  return migrateStack({ file: 'services.yaml', text: texts.get('services.yaml') ?? '', texts });
}

/** Notes as `file:line kind message`. */
function lines({ notes }: Migration): string[] {
  return notes.map(({ file, line, kind, message }) => `${file}:${line} ${kind} ${message}`);
}

function migrateText(yaml: string): Migration {
  return migrateStack({ file: 'services.yaml', text: yaml, texts: new Map() });
}

describe('migrating a stack of the first layout', () => {
  let old: Map<string, string>;
  let result: Migration;
  let migrated: Record<string, string>;
  before(async () => {
    old = await readFolder('v1');
    result = migrate(old);
    migrated = { ...Object.fromEntries(old), ...Object.fromEntries(result.files) };
  });

  it('names the manifests it wants to see', () => {
    expect(manifestPaths(old.get('services.yaml') ?? '')).to.deep.equal([
      'api/deploy.yaml',
      'deploy/config.yaml',
      'deploy/issuer.yaml',
      'deploy/namespace.yaml',
      'deploy/postgres.yaml',
      'deploy/secrets.yaml',
      'web/deploy.yaml',
    ]);
  });

  it('yields a stack that renders in every environment without an error', async () => {
    const described = await createRenderer().describe({
      reader: createMemoryReader(migrated),
      file: 'services.yaml',
    });
    const environments = described.ok ? described.stack.environments : [];
    expect(environments.map(({ name, forSlots }) => [name, forSlots])).to.deep.equal([
      ['dev', false],
      ['ai-staging', false],
      ['ai', true],
      ['ai-repair', false],
    ]);
    for (const { name, forSlots } of environments) {
      const slot = forSlots ? { slot: 3 } : {};
      const rendered = await renderTexts(migrated, { environment: name, ...slot });
      const found = rendered.ok ? rendered.rendered.diagnostics : rendered.diagnostics;
      expect(
        found.filter(({ severity }) => severity === 'error'),
        name,
      ).to.deep.equal([]);
    }
  });

  it('keeps what the old templates meant: domains, registries, slots', async () => {
    const slot = await renderTexts(migrated, { environment: 'ai', slot: 3 });
    const dev = await renderTexts(migrated, {
      environment: 'dev',
      vars: { NOTES_REGISTRY_HOST: 'registry.example.com' },
    });
    if (!slot.ok || !dev.ok) throw new Error('does not render');
    expect(slot.rendered.plan.namespace).to.equal('notes-dev-3');
    expect(slot.rendered.files.map(({ path }) => path)).not.to.include(
      'manifests/web/ingress-web.yaml',
    );
    expect(textOf(dev.rendered, 'manifests/web/ingress-web.yaml')).to.contain(
      'host: dev.notes.example.com',
    );
    expect(textOf(dev.rendered, 'manifests/base/configmap-notes.yaml')).to.contain(
      'STAGING: staging.notes.example.com',
    );
    expect(textOf(dev.rendered, 'manifests/postgres/deployment-postgres.yaml')).to.contain(
      'image: registry.example.com/library/postgres:16-bookworm',
    );
    expect(textOf(dev.rendered, 'manifests/api/deployment-api.yaml')).to.match(
      /image: registry\.example\.com\/notes\/api:(?!0\.2\.0)\S+/,
    );
  });

  it('moves what belongs to the cluster to a stack of its own, which renders', async () => {
    const rendered = await renderTexts(migrated, {
      file: 'services.cluster.yaml',
      environment: 'cluster',
    });
    expect(rendered.ok && rendered.rendered.files.map(({ path }) => path)).to.deep.equal([
      'manifests/cluster/clusterissuer-letsencrypt.yaml',
      'plan.json',
    ]);
  });

  it('takes no value of a secret over', () => {
    const everything = [...result.files.values()].join('\n');
    expect(everything).not.to.contain('POSTGRES_PASSWORD" ""');
    expect(everything).not.to.contain('kind: Secret');
    expect(result.files.get('services.yaml')).to.contain(
      'keys: [ POSTGRES_USER, POSTGRES_PASSWORD ]',
    );
  });

  it('tells, with the place in the old file, everything that needs a person', () => {
    expect(lines(result).filter((line) => line.includes(' person '))).to.deep.equal([
      'services.yaml:9 person codex.model configures agents',
      'services.yaml:10 person codex.promptLang configures agents',
      'services.yaml:16 person codex.timeouts configures agents',
      'services.yaml:19 person files of environment variables are not read: a render depends on declared inputs alone',
      'services.yaml:27 person environments ai-staging and ai-repair share a namespace: each would delete what the other made',
      'services.yaml:29 person the number of slots',
      'services.yaml:77 person kubeconfig is no part of a stack',
      'services.yaml:104 person the hook wait-postgres of postgres (afterApply) ran as a script beside the cluster',
      'services.yaml:106 person the hook codex.reuse-dev-tls-secret of postgres (afterApply) ran as a script beside the cluster',
      'services.yaml:121 person the code of web was mounted into its pods in dev',
      'deploy/issuer.yaml:1 person ClusterIssuer letsencrypt belongs to the cluster, not to an environment',
      'deploy/secrets.yaml:1 person slots read the secret database with the values of their base',
    ]);
    expect(result.notes.every(({ action }) => action.length > 10)).to.equal(true);
  });

  it('is the same every time, and says the same', () => {
    const again = migrate(old);
    expect([...again.files]).to.deep.equal([...result.files]);
    expect(describeMigration(again, 'markdown')).to.equal(describeMigration(result, 'markdown'));
  });

  it('drops no field in silence', () => {
    const { notes } = migrateText(
      'project: a\nservices:\n  - name: web\n    colour: blue\nsparkle: 1\n',
    );
    expect(notes.map(({ path, kind }) => `${path} ${kind}`)).to.include.members([
      'services[0].colour person',
      'sparkle person',
    ]);
  });

  it('reports functions and fields that no render may depend on', () => {
    const { notes } = migrateText(
      'project: a\nimages:\n  web:\n    from: "web:{{ now }}-{{ .ProjectRoot }}"\n',
    );
    expect(notes.map(({ line, message }) => `${line} ${message}`)).to.include.members([
      '4 the function now is not part of the template language',
      '4 .ProjectRoot is not known to templates any more',
    ]);
  });
});

describe('migrating a stack of the second layout', () => {
  let old: Map<string, string>;
  let result: Migration;
  let migrated: Record<string, string>;
  before(async () => {
    old = await readFolder('go');
    result = migrate(old);
    migrated = { ...Object.fromEntries(old), ...Object.fromEntries(result.files) };
  });

  it('yields a stack that renders in every environment without an error', async () => {
    for (const [environment, slot] of [
      ['production', undefined],
      ['ai', 2],
    ] as const) {
      const rendered = await renderTexts(migrated, {
        environment,
        ...(slot === undefined ? {} : { slot }),
      });
      const found = rendered.ok ? rendered.rendered.diagnostics : rendered.diagnostics;
      expect(
        found.filter(({ severity }) => severity === 'error'),
        environment,
      ).to.deep.equal([]);
    }
  });

  it('reads what the control plane computed from the context, and names images by the stack', async () => {
    const rendered = await renderTexts(migrated, { environment: 'ai', slot: 2 });
    if (!rendered.ok) throw new Error('does not render');
    const app = textOf(rendered.rendered, 'manifests/app/deployment-app.yaml');
    expect(app).to.match(/image: "?127\.0\.0\.1:5000\/ledger\/app:/);
    expect(app).to.contain('value: slots.example.com');
    expect(rendered.rendered.plan.namespace).to.equal('ledger-dev-2');
  });

  it('deploys a singleton in production alone', async () => {
    const units = async (environment: string, slot?: number): Promise<string[]> => {
      const rendered = await renderTexts(migrated, {
        environment,
        ...(slot === undefined ? {} : { slot }),
      });
      return rendered.ok ? rendered.rendered.plan.units.map(({ name }) => name).toSorted() : [];
    };
    expect(await units('production')).to.deep.equal(['app', 'postgres', 'proxy']);
    expect(await units('ai', 2)).to.deep.equal(['app', 'postgres']);
  });

  it('keeps comments and what the contract has kept', () => {
    const next = result.files.get('services.yaml') ?? '';
    expect(next).to.contain('# One for all slots.');
    expect(next).to.contain('trimPrefix (index .Versions "kubectl") "v"');
    expect(next).to.contain('defaultMode: full-env');
  });

  it('tells everything that needs a person', () => {
    expect(lines(result).filter((line) => line.includes(' person '))).to.deep.equal([
      'services.yaml:10 person templates of documents by role are no part of a stack',
      'services.yaml:46 person the type of image app is {{ ternary (eq .Env "ai") "build" "skip" }}: an image is external, build or mirror, in every environment',
    ]);
  });

  it('tells of two environments in one namespace', () => {
    const { notes } = migrateText(
      'apiVersion: codex-k8s.dev/v1alpha1\nkind: ServiceStack\nmetadata: { name: a }\nspec:\n  environments:\n    production: { namespaceTemplate: a-prod }\n    ai-repair: { namespaceTemplate: a-prod }\n',
    );
    expect(notes.map(({ line, message }) => `${line} ${message}`)).to.deep.equal([
      '7 environments production and ai-repair share a namespace: each would delete what the other made',
    ]);
  });

  it('gives the platform its documented production namespace', () => {
    const { files } = migrateText(
      'apiVersion: codex-k8s.dev/v1alpha1\nkind: ServiceStack\nmetadata: { name: codex-k8s }\nspec:\n  environments:\n    production: { namespaceTemplate: "{{ .Project }}-prod" }\n',
    );
    expect(files.get('services.yaml')).to.contain("namespaceTemplate: '{{ .Project }}-production'");
    expect(files.get('services.yaml')).to.contain('codex-k8s-production: codex-k8s-prod');
  });
});

describe('migrating something else', () => {
  it('leaves alone what follows the contract of today: what it made itself, and the examples', async () => {
    for (const layout of ['v1', 'go']) {
      const made = migrate(await readFolder(layout)).files.get('services.yaml') ?? '';
      const again = migrateText(made);
      expect([again.layout, again.files.size], layout).to.deep.equal(['current', 0]);
    }
    for (const { directory } of repositoryStacks) {
      const file = join(repositoryRoot, directory, 'services.yaml');
      expect(migrateText(await readFile(file, 'utf8')).layout, file).to.equal('current');
    }
  });

  it('says what is wrong with broken YAML, and where', () => {
    const { layout, notes, files } = migrateText('a: [1\nb: 2\n');
    expect(layout).to.equal('unknown');
    expect(files.size).to.equal(0);
    expect(notes[0]?.line).to.be.a('number');
  });

  it('does not guess at a file of an unknown layout', () => {
    expect(
      migrateText('apiVersion: v1\nkind: ConfigMap\n').notes.map(({ message }) => message),
    ).to.deep.equal(['this is no services.yaml of a known layout']);
  });
});
