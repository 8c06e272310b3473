import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { drawDot, drawMermaid, type DrawnPlan } from './index.ts';

const plan: DrawnPlan = {
  project: 'shop',
  stack: 'shop',
  environment: 'dev',
  phases: ['stateful', 'internal', 'edge'],
  units: [
    unit('db', 'stateful', [], ['Service', 'StatefulSet'], 'infrastructure'),
    unit('api', 'edge', ['db'], ['Deployment', 'ConfigMap', 'ConfigMap']),
    unit('web', 'edge', ['api', 'db'], []),
  ],
};

function unit(
  name: string,
  phase: string,
  dependsOn: string[],
  kinds: string[],
  source: 'infrastructure' | 'service' = 'service',
): DrawnPlan['units'][number] {
  const objects = kinds.map((kind) => ({ file: '', apiVersion: 'v1', kind, name }));
  return { name, source, phase, dependsOn, objects };
}

/** Names that would break out of a label that is not escaped. */
const nasty: DrawnPlan = {
  ...plan,
  project: 'a"b\\',
  phases: ['one"two]', 'end'],
  units: [
    unit('end', 'one"two]', [], ['Kind"]']),
    unit('x"; y [label="z', 'end', ['end'], ['<b>|']),
    unit('back\\', 'end', ['x"; y [label="z'], []),
  ],
};

describe('the graph of a plan', () => {
  it('is a Mermaid flowchart: a box per phase in order, arrows from dependencies', () => {
    expect(drawMermaid(plan)).to.equal(`---
title: "shop/shop dev"
---
flowchart TB
  subgraph p0["stateful"]
    u0[("db<br/>Service, StatefulSet")]
  end
  subgraph p1["edge"]
    u1["api<br/>Deployment, 2 ConfigMap"]
    u2["web"]
  end
  p0 -.-> p1
  u0 --> u1
  u1 --> u2
  u0 --> u2
`);
  });

  it('keeps what has a meaning in Mermaid out of it: every label is one quoted string', () => {
    for (const line of drawMermaid(nasty).split('\n').slice(4)) {
      expect(line).to.match(
        /^(?:\s*(?:(?:subgraph )?[up]\d+\[\(?"[^"[\]{}()|\\`]*"\)?\]|end|[up]\d+ (?:-->|-\.->) [up]\d+))?$/,
      );
    }
    expect(drawMermaid(nasty)).to.include('x#34;#59; y #91;label=#34;z');
  });

  it('is a digraph of Graphviz with every unit and edge', () => {
    const { nodes, edges, clusters } = parseDot(drawDot(plan));
    expect(nodes).to.deep.equal(['db', 'api', 'web']);
    expect(edges).to.have.deep.members([
      ['db', 'api'],
      ['db', 'api'],
      ['api', 'web'],
      ['db', 'web'],
    ]);
    expect(clusters).to.deep.equal(['stateful', 'edge']);
  });

  it('keeps names whole whatever they hold', () => {
    const { nodes, clusters } = parseDot(drawDot(nasty));
    expect(nodes).to.deep.equal(nasty.units.map(({ name }) => name));
    expect(clusters).to.deep.equal(nasty.phases);
  });

  it('is read by dot itself', function () {
    const found = spawnSync('dot', ['-V']);
    if (found.error !== undefined) {
      // Graphviz is not part of the development tools: the structure above is tested without it.
      this.skip();
    }
    for (const drawn of [plan, nasty]) {
      const { status, stderr } = spawnSync('dot', ['-Tsvg'], { input: drawDot(drawn) });
      expect([status, stderr.toString()]).to.deep.equal([0, '']);
    }
  });
});

/** Reads the part of the language that is used here, quoted strings as Graphviz reads them. */
function parseDot(text: string): {
  nodes: string[];
  edges: [string, string][];
  clusters: string[];
} {
  const tokens = [...text.matchAll(/"((?:[^"\\]|\\.)*)"|->|[{}[\];=,]|[A-Za-z_]+/gs)];
  const rest = text.replaceAll(/"(?:[^"\\]|\\.)*"|->|[{}[\];=,]|[A-Za-z_]+|\s+/gs, '');
  expect(rest, 'characters outside of the language').to.equal('');
  const unescape = (quoted: string): string => quoted.replaceAll(/\\(["\\])/g, '$1');
  const words = tokens.map((match) =>
    match[1] === undefined
      ? { text: match[0], quoted: false }
      : { text: unescape(match[1]), quoted: true },
  );
  const nodes: string[] = [];
  const edges: [string, string][] = [];
  const clusters: string[] = [];
  let depth = 0;
  for (const [index, word] of words.entries()) {
    const [before, next, after] = [words[index - 1], words[index + 1], words[index + 2]];
    if (!word.quoted && word.text === '{') depth += 1;
    if (!word.quoted && word.text === '}') depth -= 1;
    if (!word.quoted && word.text === 'label' && depth === 2 && before?.text === '{')
      clusters.push(after?.text ?? '');
    if (!word.quoted || before?.text === '=' || before?.text === '->') continue;
    if (next?.quoted === false && next.text === '->') edges.push([word.text, after?.text ?? '']);
    else if (next?.quoted === false && next.text === '[' && depth === 2) nodes.push(word.text);
  }
  expect(depth).to.equal(0);
  return { nodes, edges, clusters };
}
