import { expect } from 'chai';
import {
  createMemoryReader,
  createRenderer,
  createSecretResolver,
  namespaceSeconds,
  runtimeMode,
} from './index.ts';
import { stackText } from './testing/index.ts';

const files = {
  'services.yaml': stackText(`  imports: [base.yaml]
  environments:
    staging: { aliases: [ai-staging] }
    infra: { kind: cluster }
    ai: { namespaceTemplate: "{{ .Project }}-dev-{{ .Slot }}" }
  webhookRuntime:
    triggerModes: { prd: full-env, qa: code-only }
    namespaceTTLByRole: { qa: 1h30m }
`),
  'base.yaml': `spec:
  webhookRuntime: { defaultMode: code-only, triggerModes: { dev: full-env, prd: code-only } }
  secretResolution:
    patterns: [{ sourcePrefix: SHOP_, environments: [staging], overrideTemplate: "{key}_LIVE" }]
  projectDocs: [{ path: README.md }]
`,
};

describe('what a stack offers', () => {
  const describeStack = async () => {
    const reader = createMemoryReader(files);
    const result = await createRenderer().describe({ reader, file: 'services.yaml' });
    if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
    return result.stack;
  };

  it('are its environments, by name and alias, with those that exist in slots only', async () => {
    expect((await describeStack()).environments).to.deep.equal([
      { name: 'staging', aliases: ['ai-staging'], kind: 'application', forSlots: false },
      { name: 'infra', aliases: [], kind: 'cluster', forSlots: false },
      { name: 'ai', aliases: [], kind: 'application', forSlots: true },
    ]);
  });

  it('are the modes of triggers, those of imports among them: one mode for a kind', async () => {
    const { runtime } = await describeStack();
    const modes = ['dev', 'prd', 'qa', 'ops', 'constructor'].map((kind) =>
      runtimeMode(runtime, kind),
    );
    expect(modes).to.deep.equal(['full-env', 'full-env', 'code-only', 'code-only', 'code-only']);
    expect(namespaceSeconds(runtime, 'qa')).to.equal(5400);
    expect(namespaceSeconds(runtime, 'dev')).to.equal(86_400);
  });

  it('are the rules for keys of secrets, by the aliases of its environments too', async () => {
    const { secretResolution, environments } = await describeStack();
    const aliases = Object.fromEntries(environments.map(({ name, aliases: all }) => [name, all]));
    const resolver = createSecretResolver(secretResolution, aliases);
    expect(resolver.candidates('ai-staging', 'SHOP_TOKEN')).to.deep.equal([
      'SHOP_TOKEN_LIVE',
      'SHOP_TOKEN',
    ]);
  });

  it('are full environments for every trigger when nothing is said', async () => {
    const reader = createMemoryReader({ 'services.yaml': stackText('  environments: { dev: }\n') });
    const result = await createRenderer().describe({ reader, file: 'services.yaml' });
    expect(result.ok && runtimeMode(result.stack.runtime, 'intake')).to.equal('full-env');
  });
});
