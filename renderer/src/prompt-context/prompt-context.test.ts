import { validatePromptContext, type PromptContext } from '@codex-k8s/schema';
import { expect } from 'chai';
import { createMemoryReader, createRenderer } from '../index.ts';
import { stackText, type TextInputs } from '../testing/index.ts';

const files = {
  'services.yaml': stackText(`  environments:
    dev: { domainTemplate: "{{ .Namespace }}.example.com" }
    production: { from: dev }
  images: { web: { from: "web:1" }, db: { from: "db:2" } }
  secrets:
    - { name: database, keys: [password], source: generated, description: Password of the shop }
    - { name: live, keys: [token], source: platform, environments: [production] }
  webhookRuntime: { defaultMode: code-only, triggerModes: { dev: full-env } }
  projectDocs:
    - { path: README.md, description: Start here }
    - { path: handbook, repository: team/handbook, roles: [sre], optional: true }
  infrastructure:
    - name: db
      description: Orders and carts
      manifests: [{ path: db.yaml }]
  services:
    - name: web
      description: The front page
      codeUpdateStrategy: hot-reload
      hotReload: { source: src, mountPath: /app/src }
      dependsOn: [db]
      deployGroup: frontend
      hooks: [{ name: warm, on: afterHealthy }]
      workload:
        image: web
        ports: [{ port: 80 }, { name: admin, port: 81 }]
        ingress: { host: "{{ .Domain }}", tlsSecret: cert }
`).replace('name: shop\n', 'name: shop\n  description: A small web shop\n'),
  'db.yaml': `apiVersion: v1
kind: Service
metadata: { name: db }
spec: { selector: { app: db }, ports: [{ name: tcp, port: 5432 }] }
---
apiVersion: v1
kind: Service
metadata: { name: far }
spec: { type: ExternalName, externalName: db.example.com, ports: [{ port: 1 }] }
`,
  'README.md': '# Shop\n',
  'src/index.ts': 'serve();\n',
};

async function contextOf(inputs: TextInputs = {}, texts = files): Promise<PromptContext> {
  const reader = createMemoryReader(texts);
  const result = await createRenderer().promptContext({
    reader,
    file: 'services.yaml',
    environment: 'dev',
    ...inputs,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  expect(validatePromptContext(result.context).ok).to.equal(true);
  return result.context;
}

describe('the prompt context', () => {
  it('names the environment, what triggers get, and the documents to read', async () => {
    expect(await contextOf()).to.deep.include({
      stack: 'shop',
      description: 'A small web shop',
      environment: 'dev',
      namespace: 'shop-dev',
      domain: 'shop-dev.example.com',
      production: false,
      runtime: { defaultMode: 'code-only', triggerModes: { dev: 'full-env' } },
      secrets: [{ name: 'database', keys: ['password'], description: 'Password of the shop' }],
      projectDocs: [
        { path: 'README.md', description: 'Start here', optional: false },
        { path: 'handbook', repository: 'team/handbook', roles: ['sre'], optional: true },
      ],
    });
  });

  it('lists the units in their order: strategies, images, objects, and where they answer', async () => {
    const { services } = await contextOf();
    expect(services).to.deep.equal([
      {
        name: 'db',
        description: 'Orders and carts',
        source: 'infrastructure',
        phase: 'stateful',
        dependsOn: [],
        images: [],
        endpoints: [{ access: 'cluster', address: 'db.shop-dev.svc:5432', name: 'tcp' }],
        objects: ['Service/db', 'Service/far'],
        manifests: ['db.yaml'],
      },
      {
        name: 'web',
        description: 'The front page',
        source: 'service',
        phase: 'frontend',
        dependsOn: ['db'],
        codeUpdateStrategy: 'hot-reload',
        images: [{ name: 'web', reference: 'web:1' }],
        endpoints: [
          { access: 'cluster', address: 'http://web.shop-dev.svc:80', name: 'http' },
          { access: 'cluster', address: 'web.shop-dev.svc:81', name: 'admin' },
          { access: 'public', address: 'https://shop-dev.example.com/' },
        ],
        objects: ['Service/web', 'Deployment/web', 'Ingress/web'],
        hooks: ['warm'],
      },
    ]);
  });

  it('hints at how code reaches the pods, and at commands that change nothing', async () => {
    const { hints, commands } = await contextOf();
    expect(hints).to.include(
      'web is hot-reload: a changed file under src reaches the running pods without a new image.',
    );
    expect(commands.map(({ command }) => command)).to.include(
      'kubectl -n shop-dev logs deployment/web --all-containers --tail=200',
    );
    for (const { command } of commands)
      expect(command).to.match(/^kubectl -n \S+ (?:get|logs|describe) /);
  });

  it('warns of an environment that people rely on', async () => {
    const texts = {
      ...files,
      'services.yaml': files['services.yaml'].replace('hot-reload\n', 'rebuild\n'),
    };
    const context = await contextOf({ environment: 'production' }, texts);
    expect(context.production).to.equal(true);
    expect(context.hints.join('\n')).to.include('look, and change nothing');
    expect(context.secrets.map(({ name }) => name)).to.deep.equal(['database', 'live']);
  });

  it('is the same for the same inputs, and an error where a render is one', async () => {
    expect(await contextOf()).to.deep.equal(await contextOf());
    const reader = createMemoryReader({ ...files, 'db.yaml': 'kind: x\n' });
    const result = await createRenderer().promptContext({
      reader,
      file: 'services.yaml',
      environment: 'dev',
    });
    expect(result.ok).to.equal(false);
  });
});
