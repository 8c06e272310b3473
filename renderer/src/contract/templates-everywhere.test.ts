import { expect } from 'chai';
import { stringify } from 'yaml';
import {
  leavesOf,
  renderFine,
  renderTexts,
  wholeStack as whole,
  withLeaf,
  type Json,
  type Path,
} from '../testing/index.ts';

const textOf = (stack: Json) => ({ 'services.yaml': stringify(stack) });
const pathOf = (path: Path) =>
  path
    .map((step) =>
      typeof step === 'number'
        ? `[${step}]`
        : /-/.test(step)
          ? `.${JSON.stringify(step)}`
          : `.${step}`,
    )
    .join('')
    .slice(1);

/** Read before templates are executed, or by nothing that could execute them. */
const literal =
  /^(?:apiVersion|kind|metadata\.|spec\.(?:project|requires|secretResolution|projectDocs|webhookRuntime|namespaceOverrides)\b|spec\.vars\.n\.(?:type|required|description)|spec\.environments\.dev\.(?:description|aliases|kind)|spec\.orchestration\.deployOrder|spec\.secrets\[0\]\.(?:name|description|environments)|spec\.components\[0\]\.name|spec\.services\[0\]\.use|spec\.(?:services|infrastructure)\[\d\]\.name$)/;

/** Another type is fine here: the environment's value wins, and ports go by number or name. */
const anyType = /(?:^spec\.vars\.n\.default|\.tcp\.port|\.ingress\.port)$/;

describe('a template in place of a value', () => {
  const leaves = leavesOf(whole);

  it('that yields the same value changes no byte, wherever templates are executed', async () => {
    const { contentHash } = await renderFine(textOf(whole));
    const different: string[] = [];
    let tried = 0;
    for (const [path, value] of leaves) {
      const name = pathOf(path);
      if (literal.test(name)) continue;
      tried += 1;
      const stack = withLeaf(whole, path, `{{ ${JSON.stringify(value)} }}`);
      const result = await renderTexts(textOf(stack));
      if (!result.ok) different.push(`${name}: ${result.diagnostics[0]?.message}`);
      else if (result.rendered.contentHash !== contentHash) different.push(name);
    }
    expect(different).to.deep.equal([]);
    expect(tried).to.be.greaterThan(90);
  });

  it('is refused where it would be taken literally', async () => {
    const accepted: string[] = [];
    for (const [path, value] of leaves) {
      const name = pathOf(path);
      if (!literal.test(name)) continue;
      const stack = withLeaf(whole, path, `{{ ${JSON.stringify(value)} }}`);
      const result = await renderTexts(textOf(stack));
      if (result.ok) accepted.push(name);
    }
    expect(accepted).to.deep.equal([]);
  });

  it('that yields another type is told at its place', async () => {
    const unseen: string[] = [];
    for (const [path, value] of leaves) {
      const name = pathOf(path);
      if (literal.test(name) || anyType.test(name) || typeof value === 'string') continue;
      const result = await renderTexts(textOf(withLeaf(whole, path, '{{ "no such value" }}')));
      const places = result.ok ? [] : result.diagnostics.map((found) => found.path);
      if (!places.includes(name)) unseen.push(`${name}: ${places.join(', ')}`);
    }
    expect(unseen).to.deep.equal([]);
  });
});
