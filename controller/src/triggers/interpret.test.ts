import { createRequire } from 'node:module';
import { expect } from 'chai';
import { interpretDelivery } from './interpret.ts';

interface ExampleSet {
  name: string;
  examples: unknown[];
}
const published = createRequire(import.meta.url)(
  '@octokit/webhooks-examples/api.github.com/index.json',
) as ExampleSet[];

describe('the meaning of a delivery', () => {
  it('marks the branch of a push dirty and takes nothing else from the payload', () => {
    const payload = { ref: 'refs/heads/main', after: 'f'.repeat(40), forced: true };
    expect(interpretDelivery('push', payload)).to.deep.equal({
      kind: 'ref-dirty',
      ref: 'refs/heads/main',
    });
  });

  it('ignores tags, deleted branches, pings and other events, and says why', () => {
    const reasons = [
      interpretDelivery('push', { ref: 'refs/tags/v1' }),
      interpretDelivery('push', { ref: 'refs/heads/old', deleted: true }),
      interpretDelivery('push', {}),
      interpretDelivery('ping', {}),
      interpretDelivery('issues', { action: 'opened' }),
    ];
    for (const intent of reasons) {
      expect(intent.kind).to.equal('ignored');
      if (intent.kind === 'ignored') expect(intent.reason).to.match(/\w{3}/);
    }
  });

  it('has an answer for every payload that GitHub publishes as an example', () => {
    for (const { name, examples } of published)
      for (const example of examples)
        expect(interpretDelivery(name, example).kind).to.be.oneOf(['ref-dirty', 'ignored']);
  });

  it('keeps what came from outside short and printable', () => {
    const intent = interpretDelivery(`\u0007${'x'.repeat(5000)}`, {});
    expect(intent.kind === 'ignored' && intent.reason.length).to.be.lessThan(200);
  });
});
