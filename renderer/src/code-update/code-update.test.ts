import { validateExecutionPlan } from '@codex-k8s/schema';
import { expect } from 'chai';
import { parse } from 'yaml';
import { directoryId, blobId } from '../hash/index.ts';
import { renderFine, renderTexts, stackText, textOf, type TextInputs } from '../testing/index.ts';

interface Pod {
  metadata: { annotations?: Record<string, string> };
  spec: {
    containers: {
      name: string;
      image: string;
      command?: string[];
      args?: string[];
      volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
    }[];
    volumes?: { name: string; persistentVolumeClaim?: { claimName: string; readOnly: boolean } }[];
  };
}

/** One service that says for itself how it is updated, in whatever environment. */
const services = `  environments: { dev: , staging: , production: }
  vars: { strategy: { default: rebuild } }
  images:
    web: { type: build, repository: registry/web, context: web, target: run, args: { A: "1" } }
  services:
    - name: web
      codeUpdateStrategy: "{{ .Vars.strategy }}"
      hotReload:
        source: web/src
        mountPath: /app/src
        target: dev
        inputs: [web/package.json]
        command: [npm, run, dev]
      restart: { sources: [web/config, "web/*.conf"] }
      workload: { image: web, command: [node], args: [main.js] }
`;

const files = {
  'services.yaml': stackText(services),
  'web/Dockerfile': 'FROM scratch AS dev\nFROM dev AS run\nCOPY src /app/src\n',
  'web/package.json': '{}',
  'web/src/main.js': 'run()',
  'web/config/app.json': '{}',
  'web/a.conf': 'a',
};

async function podOf(
  texts: Readonly<Record<string, string>>,
  strategy: string,
  inputs: TextInputs = {},
): Promise<Pod> {
  const rendered = await renderFine(texts, { ...inputs, vars: { strategy } });
  const deployment: { spec: { template: Pod } } = parse(
    textOf(rendered, 'manifests/web/deployment-web.yaml'),
  );
  return deployment.spec.template;
}

async function planOf(texts: Readonly<Record<string, string>>, strategy: string) {
  return (await renderFine(texts, { vars: { strategy } })).plan;
}

describe('a service that is rebuilt', () => {
  it('runs the image of its content, at the stage for use, with its own entrypoint', async () => {
    const pod = await podOf(files, 'rebuild');
    const [container] = pod.spec.containers;
    expect(container).to.deep.include({ command: ['node'], args: ['main.js'] });
    expect(container?.image).to.match(/^registry\/web:c-[0-9a-f]{32}$/);
    expect(pod.metadata.annotations).to.equal(undefined);
    const changed = await podOf({ ...files, 'web/src/main.js': 'run(1)' }, 'rebuild');
    expect(changed.spec.containers[0]?.image).not.to.equal(container?.image);
  });
});

describe('a service that is restarted', () => {
  it('has the content of its declared sources on its pods, and of nothing else', async () => {
    const annotation = async (texts: Readonly<Record<string, string>>) =>
      (await podOf(texts, 'restart')).metadata.annotations?.['codex-k8s.dev/content'];
    const usual = await annotation(files);
    expect(usual).to.match(/^[0-9a-f]{40}$/);
    expect(await annotation({ ...files, 'web/src/main.js': 'other' })).to.equal(usual);
    expect(await annotation({ ...files, 'README.md': 'other' })).to.equal(usual);
    const seen = new Set([
      usual,
      await annotation({ ...files, 'web/config/app.json': '{ }' }),
      await annotation({ ...files, 'web/config/more.json': '{}' }),
      await annotation({ ...files, 'web/a.conf': 'b' }),
      await annotation({ ...files, 'web/b.conf': 'a' }),
    ]);
    expect(seen.size).to.equal(5);
  });

  it('has it on the pods of plain manifests too, beside their own annotations, but on no Job', async () => {
    const pod = (restartPolicy: string) => `template:
      metadata: { labels: { app: web }, annotations: { own: "1" } }
      spec: { restartPolicy: ${restartPolicy}, containers: [{ name: web, image: "web:1" }] }`;
    const manifests = `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: web }
spec:
    selector: { matchLabels: { app: web } }
    ${pod('Always')}
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: web }
spec:
  schedule: "* * * * *"
  jobTemplate:
   spec:
    ${pod('OnFailure')}
---
apiVersion: batch/v1
kind: Job
metadata: { name: web }
spec:
    ${pod('Never')}
`;
    const texts = {
      'web.yaml': manifests,
      'services.yaml': stackText(
        '  environments: { dev: }\n  services:\n    - name: web\n      codeUpdateStrategy: restart\n      restart: { sources: [web.yaml] }\n      manifests: [{ path: web.yaml }]\n',
      ),
    };
    const rendered = await renderFine(texts);
    const found = (kind: string) =>
      /annotations:\n\s+own: "1"(?:\n\s+codex-k8s\.dev\/content: "?([0-9a-f]{40})"?)?/.exec(
        textOf(rendered, `manifests/web/${kind}-web.yaml`),
      )?.[1];
    expect(found('statefulset')).to.match(/^[0-9a-f]{40}$/);
    expect(found('cronjob')).to.equal(found('statefulset'));
    expect(found('job')).to.equal(undefined);
  });
});

describe('a service that is hot-reload', () => {
  const tree = directoryId([['main.js', blobId(new TextEncoder().encode('run()'))]]);

  it('mounts the snapshot of its source, and runs the stage and command of development', async () => {
    const pod = await podOf(files, 'hot-reload');
    const [container] = pod.spec.containers;
    expect(container).to.deep.include({
      command: ['npm', 'run', 'dev'],
      volumeMounts: [{ name: 'source-snapshot', mountPath: '/app/src', readOnly: true }],
    });
    expect(container).not.to.have.property('args');
    expect(pod.spec.volumes).to.deep.equal([
      {
        name: 'source-snapshot',
        persistentVolumeClaim: { claimName: `source-${tree}`, readOnly: true },
      },
    ]);
    const rebuilt = await podOf(files, 'rebuild');
    expect(container?.image).to.match(/^registry\/web:c-/);
    expect(container?.image).not.to.equal(rebuilt.spec.containers[0]?.image);
  });

  it('says in the plan what must exist first: the snapshot, and what its image is built from', async () => {
    const plan = await planOf(files, 'hot-reload');
    expect(validateExecutionPlan(plan)).to.deep.equal({ ok: true, value: plan });
    expect(plan.snapshots).to.deep.equal([{ name: `source-${tree}`, path: 'web/src', tree }]);
    const [unit] = plan.units;
    expect(unit).to.deep.include({ snapshots: [`source-${tree}`], images: ['web.web'] });
    const image = plan.images.find(({ name }) => name === 'web.web');
    expect(image?.policy).to.equal('build');
    expect(image?.build).to.deep.include({ target: 'dev', args: { A: '1' } });
    expect(image?.build?.context).to.deep.equal({
      path: 'web',
      inputs: [{ path: 'web/package.json', id: blobId(new TextEncoder().encode('{}')) }],
    });
  });

  it('needs no new image for new code, and one for a new dependency', async () => {
    const image = async (texts: Readonly<Record<string, string>>) => {
      const { containers, volumes } = (await podOf(texts, 'hot-reload')).spec;
      return [containers[0]?.image, volumes?.[0]?.persistentVolumeClaim?.claimName];
    };
    const [usual, claim] = await image(files);
    const [afterCode, claimAfterCode] = await image({ ...files, 'web/src/main.js': 'other()' });
    expect(afterCode).to.equal(usual);
    expect(claimAfterCode).not.to.equal(claim);
    const [afterDependency, same] = await image({ ...files, 'web/package.json': '{"a":1}' });
    expect(afterDependency).not.to.equal(usual);
    expect(same).to.equal(claim);
  });

  it('is refused in production, however it is named', async () => {
    const refused = async (environment: string, spec: string): Promise<(string | undefined)[]> => {
      const texts = { ...files, 'services.yaml': stackText(spec) };
      const result = await renderTexts(texts, { environment, vars: { strategy: 'hot-reload' } });
      return result.ok ? [] : result.diagnostics.map(({ code }) => code);
    };
    expect(await refused('staging', services)).to.deep.equal([]);
    expect(await refused('production', services)).to.deep.equal(['CK-R-113']);
    const named = services.replace(
      'staging: ,',
      'staging: { protected: true }, ai: { from: staging },',
    );
    expect(await refused('staging', named)).to.include('CK-R-113');
    expect(await refused('ai', named)).to.include('CK-R-113');
    const open = services.replace('production: }', 'production: { protected: false } }');
    expect(await refused('production', open)).to.deep.equal([]);
  });

  it('changes nothing that is rendered where it is another strategy', async () => {
    const without = stackText(services.replace(/ {6}hotReload:[^]*?( {6}restart)/, '$1'));
    const [a, b] = [
      await renderFine(files, { vars: { strategy: 'rebuild' } }),
      await renderFine({ ...files, 'services.yaml': without }, { vars: { strategy: 'rebuild' } }),
    ];
    expect(a.contentHash).to.equal(b.contentHash);
  });
});
