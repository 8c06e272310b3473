import { validateExecutionPlan } from '@codex-k8s/schema';
import { expect } from 'chai';
import { parse } from 'yaml';
import { directoryId } from './hash/index.ts';
import { findingsOf, renderFine, stackText, textOf } from './testing/index.ts';

const configMap = (name: string, rest = '') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${rest}`;

const twoServices = stackText(`  vars:
    replicas: { type: integer, default: 1 }
    domain: { default: "{{ .Project }}.localhost" }
    verbose: { type: boolean }
    ratio: { type: number, default: 0.5 }
  versions: { web: 1.4.2, api: "v{{ .Slot }}" }
  environments:
    base: { labels: { tier: "{{ .Env }}", drop: x } }
    dev: { from: base, labels: { drop: null } }
    production:
      from: base
      namespaceTemplate: "{{ .Project }}-live"
      vars: { replicas: 3, verbose: true }
  images:
    web: { from: "nginx:{{ .Versions.web }}" }
    api: { from: "registry/api:{{ .Env }}-1" }
    cache: { type: mirror, from: "redis:8", to: "registry/redis:8" }
  infrastructure:
    - name: cache
      workload: { image: cache, ports: [{ port: 6379 }] }
  services:
    - name: web
      codeUpdateStrategy: rebuild
      deployGroup: frontend
      dependsOn: [api, cache, debug]
      workload:
        image: web
        replicas: "{{ .Vars.replicas }}"
        env:
          DOMAIN: "{{ .Vars.domain }}"
          WORKERS: "{{ .Vars.replicas }}"
          VERBOSE: "{{ .Vars.verbose }}"
          RATIO: "{{ .Vars.ratio }}"
          NAMESPACE: "{{ .Namespace }}"
          API_IMAGE: "{{ .Images.api }}"
    - name: api
      codeUpdateStrategy: restart
      workload: { image: api }
      readiness: { timeoutSeconds: 30 }
      prune: before
    - name: debug
      when: "{{ .Vars.verbose }}"
      codeUpdateStrategy: restart
      workload: { image: api, args: ["{{ .Vars.domain }}"] }
`);

interface RenderedDeployment {
  metadata: { namespace: string; labels: Record<string, string> };
  spec: {
    replicas?: number;
    template: { spec: { containers: [{ image: string; env: { name: string; value: string }[] }] } };
  };
}

describe('a rendered stack', () => {
  it('is what the environment makes of it: inheritance, variables, types, versions, images', async () => {
    for (const [environment, namespace, replicas, verbose] of [
      ['dev', 'shop-dev', 1, 'false'],
      ['production', 'shop-live', 3, 'true'],
    ] as const) {
      const rendered = await renderFine({ 'services.yaml': twoServices }, { environment });
      const deployment: RenderedDeployment = parse(
        textOf(rendered, 'manifests/web/deployment-web.yaml'),
      );
      expect(deployment.metadata.namespace).to.equal(namespace);
      expect(deployment.spec.replicas).to.equal(replicas);
      const [container] = deployment.spec.template.spec.containers;
      expect(container.image).to.equal('nginx:1.4.2');
      expect(
        Object.fromEntries(container.env.map(({ name, value }) => [name, value])),
      ).to.deep.equal({
        DOMAIN: 'shop.localhost',
        WORKERS: String(replicas),
        VERBOSE: verbose,
        RATIO: '0.5',
        NAMESPACE: namespace,
        API_IMAGE: `registry/api:${environment}-1`,
      });
    }
  });

  it('carries the labels of the platform and of the environment on every object', async () => {
    const rendered = await renderFine({ 'services.yaml': twoServices });
    for (const { path } of rendered.files.filter((file) => file.path !== 'plan.json')) {
      const object: RenderedDeployment = parse(textOf(rendered, path));
      expect(object.metadata.labels, path).to.deep.include({
        'codex-k8s.dev/project': 'shop',
        'codex-k8s.dev/environment': 'dev',
        'codex-k8s.dev/stack': 'shop',
        'codex-k8s.dev/unit': path.split('/')[1],
        'applyset.kubernetes.io/part-of': rendered.plan.applySet,
        tier: 'dev',
      });
      expect(object.metadata.labels).not.to.have.property('drop');
    }
  });

  it('has a plan that follows its schema: units in order, their edges, images, phases, readiness', async () => {
    const { plan } = await renderFine({ 'services.yaml': twoServices });
    expect(validateExecutionPlan(plan)).to.deep.equal({ ok: true, value: plan });
    expect(plan).to.deep.include({
      namespace: 'shop-dev',
      phases: ['stateful', 'migrations', 'internal', 'edge', 'frontend'],
      images: [
        { name: 'api', reference: 'registry/api:dev-1' },
        {
          name: 'cache',
          reference: 'registry/redis:8',
          policy: 'mirror',
          mirror: { from: 'redis:8', to: 'registry/redis:8' },
        },
        { name: 'web', reference: 'nginx:1.4.2' },
      ],
    });
    const units = plan.units.map(
      ({ name, source, phase, dependsOn, images, codeUpdateStrategy, readiness, prune }) => [
        name,
        source,
        phase,
        dependsOn,
        images,
        codeUpdateStrategy,
        readiness.timeoutSeconds,
        prune,
      ],
    );
    expect(units).to.deep.equal([
      ['cache', 'infrastructure', 'stateful', [], ['cache'], undefined, 600, 'afterHealthy'],
      ['api', 'service', 'internal', [], ['api'], 'restart', 30, 'before'],
      // To depend on a unit that `when` leaves out is no edge.
      [
        'web',
        'service',
        'frontend',
        ['api', 'cache'],
        ['api', 'web'],
        'rebuild',
        600,
        'afterHealthy',
      ],
    ]);
  });

  it('lists each file once, plan.json included, and hashes them as git does', async () => {
    const rendered = await renderFine({ 'services.yaml': twoServices });
    const paths = rendered.files.map(({ path }) => path);
    expect(paths).to.deep.equal(paths.toSorted());
    const planned = rendered.plan.units.flatMap(({ objects }) => objects.map(({ file }) => file));
    expect(paths).to.have.members([...planned, 'plan.json']);
    expect(JSON.parse(textOf(rendered, 'plan.json'))).to.deep.equal(rendered.plan);
    expect(textOf(rendered, 'plan.json')).to.match(/\}\n$/);
    const files = rendered.files.map(({ path, digest }): [string, string] => [path, digest]);
    expect(rendered.contentHash).to.equal(directoryId(files));
  });

  it('takes values of declared variables from the caller before all others', async () => {
    const vars = { replicas: '7', verbose: 'true', ratio: '2' };
    const rendered = await renderFine(
      { 'services.yaml': twoServices },
      { environment: 'production', vars },
    );
    expect(textOf(rendered, 'manifests/web/deployment-web.yaml'))
      .to.include('replicas: 7')
      .and.include('value: "2"');
    expect(
      await findingsOf({ 'services.yaml': twoServices }, { vars: { replicas: '2.5' } }),
    ).to.deep.equal([
      'services.yaml:7:15 CK-R-046 the variable replicas is of type integer; "2.5" is not',
    ]);
  });

  it('gives the text of a number where a string is due, and the type where a number is', async () => {
    const text = twoServices
      .replace('drop: x', 'drop: "{{ .Slot }}"')
      .replace('args: ["{{ .Vars.domain }}"]', 'args: ["{{ .Vars.replicas }}"]');
    const rendered = await renderFine({ 'services.yaml': text }, { environment: 'production' });
    expect(textOf(rendered, 'manifests/debug/deployment-debug.yaml')).to.include('- "3"');
  });

  it('checks types again once templates are executed', async () => {
    const text = twoServices.replace('"{{ .Vars.replicas }}"', '"{{ .Vars.domain }}"');
    expect(await findingsOf({ 'services.yaml': text })).to.deep.equal([
      'services.yaml:33:19 CK-R-022 replicas must be integer, not string "shop.localhost"',
    ]);
  });

  it('sees neither the environment of the process nor the time', async () => {
    const text = stackText(
      '  environments: { dev: }\n  versions: { a: "{{ envOr `HOME` `x` }}", b: "{{ now }}" }\n',
    );
    expect(await findingsOf({ 'services.yaml': text })).to.deep.equal([
      'services.yaml:7:22 CK-R-043 the variable HOME is not declared',
      'services.yaml:7:51 CK-R-040 function "now" not defined',
    ]);
  });
});

describe('imports and components', () => {
  const files = {
    'services.yaml': stackText(
      `  imports: [stacks/*.yaml]\n  environments: { dev: { vars: { level: info } } }\n  services:\n    - name: web\n      use: [small, common]\n      workload: { env: { OWN: "1" } }\n    - { name: extra, workload: null }\n`,
    ),
    'stacks/a.yaml':
      'spec:\n  imports: [../lib/common.yaml]\n  images: { web: { from: "nginx:1" } }\n',
    'stacks/b.yaml':
      'spec:\n  imports: [../lib/common.yaml]\n  images: { web: { from: "nginx:2" } }\n',
    'lib/common.yaml': `spec:
  vars: { level: {} }
  components:
    - name: common
      serviceDefaults:
        codeUpdateStrategy: restart
        workload: { image: web, replicas: 2, env: { LEVEL: "{{ .Vars.level }}", OWN: "0" } }
    - name: small
      serviceDefaults: { workload: { replicas: 1 } }
  services:
    - name: extra
      codeUpdateStrategy: restart
      workload: { image: web }
      manifests: [{ path: extra.yaml }]
`,
    'lib/extra.yaml': configMap('extra'),
  };

  it('merge below the root in their order; the first component wins; null removes', async () => {
    const rendered = await renderFine(files);
    expect(rendered.plan.images).to.deep.equal([{ name: 'web', reference: 'nginx:2' }]);
    const web = textOf(rendered, 'manifests/web/deployment-web.yaml');
    expect(web).to.include('replicas: 1').and.include('value: info').and.include('value: "1"');
    expect(rendered.files.map(({ path }) => path)).to.deep.equal([
      'manifests/extra/configmap-extra.yaml',
      'manifests/web/deployment-web.yaml',
      'plan.json',
    ]);
  });

  it('point at the file a value comes from', async () => {
    const broken = {
      ...files,
      'lib/common.yaml': files['lib/common.yaml'].replace('replicas: 2', 'replicas: two'),
    };
    expect(await findingsOf(broken)).to.deep.equal([
      'lib/common.yaml:7:43 CK-R-022 replicas must be integer, not string "two"',
    ]);
  });
});

describe('manifests', () => {
  const stack = (path: string, kind = 'application') =>
    stackText(
      `  environments: { dev: { kind: ${kind} } }\n  vars: { mode: { default: fast } }\n  infrastructure:\n    - name: base\n      manifests: [{ path: "${path}" }]\n`,
    );

  it('are taken as they are, templates of others included', async () => {
    const rule = configMap(
      'rules',
      'data:\n  alert: "{{ $labels.pod }} is down"\n  port: "080"\n  text: |\n    a\n     b\n',
    );
    const rendered = await renderFine({
      'services.yaml': stack('deploy/**/*.yaml'),
      'deploy/x/rules.yaml': rule,
    });
    const text = textOf(rendered, 'manifests/base/configmap-rules.yaml');
    expect(parse(text).data).to.deep.equal({
      alert: '{{ $labels.pod }} is down',
      port: '080',
      text: 'a\n b\n',
    });
  });

  it('ending in .tpl are executed first, with the whole context', async () => {
    const template = `{{ range $i := 2 }}---\n${configMap('m-{{ $i }}')}data:\n  ns: {{ $.Namespace }}\n  mode: {{ quote $.Vars.mode }}\n{{ end }}`;
    const rendered = await renderFine({
      'services.yaml': stack('base.yaml.tpl'),
      'base.yaml.tpl': template,
    });
    expect(rendered.plan.units[0]?.objects.map(({ name }) => name)).to.deep.equal(['m-0', 'm-1']);
    expect(textOf(rendered, 'manifests/base/configmap-m-1.yaml'))
      .to.include('ns: shop-dev')
      .and.include('mode: fast');
  });

  it('may hold lists; objects come out in the order in which they are applied', async () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n  - { apiVersion: apps/v1, kind: Deployment, metadata: { name: a } }\n  - { apiVersion: v1, kind: ServiceAccount, metadata: { name: a } }\n---\n${configMap('a')}`;
    const rendered = await renderFine({ 'services.yaml': stack('list.yaml'), 'list.yaml': list });
    const kinds = rendered.plan.units[0]?.objects.map(({ kind }) => kind);
    expect(kinds).to.deep.equal(['ServiceAccount', 'ConfigMap', 'Deployment']);
  });

  it('keep two kinds of one name apart, and odd names out of paths', async () => {
    const services = `apiVersion: v1\nkind: Service\nmetadata: { name: a }\n---\napiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: { name: a }\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: { name: "system:a/b" }\n`;
    const rendered = await renderFine({ 'services.yaml': stack('s.yaml'), 's.yaml': services });
    expect(rendered.files.map(({ path }) => path)).to.deep.equal([
      'manifests/base/role-system%3aa%2fb.yaml',
      'manifests/base/service-a.yaml',
      'manifests/base/service.serving.knative.dev-a.yaml',
      'plan.json',
    ]);
  });

  it('may be cluster-scoped and name namespaces in a cluster environment; the stack says what its kinds are', async () => {
    const objects = [
      'apiVersion: v1\nkind: Namespace\nmetadata: { name: x }\n',
      configMap('in-x', '  namespace: x\n'),
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: things.example.com }\nspec: { group: example.com, scope: Cluster, names: { kind: Thing, plural: things }, versions: [{ name: v1, served: true, storage: true }] }\n',
      'apiVersion: example.com/v1\nkind: Thing\nmetadata: { name: t }\n',
    ].join('---\n');
    const rendered = await renderFine({
      'services.yaml': stack('all.yaml', 'cluster'),
      'all.yaml': objects,
    });
    const scopes = rendered.plan.units[0]?.objects.map(({ kind, namespace }) => [kind, namespace]);
    expect(scopes).to.deep.equal([
      ['Namespace', undefined],
      ['CustomResourceDefinition', undefined],
      ['ConfigMap', 'x'],
      ['Thing', undefined],
    ]);
  });
});

describe('the production namespace', () => {
  const platform = (template: string, overrides: string) => ({
    'services.yaml': stackText(
      `  environments:\n    production: { namespaceTemplate: "${template}" }\n  namespaceOverrides: { ${overrides} }\n`,
      'codex-k8s',
    ),
  });

  it('of the platform is the literal template, resolved to the namespace that exists', async () => {
    const files = platform('{{ .Project }}-production', 'codex-k8s-production: codex-k8s-prod');
    expect((await renderFine(files, { environment: 'production' })).plan.namespace).to.equal(
      'codex-k8s-prod',
    );
  });

  it('of the platform may be nothing else, in whatever environment is rendered', async () => {
    for (const files of [
      platform('{{ .Project }}-prod', 'codex-k8s-production: codex-k8s-prod'),
      platform('codex-k8s-production', 'codex-k8s-production: codex-k8s-prod'),
      platform('{{ .Project }}-production', ''),
      platform('{{ .Project }}-production', 'codex-k8s-production: elsewhere'),
    ]) {
      expect((await findingsOf(files, { environment: 'production' })).join('\n')).to.include(
        'CK-R-051',
      );
    }
  });

  it('of other projects is free', async () => {
    const text = stackText('  environments: { production: { namespaceTemplate: live } }\n');
    expect(
      (await renderFine({ 'services.yaml': text }, { environment: 'production' })).plan.namespace,
    ).to.equal('live');
  });
});

describe('slots', () => {
  const text = stackText(
    '  environments: { ai: { namespaceTemplate: "{{ .Project }}-dev-{{ .Slot }}" } }\n  infrastructure:\n    - { name: base, manifests: [{ path: a.yaml }] }\n',
  );

  it('have their own namespace and say their number in the plan', async () => {
    const { plan } = await renderFine(
      { 'services.yaml': text, 'a.yaml': configMap('a') },
      { environment: 'ai', slot: 3 },
    );
    expect(plan).to.deep.include({ namespace: 'shop-dev-3', slot: 3 });
  });

  it('hold nothing that reaches beyond them', async () => {
    const role =
      'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: a }\n';
    const findings = await findingsOf(
      { 'services.yaml': text, 'a.yaml': role },
      { environment: 'ai', slot: 3 },
    );
    expect(findings).to.deep.equal([
      'a.yaml:1:1 CK-R-075 ClusterRole a is cluster-scoped, and ai is no cluster environment',
    ]);
  });
});
