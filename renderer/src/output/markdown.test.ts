import type { EnvironmentDiff, RenderDiff } from '@codex-k8s/schema';
import { expect } from 'chai';
import fc from 'fast-check';
import { diffMarker, formatDiffMarkdown } from './diff-markdown.ts';
import { formatValidation } from './formats.ts';
import { cell, code, fenced, html, prose } from './markdown.ts';

/** What people and attackers put into names, values and messages. */
const nasty = [
  '`',
  '```',
  '````\n',
  '<img src=x onerror=1>',
  '</details>',
  '@octocat',
  '[x](http://evil.example)',
  '![x](http://evil.example)',
  '|',
  '\n\n# heading\n',
  '\r',
  '\u202e',
  '\u001b[31m',
  '\ud800',
  '🙂',
  '\\',
  '~~~',
  '::set-output name=x::y',
  '-->',
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...nasty), fc.string({ maxLength: 12 })), { maxLength: 6 })
  .map((parts) => parts.join(''));
const longText = fc
  .tuple(text, fc.integer({ min: 0, max: 3_000 }))
  .map(([start, length]) => start.padEnd(length, '`@octocat <b> '));
const fieldValue = fc.oneof(longText, fc.integer(), fc.dictionary(text, longText, { maxKeys: 3 }));
const field = fc.record({
  path: text,
  change: fc.constantFrom('added', 'changed', 'removed', 'reordered'),
  from: fieldValue,
  to: fieldValue,
});
const image = fc.record({ name: text, from: text, to: text });
const object = fc.record({
  apiVersion: text,
  kind: text,
  name: text,
  change: fc.constantFrom('created', 'changed', 'removed'),
  imageOnly: fc.constant(false),
  fields: fc.array(field, { maxLength: 4 }),
  images: fc.array(image, { maxLength: 2 }),
  object: fc.dictionary(text, longText, { maxKeys: 4 }),
});
const unit = fc.record({
  unit: text,
  change: fc.constantFrom('created', 'changed', 'removed'),
  imageOnly: fc.boolean(),
  plan: fc.array(field, { maxLength: 2 }),
  objects: fc.array(object, { maxLength: 3 }),
});
const environment = fc.record({
  stack: text,
  environment: text,
  change: fc.constantFrom('created', 'changed', 'removed', 'unchanged', 'failed'),
  baseFailed: fc.boolean(),
  plan: fc.array(field, { maxLength: 2 }),
  images: fc.array(image, { maxLength: 3 }),
  units: fc.array(unit, { maxLength: 5 }),
});
const diagnostic = fc.record({
  code: fc.constant('CK-R-001'),
  severity: fc.constantFrom('error', 'warning', 'info'),
  message: longText,
  file: text,
  hint: longText,
});
/** Small diffs repeated: what is long in reality is the number, not the variety. */
const diff = fc
  .record({
    environments: fc.array(environment, { maxLength: 3 }),
    times: fc.constantFrom(1, 1, 3, 50),
    head: fc.array(diagnostic, { maxLength: 8 }),
    base: fc.array(diagnostic, { maxLength: 3 }),
    name: longText,
  })
  .map(({ environments, times, head, base, name }): RenderDiff => ({
    apiVersion: 'codex-k8s.dev/v1alpha1',
    kind: 'RenderDiff',
    different: true,
    base: { kind: 'commit', name: `b${name}`, diagnostics: base },
    head: { kind: 'commit', name: `h${name}`, diagnostics: head },
    summary: { environments: 1, units: 1, created: 1, changed: 1, removed: 1, imageOnly: 1 },
    environments: Array.from({ length: times }, () => environments).flat() as EnvironmentDiff[],
  }));

/** A backslash takes the meaning from what follows; in a code span it has none itself. */
const escapeOrSpan = /\\[!-/:-@[-`{-~]|(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)/g;

/** What is left for a reader of Markdown once fenced blocks and code spans are taken out. */
function outsideOfCode(markdown: string): string {
  const kept: string[] = [];
  let fence = '';
  for (const line of markdown.split('\n')) {
    const run = /^ {0,3}(`{3,})([^`]*)$/.exec(line);
    if (fence !== '') {
      if (run && (run[1] ?? '').length >= fence.length && run[2]?.trim() === '') fence = '';
    } else if (run) fence = run[1] ?? '';
    else kept.push(line.replace(/<code>[^<]*<\/code>/g, '').replace(escapeOrSpan, ''));
  }
  expect(fence).to.equal('');
  return kept.join('\n');
}

describe('a diff as a comment', () => {
  it('always fits, keeps its table and says what it leaves out', () => {
    fc.assert(
      fc.property(diff, fc.constantFrom(2_000, 5_000, 20_000, 65_536), (value, limit) => {
        const markdown = formatDiffMarkdown(value, { limit, whole: 'codex-k8s-renderer diff' });
        expect(markdown.length).to.be.at.most(limit);
        expect(markdown.startsWith(diffMarker)).to.equal(true);
        expect(markdown.includes('| environment | units |')).to.equal(
          value.environments.length > 0,
        );
        const isCut = formatDiffMarkdown(value, { limit: 1_000_000, whole: 'x' }).length > limit;
        if (isCut) expect(markdown).to.match(/\*\*Cut to fit:\*\*|and \d+ more/);
      }),
      { numRuns: 100 },
    );
  });

  it('lets nothing out of its code blocks: no HTML, no links, nobody mentioned', () => {
    fc.assert(
      fc.property(diff, (value) => {
        const markdown = formatDiffMarkdown(value, { whole: '`@octocat` <img>' });
        const rest = outsideOfCode(markdown);
        expect(rest).not.to.match(/@octocat|<img|<b> |\]\(http|^# |https?:\/\//m);
        expect(markdown).not.to.match(/(?![\n\u200b])[\p{Cc}\p{Cf}]/u);
        expect(markdown.isWellFormed()).to.equal(true);
        const opened = rest.match(/<details>/g)?.length ?? 0;
        expect(rest.match(/<\/details>/g)?.length ?? 0).to.equal(opened);
      }),
      { numRuns: 100 },
    );
  });

  it('of a thousand services is one comment', () => {
    const units = Array.from({ length: 1_000 }, (_, index) => ({
      unit: `service-${index}`,
      change: 'changed' as const,
      imageOnly: index % 2 === 0,
      plan: [],
      objects: [
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          name: `service-${index}`,
          change: 'changed' as const,
          imageOnly: index % 2 === 0,
          fields: [{ path: 'spec.replicas', change: 'changed' as const, from: 1, to: 2 }],
          images: [{ name: 'web', from: 'nginx:1', to: 'nginx:2' }],
        },
      ],
    }));
    const [first] = fc.sample(diff, 1);
    const base = { baseFailed: false, plan: [], images: [], change: 'changed' as const };
    const markdown = formatDiffMarkdown(
      {
        ...(first as RenderDiff),
        environments: ['dev', 'production'].map((name) => ({ environment: name, units, ...base })),
      },
      { whole: 'codex-k8s-renderer diff --base main' },
    );
    expect(markdown.length).to.be.within(50_000, 65_536);
    expect(markdown).to.match(/units? left out|without all details/);
    expect(markdown).to.include('The whole: `codex-k8s-renderer diff --base main`');
  });
});

describe('Markdown from foreign text', () => {
  it('stays code in code spans, cells and fences', () => {
    expect(code('a`b``c')).to.equal('```a`b``c```');
    expect(code('`a`')).to.equal('`` `a` ``');
    expect(code(' \n ')).to.equal('` `');
    expect(cell('a|b')).to.equal('`a\\|b`');
    expect(fenced('diff', ['- ```', '+ ````'])).to.equal('`````diff\n- ```\n+ ````\n`````\n');
  });

  it('stays text in sentences and summaries', () => {
    expect(html('<b>"a" & b</b>', 100)).to.equal('&lt;b&gt;&quot;a&quot; &amp; b&lt;/b&gt;');
    expect(prose('see *this* @octocat #12 <b> http://x.example', 100)).to.equal(
      'see \\*this\\* @\u200boctocat \\#\u200b12 \\<b\\> http:\u200b//x.example',
    );
  });

  it('fits in reports of validation too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(diagnostic, { maxLength: 200 }),
        text,
        async (diagnostics, file) => {
          const markdown = await formatValidation(
            {
              ok: false,
              environments: Array.from({ length: 300 }, () => file),
              diagnostics,
            },
            { format: 'markdown', colour: false, file },
          );
          expect(markdown.length).to.be.at.most(65_536);
        },
      ),
      { numRuns: 30 },
    );
  });
});
