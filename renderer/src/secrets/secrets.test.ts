import { expect } from 'chai';
import { parse } from 'yaml';
import { findingsOf, renderFine, stackText, textOf, type TextInputs } from '../testing/index.ts';

const stack = (secrets: string, env: string, more = '') => ({
  'services.yaml': stackText(`  environments:
    dev: { aliases: [playground] }
    production: {}
    ai: { namespaceTemplate: "{{ .Project }}-{{ .Slot }}" }
  images: { web: { from: "web:1" } }
  secrets: ${secrets}
${more}  services:
    - name: web
      codeUpdateStrategy: rebuild
      workload: { image: web, env: { A: ${env} }, resources: { limits: { memory: 1Mi } } }
`),
});
const reads = (name: string, key = 'k') => `{ secret: { name: ${name}, key: ${key} } }`;

/** Findings about secrets, without their places. */
async function about(files: Record<string, string>, inputs: TextInputs = {}): Promise<string[]> {
  const found = await findingsOf(files, inputs);
  return found.flatMap((line) => /CK-R-08[0-2] .*/.exec(line)?.[0] ?? []);
}

describe('secrets', () => {
  it('stand in the plan by name, keys and source, and in the units that read them', async () => {
    const { plan } = await renderFine(
      stack(
        '[{ name: b, keys: [k, l], source: generated }, { name: a, keys: [k], source: external, description: x }]',
        reads('b'),
      ),
    );
    expect(plan.secrets).to.deep.equal([
      { name: 'a', keys: ['k'], source: 'external' },
      { name: 'b', keys: ['k', 'l'], source: 'generated' },
    ]);
    expect(plan.units[0]?.secrets).to.deep.equal(['b']);
  });

  it('are told apart by environment, by its name or an alias', async () => {
    const files = stack(
      '[{ name: a, keys: [k], source: platform, environments: [playground] }]',
      reads('a'),
    );
    expect(await about(files)).to.deep.equal([]);
    expect(await about(files, { environment: 'playground' })).to.deep.equal([]);
    expect(await about(files, { environment: 'production' })).to.deep.equal([
      'CK-R-082 the secret a is not for production',
    ]);
  });

  it('reach slots only when they say so, or are made anew for each', async () => {
    const inSlot = (secret: string) =>
      about(stack(`[{ name: a, keys: [k], ${secret} }]`, reads('a')), {
        environment: 'ai',
        slot: 1,
      });
    expect(await inSlot('source: platform')).to.deep.equal([
      'CK-R-082 the secret a is not for slots',
    ]);
    expect(await inSlot('source: platform, slotAccess: true')).to.deep.equal([]);
    expect(await inSlot('source: generated')).to.deep.equal([]);
    expect(await inSlot('source: generated, slotAccess: false')).to.deep.equal([
      'CK-R-082 the secret a is not for slots',
    ]);
  });

  it('may depend on the environment by templates, whose types are checked', async () => {
    const files = (source: string) =>
      stack(`[{ name: a, keys: [k], source: '${source}' }]`, reads('a'));
    const { plan } = await renderFine(
      files('{{ ternary (eq .Env "dev") "generated" "platform" }}'),
    );
    expect(plan.secrets?.[0]?.source).to.equal('generated');
    expect(await findingsOf(files('{{ .Env }}'))).to.deep.equal([
      'services.yaml:11:43 CK-R-023 source must be one of platform, generated, external, existing',
    ]);
  });

  it('that objects of the stack are or make need no declaration', async () => {
    const manifests = `  infrastructure: [{ name: m, manifests: [{ path: m.yaml }] }]\n`;
    for (const object of [
      'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: { name: x }\nspec: { target: { name: a } }\n',
      'apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: { name: x }\nspec: { secretName: a }\n',
      'apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: { name: a }\n',
    ])
      expect(
        await about({ ...stack('[]', reads('a'), manifests), 'm.yaml': object }),
        object,
      ).to.deep.equal([]);
  });

  it('that pods may do without need no declaration', async () => {
    expect(
      await about(stack('[]', '{ secret: { name: a, key: k, optional: true } }')),
    ).to.deep.equal([]);
  });

  it('make new pods when their opaque version changes, and nothing else new', async () => {
    const files = stack(
      '[{ name: a, keys: [k], source: platform }, { name: b, keys: [k], source: platform }]',
      reads('a'),
    );
    const render = async (secretVersions: Record<string, string>) => {
      const rendered = await renderFine(files, { secretVersions });
      const { metadata } = parse(textOf(rendered, 'manifests/web/deployment-web.yaml')).spec
        .template;
      return { rendered, annotations: metadata.annotations };
    };
    const none = await render({});
    const first = await render({ a: '1' });
    const other = await render({ a: '1', b: '7' });
    expect(none.annotations).to.equal(undefined);
    expect(first.annotations).to.deep.equal({ 'codex-k8s.dev/secrets': 'a=1' });
    expect(other.annotations).to.deep.equal(first.annotations);
    expect(other.rendered.plan.secrets?.map(({ version }) => version)).to.deep.equal(['1', '7']);
    expect(first.rendered.inputHash).not.to.equal(other.rendered.inputHash);
  });

  it('are found in manifests too, wherever pods read them', async () => {
    const pod = `apiVersion: v1
kind: Pod
metadata: { name: p }
spec:
  imagePullSecrets: [{ name: pull }]
  containers: [{ name: c, image: 'c:1' }]
  initContainers: [{ name: i, image: 'i:1', envFrom: [{ secretRef: { name: all } }] }]
  volumes:
    - { name: a, secret: { secretName: files } }
    - { name: b, projected: { sources: [{ secret: { name: part } }] } }
`;
    const names = ['pull', 'all', 'files', 'part', 'unused'];
    const secrets = names.map((name) => `{ name: ${name}, keys: [k], source: existing }`);
    const { plan } = await renderFine({
      ...stack(
        `[${secrets.join(', ')}]`,
        'x',
        '  infrastructure: [{ name: m, manifests: [{ path: m.yaml }] }]\n',
      ),
      'm.yaml': pod,
    });
    expect(plan.units.find(({ name }) => name === 'm')?.secrets).to.deep.equal([
      'all',
      'files',
      'part',
      'pull',
    ]);
  });
});
