import { expect } from 'chai';
import { renderTexts, stackText } from '../testing/index.ts';

/** Hints by message, of a stack with mistakes. */
async function hintsOf(spec: string): Promise<Record<string, string | undefined>> {
  const result = await renderTexts({ 'services.yaml': stackText(spec) });
  const diagnostics = result.ok ? [] : result.diagnostics;
  return Object.fromEntries(diagnostics.map(({ message, hint }) => [message, hint]));
}

describe('what breaks the contract', () => {
  it('is told with the field that was meant, at any depth', async () => {
    const hints = await hintsOf(
      '  environments: { dev: { namspaceTemplate: x } }\n  image: {}\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      wrokload: {}\n      workload: { image: web, probes: { readiness: { http: { paht: / } } } }\n      hooks: [{ name: a, on: afterApply, tiemoutSeconds: 3, zzz: 1 }]\n',
    );
    expect(hints).to.deep.include({
      'unknown field namspaceTemplate': 'Did you mean "namespaceTemplate"?',
      'unknown field image': 'Did you mean "images"?',
      'unknown field wrokload': 'Did you mean "workload"?',
      'unknown field paht': 'Did you mean "path"?',
      'unknown field tiemoutSeconds': 'Did you mean "timeoutSeconds"?',
    });
    expect(hints['unknown field zzz']).to.include('Remove it');
  });

  it('is told with the trigger that was meant, and all there are when none is near', async () => {
    const hints = await hintsOf(
      '  environments: { dev: }\n  webhookRuntime: { triggerModes: { dev_revize: full-env, nonsense: full-env } }\n',
    );
    expect(hints['unknown name dev_revize']).to.equal('Did you mean "dev_revise"?');
    expect(hints['unknown name nonsense']).to.include('There are: intake,').and.include('rethink');
  });

  it('is told with an empty block that would do, when a required one is missing', async () => {
    const text = stackText('  environments: { dev: }\n').replace('  images: {}\n', '');
    const result = await renderTexts({ 'services.yaml': text });
    const [diagnostic] = result.ok ? [] : result.diagnostics;
    expect(diagnostic).to.include({
      message: 'images is missing',
      hint: 'Add it; empty is enough: `images:`.',
    });
  });
});
