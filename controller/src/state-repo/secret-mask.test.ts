import { expect } from 'chai';
import fc from 'fast-check';
import { maskSecret } from './secret-mask.ts';

const PATH = 'shop/manifests/db/x.yaml';
const shown = (text: string, path = PATH) => maskSecret(path, text)?.join('\n') ?? text;

describe('masking secrets', () => {
  it('keeps the shape and hides the values', () => {
    const text = [
      '# generated for canary',
      'apiVersion: v1',
      'kind: Secret',
      'metadata:',
      '  name: db',
      '  labels:',
      '    app: db',
      '  annotations:',
      '    kubectl.kubernetes.io/last-applied-configuration: |',
      '      {"data": "canary"}',
      '  namespace: shop',
      'type: Opaque',
      'stringData:',
      '  config.yaml: |',
      '    password: canary',
      '    list:',
      '      - canary',
      '  user: canary',
      'data: {password: canary}',
      'other: canary',
    ].join('\n');
    expect(shown(text)).to.equal(
      [
        '***',
        'apiVersion: v1',
        'kind: Secret',
        'metadata:',
        '  name: db',
        '  labels:',
        '    app: db',
        '  annotations:',
        '    kubectl.kubernetes.io/last-applied-configuration: ***',
        '      ***',
        '  namespace: shop',
        'type: Opaque',
        'stringData:',
        '  config.yaml: ***',
        '    ***',
        '    ***',
        '      ***',
        '  user: ***',
        'data: ***',
        '***',
      ].join('\n'),
    );
  });

  it('leaves other kinds as they are', () => {
    for (const text of [
      'apiVersion: v1\nkind: ConfigMap\ndata:\n  a: b\n',
      'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nspec:\n  secretStoreRef:\n    kind: Secret\n',
      '---\nkind: Service\n---\nkind: Deployment\n',
    ]) {
      expect(maskSecret(PATH, text), text).to.equal(undefined);
    }
    expect(maskSecret('shop/plan.json', '{"kind": "ExecutionPlan"}')).to.equal(undefined);
    expect(maskSecret('.github/workflows/state.yml', 'name: state\n')).to.equal(undefined);
    expect(maskSecret('shop/manifests/db/x.json', '{"kind": "ConfigMap", "data": {}}')).to.equal(
      undefined,
    );
  });

  it('hides a Secret however it is written', () => {
    for (const text of [
      '{"kind": "Secret", "data": {"a": "canary"}}',
      'kind: "Secret"\ndata:\n  a: canary\n',
      'kind: !!str Secret\ndata:\n  a: canary\n',
      'kind: >-\n  Secret\ndata:\n  a: canary\n',
      'kind: &k Secret\ndata:\n  ? a\n  : canary\n',
      '"kind": Secret\ndata:\n  a: canary\n',
      'kind: ConfigMap\n---\nkind: Secret\ndata:\n  a: canary\n',
      'kind: ConfigMap\n---\n{"kind": "Secret", "data": {"a": "canary"}}\n',
      'apiVersion: v1\nkind: List\nitems:\n  - kind: Secret\n    data:\n      a: canary\n',
      'kind: Secret\r\ndata:\r\n  a: canary\r\n',
      'kind: Secret\ndata:\n\ta: canary\n',
      'kind: Secret\nmetadata: {annotations: {x: canary}}\n',
      'kind: Secret\nmetadata:\n  annotations: {x: canary}\n',
    ]) {
      expect(shown(text), text).not.to.contain('canary');
    }
    expect(shown('anything: canary\n', 'shop/manifests/db/secret-db.yaml')).not.to.contain(
      'canary',
    );
    expect(shown('{"kind": "Secret", "x": "canary"}', 'shop/manifests/db/x.json')).not.to.contain(
      'canary',
    );
    expect(shown('{"kind": broken "canary"', 'shop/manifests/db/x.json')).not.to.contain('canary');
  });

  it('never shows a value of data, stringData or annotations, and keeps the number of lines', () => {
    const value = fc.constantFrom(
      'canary',
      '"canary"',
      '|\n    canary\n\n    key: canary',
      '{a: canary}',
      '[canary]',
      '>-\n    canary',
      '"can\\\n    ary canary"',
    );
    const key = fc.stringMatching(/^[a-z][a-z.-]{0,6}$/);
    const block = fc.record({
      name: fc.constantFrom('data', 'stringData', 'metadata:\n  annotations'),
      entries: fc.uniqueArray(fc.tuple(key, value), { selector: ([each]) => each, maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(block, { maxLength: 3 }), (blocks) => {
        const lines = blocks.map(({ name, entries }) => {
          const indent = name.includes('\n') ? '    ' : '  ';
          return `${name}:\n${entries.map(([each, text]) => `${indent}${each}: ${text.replaceAll('\n', `\n${indent.slice(2)}`)}\n`).join('')}`;
        });
        const text = `apiVersion: v1\nkind: Secret\n${lines.join('')}`;
        const masked = maskSecret(PATH, text) ?? [];
        expect(masked.join('\n')).not.to.contain('canary');
        expect(masked.length).to.equal(text.split('\n').length - 1);
      }),
    );
  });
});
