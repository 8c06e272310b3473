import { expect } from 'chai';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { glob, readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { ajvOptions } from './compile.ts';
import { editorSchema, schemas } from './index.ts';

const root = new URL('../../', import.meta.url);
const ajv = new Ajv2020({ ...ajvOptions, strict: true, strictTypes: false });
const validate = ajv.compile(editorSchema(schemas.services));

/** What an editor would underline in a file. */
function underlined(text: string): string[] {
  validate(parse(text));
  return (validate.errors ?? []).map(
    ({ instancePath, keyword, params }) =>
      `${instancePath} ${keyword} ${String(params['additionalProperty'] ?? params['missingProperty'] ?? '')}`,
  );
}

const stack = (spec: string) =>
  `apiVersion: codex-k8s.dev/v1alpha1\nkind: ServiceStack\nmetadata: { name: shop }\nspec:\n${spec}`;
const blocks =
  '  images:\n  infrastructure: []\n  orchestration: {}\n  webhookRuntime: {}\n  services: []\n';

describe('the schema for editors', () => {
  it('underlines nothing in the stacks of this repository, as they are written', async () => {
    const files = ['services.yaml'];
    for await (const file of glob('examples/*/services.yaml', { cwd: root })) files.push(file);
    expect(files.length).to.be.greaterThan(3);
    for (const file of files)
      expect(underlined(await readFile(new URL(file, root), 'utf8')), file).to.deep.equal([]);
  });

  it('takes templates for typed values, empty environments, and null that removes', () => {
    const text = stack(
      `  imports: [base.yaml]\n  environments: { dev: , x: { from: dev, kind: '{{ "cluster" }}', labels: { a: null } } }\n  services:\n    - { name: web, workload: { replicas: "{{ .Vars.n }}", ports: [{ port: "{{ .Vars.p }}" }] } }\n    - { name: old, workload: null }\n`,
    );
    expect(underlined(text)).to.deep.equal([]);
  });

  it('underlines unknown fields, wrong types and blocks that nothing can bring', () => {
    expect(underlined(stack(`${blocks}  enviroments: {}\n`))).to.include.members([
      '/spec required environments',
      '/spec additionalProperties enviroments',
    ]);
    const found = underlined(
      stack(
        `${blocks.replace('  services: []\n', '')}  environments: { dev: }\n  services: [{ name: web, workload: { replicas: two, imgae: x } }]\n`,
      ),
    ).join('\n');
    expect(found).to.include('/spec/services/0/workload/replicas type');
    expect(found).to.include('/spec/services/0/workload additionalProperties imgae');
  });

  it('admits no template where none is executed', () => {
    const text = (requires: string) => stack(`${blocks}  environments: { dev: }\n  ${requires}\n`);
    expect(underlined(text('requires: { renderer: "{{ .Env }}" }'))).not.to.deep.equal([]);
    expect(underlined(text('project: "{{ .Env }}"'))).not.to.deep.equal([]);
  });

  it('is the file that is published', async () => {
    const file = new URL('../generated/services.editor.schema.json', import.meta.url);
    expect(JSON.parse(await readFile(file, 'utf8'))).to.deep.equal(editorSchema(schemas.services));
  });
});
