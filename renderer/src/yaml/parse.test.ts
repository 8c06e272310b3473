import { expect } from 'chai';
import fc from 'fast-check';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { readDocuments } from './library.ts';
import { at, toValue, type Value, type YamlNode } from './nodes.ts';
import { parseYaml } from './parse.ts';
import { printYaml } from './print.ts';
import { scanDocuments } from './scan.ts';
import { sourceText } from './source-text.ts';

const scalarText = fc.oneof(
  fc.constantFrom('a', 'true', 'null', '12', '-1', '1.5', '0x1f', '007', 'no', '~', '"q"', "'s'"),
  fc.constantFrom('x: y', 'a #b', 'a#b', '- a', '{{ .X }}', 'http://x:80/y', '-', '?', ':', '""'),
  fc.constantFrom(
    '{ a: x/y@sha256:ab, b: c }',
    '[a&b, c*d, e|f>g, h!i, j%k`l]',
    '{a: b #c}',
    '[@a]',
  ),
  fc.constantFrom('|', '|-', '[a, b]', '{a: 1}', '[]', '&a b', '*a', '"a\\nb"', "'it''s'", '# c'),
);
const lineText = fc
  .tuple(
    fc.integer({ min: 0, max: 3 }),
    fc.constantFrom('', '- ', 'a: ', 'b:', '- c: ', '- - ', '"k": ', '---', '# '),
    scalarText,
  )
  .map(([indent, lead, text]) => `${'  '.repeat(indent)}${lead}${lead === '---' ? '' : text}`);

/** The value as the reference reads it, with numbers of doubtful meaning left out. */
function referenceValues(text: string): unknown[] | undefined {
  const documents = parseAllDocuments(text, { logLevel: 'silent' });
  if (!Array.isArray(documents) || documents.some((d) => d.errors.length > 0)) return undefined;
  return documents.map((d): unknown => d.toJS()).filter((value) => value !== null);
}

async function parseOne(text: string): Promise<YamlNode> {
  const { documents, problems } = await parseYaml(sourceText('a.yaml', text));
  expect(problems).to.deep.equal([]);
  const [document] = documents;
  if (document === undefined || documents.length > 1) throw new Error('not one document');
  return document;
}

async function problemsOf(text: string): Promise<string[]> {
  const source = sourceText('a.yaml', text);
  const { problems } = await parseYaml(source);
  return problems.map((problem) => {
    const { line, column } = source.locate(problem.offset);
    return `${line}:${column} ${problem.kind}: ${problem.message}`;
  });
}

describe('the YAML reader', () => {
  it('gives the same values as a full parser, or leaves the text to it', () => {
    let scanned = 0;
    fc.assert(
      fc.property(fc.array(lineText, { minLength: 1, maxLength: 8 }), (lines) => {
        const text = `${lines.join('\n')}\n`;
        const documents = scanDocuments(sourceText('a.yaml', text));
        if (documents === undefined) return;
        scanned += 1;
        expect(
          documents.map(toValue).filter((v) => v !== null),
          text,
        ).to.deep.equal(referenceValues(text));
      }),
      { numRuns: 4000 },
    );
    expect(scanned).to.be.greaterThan(400);
  });

  it('reads what is usually written without the full parser', () => {
    const text = stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', labels: { 'app.kubernetes.io/name': 'web' }, annotations: {} },
      spec: {
        replicas: 2,
        template: {
          spec: {
            containers: [
              { name: 'web', image: 'nginx:1.29', args: ['--port', '80'], ports: [{ port: 80 }] },
            ],
            script: 'set -e\n\necho "a: b"\n',
          },
        },
      },
    });
    const scanned = scanDocuments(sourceText('a.yaml', `# comment\n---\n${text}---\n${text}`));
    expect(scanned?.map(toValue)).to.deep.equal([parse(text), parse(text)]);
  });

  it('gives both readers the same places', async () => {
    const text = 'a:\n  - b: "x"\n    c: [1, {d: e}]\n  - |\n    text\nf:\n- g\n';
    const source = sourceText('a.yaml', text);
    const full = await readDocuments(source);
    expect(scanDocuments(source)).to.deep.equal(full.documents);
  });

  it('knows line and column of every value', async () => {
    const node = await parseOne('spec:\n  services:\n    - name: web\n      image: "nginx"\n');
    const image = at(node, ['spec', 'services', 0, 'image']);
    expect(image?.source.locate(image.offset)).to.deep.equal({ line: 4, column: 14 });
  });

  it('follows anchors and merge keys', async () => {
    const node = await parseOne('a: &x {b: 1, c: 2}\nd: *x\ne:\n  <<: *x\n  c: 3\n');
    expect(toValue(node)).to.deep.equal({
      a: { b: 1, c: 2 },
      d: { b: 1, c: 2 },
      e: { c: 3, b: 1 },
    });
  });

  it('stops aliases that unfold without end', async () => {
    const levels = 'abcdefgh'.split('').map((key, index, keys) => {
      const items = index === 0 ? 'x' : `*${keys[index - 1]}`;
      return `${key}: &${key} [${Array.from({ length: 9 }, () => items).join(', ')}]`;
    });
    expect(await problemsOf(levels.join('\n'))).to.have.lengthOf(1);
  });

  it('names the place of a mistake', async () => {
    expect(await problemsOf('a: 1\nb: [1\nc: 2\n')).to.satisfy((found: string[]) =>
      found[0]?.startsWith('3:1 syntax: '),
    );
    expect(await problemsOf('a: 1\nb: 2\na: 3\n')).to.deep.equal([
      '3:1 duplicate-key: the key a stands here twice',
    ]);
    expect(await problemsOf('mode: 0755\n')).to.deep.equal([
      '1:7 ambiguous: 0755 is 755 in YAML 1.2 and 493 (octal) in YAML 1.1',
    ]);
    expect(await problemsOf('id: 12345678901234567890\n')).to.deep.equal([
      '1:5 ambiguous: 12345678901234567890 is too large to be kept exactly',
    ]);
  });

  it('refuses bytes that are no UTF-8', async () => {
    const text = new TextDecoder().decode(Uint8Array.of(0x61, 0x3a, 0x20, 0xff, 0x0a));
    expect(await problemsOf(text)).to.deep.equal(['1:4 syntax: the text is not valid UTF-8 here']);
  });

  it('says that a template needs quotes', async () => {
    for (const text of ['a:\n  b: {{ .Env }}\n', 'a:\n  b: {{ .Env }}-x\n']) {
      expect(await problemsOf(text), text).to.deep.equal([
        '2:6 unquoted-template: a template must stand in quotes',
      ]);
    }
  });
});

const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('yes', 'No', '0755', '1e3', '1_000', '2001-01-01', '12:30:45', '.inf', '<<', '='),
  fc
    .array(fc.constantFrom('a', ' ', '\n', '#', ':', '- ', '\t', '|'))
    .map((parts) => parts.join('')),
);
const anyValue = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    anyText,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      anyText.filter((key) => key !== '__proto__' && key !== '<<'),
      tie('value'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).value;

describe('the YAML printer', () => {
  it('prints what YAML 1.1 and 1.2 readers both read as the same value', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const text = printYaml(value);
        expect(parse(text, { version: '1.2', logLevel: 'silent' }), text).to.deep.equal(value);
        expect(parse(text, { version: '1.1', logLevel: 'silent' }), text).to.deep.equal(value);
      }),
      { numRuns: 1000 },
    );
  });

  it('prints as people write', () => {
    const value = {
      a: ['x', { b: 1, c: [] }],
      s: 'l1\nl2\n',
      q: 'on',
      m: '10Gi',
      none: null,
      e: {},
    };
    expect(printYaml(value)).to.equal(
      'a:\n- x\n- b: 1\n  c: []\ns: |\n  l1\n  l2\nq: "on"\nm: 10Gi\nnone: null\ne: {}\n',
    );
  });
});
