import { Ajv2020 } from 'ajv/dist/2020.js';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import {
  reportSchemas,
  type Diagnostic,
  type RenderDiff,
  type ValidationReport,
} from '@codex-k8s/schema';
import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { codes } from '../diagnostics/index.ts';
import { diffSides } from '../diff/index.ts';
import { renderFine, renderTexts, stackText } from '../testing/index.ts';
import { formatDiff, formatValidation, type ReportFormat, type ReportOptions } from './index.ts';

const options = (format: ReportFormat): ReportOptions => ({
  format,
  colour: false,
  file: 'shop/services.yaml',
  prefix: 'shop/',
});

const broken = {
  'services.yaml': stackText(
    '  environments: { dev: }\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      workload: { image: wbe }\n',
  ),
};

async function brokenReport(): Promise<ValidationReport> {
  const result = await renderTexts(broken);
  if (result.ok) throw new Error('it should not render');
  return { ok: false, environments: ['dev'], diagnostics: result.diagnostics };
}

/** The schema as it is published, in the draft of JSON Schema that Ajv still knows. */
async function sarifValidator() {
  const file = new URL('../../testdata/sarif/sarif-2.1.0-rtm.5.json', import.meta.url);
  const { $schema: _s, id, ...schema } = JSON.parse(await readFile(file, 'utf8'));
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  return ajv.compile({ ...schema, $id: id });
}

describe('SARIF', () => {
  it('is accepted by its official schema, with every code there is', async () => {
    const validate = await sarifValidator();
    const everything = Object.values(codes).flatMap(({ code, severity, hint }): Diagnostic[] => [
      {
        code,
        severity,
        message: 'm',
        file: 'a b/ü#?.yaml',
        line: 3,
        column: 1,
        path: 'spec',
        hint,
      },
      { code, severity, message: 'without a place' },
    ]);
    for (const diagnostics of [everything, [], (await brokenReport()).diagnostics]) {
      const log = JSON.parse(
        await formatValidation({ ok: false, environments: [], diagnostics }, options('sarif')),
      );
      expect([validate(log), validate.errors]).to.deep.equal([true, null]);
    }
    // The check can fail.
    expect(validate({ version: '2.1.0', runs: [{ tool: {} }] })).to.equal(false);
  });

  it('places findings from the root of the repository, those without a place at the stack', async () => {
    const report = await brokenReport();
    report.diagnostics.push({ code: 'CK-R-191', severity: 'error', message: 'no revision' });
    const log = JSON.parse(await formatValidation(report, options('sarif')));
    const [run] = log.runs;
    const places = run.results.map((result: never) => JSON.stringify(result['locations']));
    expect(places[0]).to.include('"uri":"shop/services.yaml"').and.include('"startLine"');
    expect(places.at(-1)).to.include('"uri":"shop/services.yaml"').and.not.include('region');
    for (const { ruleId, ruleIndex } of run.results)
      expect(run.tool.driver.rules[ruleIndex].id).to.equal(ruleId);
  });
});

describe('workflow commands', () => {
  it('annotate the line in the file', async () => {
    const text = await formatValidation(await brokenReport(), options('github'));
    expect(text.split('\n')[0]).to.match(
      /^::error file=shop\/services\.yaml,line=\d+,col=\d+,title=CK-R-053::there is no image "wbe" in spec\.images%0A/,
    );
  });

  it('cannot be broken out of', async () => {
    const diagnostics: Diagnostic[] = [
      {
        code: 'CK-R-001',
        severity: 'info',
        message: '100%\n::error::x\r\n',
        file: 'a,b:c%.yaml',
        line: 1,
      },
    ];
    expect(
      await formatValidation({ ok: true, environments: [], diagnostics }, options('github')),
    ).to.equal(
      '::notice file=shop/a%2Cb%3Ac%25.yaml,line=1,title=CK-R-001::100%25%0A::error::x%0A\n',
    );
  });
});

describe('reports for programs', () => {
  it('follow their published schema in JSON and say the same in YAML', async () => {
    const ajv = new Ajv2020({ allowUnionTypes: true });
    const validate = ajv.compile(reportSchemas.validation);
    const report = await brokenReport();
    const json = JSON.parse(await formatValidation(report, options('json')));
    expect([validate(json), validate.errors]).to.deep.equal([true, null]);
    expect(json).to.deep.equal(report);
    const { parse } = await import('yaml');
    expect(parse(await formatValidation(report, options('yaml')))).to.deep.equal(report);
  });
});

describe('a diff for people', () => {
  const shop = (image: string, rest = '') => ({
    'services.yaml': stackText(
      `  environments: { dev: }\n  images: { web: { from: "${image}" } }\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      workload: { image: web${rest} }\n`,
    ),
  });
  async function diffOf(
    base: Record<string, string>,
    head: Record<string, string>,
  ): Promise<RenderDiff> {
    const sides = {
      base: { kind: 'commit' as const, name: 'main', commit: 'a'.repeat(40), diagnostics: [] },
      head: { kind: 'worktree' as const, name: 'working tree', diagnostics: [] },
    };
    const pair = { environment: 'dev', base: await renderFine(base), head: await renderFine(head) };
    return diffSides(sides, [pair]);
  }
  const textOf = (diff: RenderDiff, colour = false) =>
    formatDiff(diff, { ...options('text'), colour, whole: '' });

  it('is one line where only images change', async () => {
    const diff = await diffOf(shop('registry.example/web:1.0'), shop('registry.example/web:1.1'));
    expect(await textOf(diff)).to.equal(
      'main (aaaaaaaaa) → working tree\nshop/dev (namespace shop-dev)\n  ~ web: tag 1.0 → 1.1\n1 environment, 1 unit; 1 object (0 created, 1 changed, 0 removed); only images in 1 unit\n',
    );
  });

  it('names fields, and shows texts by the lines that differ', async () => {
    const files = (mode: string) => ({
      'services.yaml': shop('nginx:1')['services.yaml'].replace(
        'workload:',
        'manifests: [{ path: config.yaml }]\n      workload:',
      ),
      'config.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\ndata:\n  app.ini: |\n    a = 1\n    b = 2\n    c = 3\n    mode = ${mode}\n    d = 4\n    password = ${mode}\n`,
    });
    expect(
      (await textOf(await diffOf(files('slow'), files('fast')))).split('\n').slice(2, -2),
    ).to.deep.equal([
      '  ~ web',
      '    ~ ConfigMap/web',
      '      ~ data["app.ini"]:',
      '          …',
      '          b = 2',
      '          c = 3',
      '      -   mode = slow',
      '      +   mode = fast',
      '          d = 4',
      '          password = ***',
    ]);
  });

  it('is coloured only when asked', async () => {
    const diff = await diffOf(shop('nginx:1'), shop('nginx:2'));
    expect(await textOf(diff)).not.to.include('\u001b');
    expect(await textOf(diff, true)).to.include('\u001b[33m~ web: tag 1 → 2\u001b[0m');
  });

  it('says so when there is nothing', async () => {
    expect(await textOf(await diffOf(shop('nginx:1'), shop('nginx:1')))).to.include(
      'shop/dev: no changes\nno changes\n',
    );
  });

  it('never sends a sequence to the terminal that a file brought along', async () => {
    const diff = await diffOf(shop('nginx:1'), shop('nginx:1', ', env: { A: "x\\e]0;owned\\a" }'));
    expect(await textOf(diff))
      .to.include('\\u001b]0;owned')
      .and.not.include('\u001b');
  });
});
