import { expect } from 'chai';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createFilesystemReader, createRenderer } from './index.ts';
import { runProgram } from './cli/program.ts';
import { git, repositoryRoot } from './testing/index.ts';

const guide = join(repositoryRoot, 'docs/services-yaml.md');
/** Write what commands print now; the difference is what people review. */
const updating = process.env['CODEXK8S_UPDATE_GOLDENS'] === '1';

/**
 * A fenced block of the guide. What stands behind its language says what it is: a path makes it a
 * file, `part` a fragment of `spec` that is laid over a small stack, `output` what the commands
 * before it print; commands may be followed by the exit code they end with.
 */
interface Block {
  language: string;
  role: string;
  text: string;
  /** Index of the text in the guide. */
  offset: number;
  line: number;
}

interface Section {
  title: string;
  blocks: Block[];
}

function sectionsOf(text: string): Section[] {
  const sections: Section[] = [];
  const pattern = /^## (?<title>.+)$|^```(?<info>[a-z].*)\n(?<body>[\s\S]*?)^```$/gm;
  for (const match of text.matchAll(pattern)) {
    const { title, info, body = '' } = match.groups ?? {};
    if (title !== undefined) sections.push({ title, blocks: [] });
    if (info === undefined) continue;
    const [language = '', role = ''] = info.split(' ');
    const offset = match.index + 3 + info.length + 1;
    const line = text.slice(0, match.index).split('\n').length;
    sections.at(-1)?.blocks.push({ language, role, text: body, offset, line });
  }
  return sections;
}

/** Whether a block is a file; `shown` marks one that is only to be read. */
function isPath(role: string): boolean {
  return /[./]/.test(role);
}

/** What stands after a fragment that leaves it out. */
const base: Readonly<Record<string, string>> = {
  environments: '{ dev: {}, production: {} }',
  images: "{ web: { from: 'docker.io/library/nginx:1.29.1' } }",
  infrastructure: '[]',
  services: '[]',
  orchestration: '{}',
  webhookRuntime: '{}',
};

/** A whole services.yaml around a fragment of `spec`: four lines stand above it. */
function stackAround(part: string): string {
  const body = part.replaceAll(/^(?=.)/gm, '  ');
  const missing = Object.entries(base)
    .filter(([block]) => !new RegExp(`^${block}:`, 'm').test(part))
    .map(([block, value]) => `  ${block}: ${value}\n`);
  return `apiVersion: codex-k8s.dev/v1alpha1\nkind: ServiceStack\nmetadata: { name: shop }\nspec:\n${body}${missing.join('')}`;
}

/** Errors and warnings of a stack, in every environment. */
async function findingsIn(directory: string): Promise<string[]> {
  const reader = await createFilesystemReader(directory);
  const source = { reader, file: 'services.yaml' };
  const renderer = createRenderer();
  const described = await renderer.describe(source);
  if (!described.ok) return described.diagnostics.map(({ message }) => message);
  const found: string[] = [];
  for (const { name, forSlots } of described.stack.environments) {
    const slot = forSlots ? { slot: 1 } : {};
    const result = await renderer.render({ ...source, environment: name, ...slot });
    const diagnostics = result.ok ? result.rendered.diagnostics : result.diagnostics;
    for (const { severity, line, code, message } of diagnostics)
      if (severity !== 'info') found.push(`${line} ${code} ${message}`);
  }
  return found;
}

/** Runs the commands of a block – ours, and git – each on a line of its own; returns what they print. */
async function runCommands(block: Block, directory: string): Promise<string> {
  const expected = block.role === '' ? 0 : Number(block.role.replace('exit=', ''));
  let printed = '';
  const write = (text: string): void => void (printed += text);
  const before = process.cwd();
  process.chdir(directory);
  try {
    for (const command of block.text
      .trim()
      .replaceAll(/\\\n\s*/g, '')
      .split('\n')) {
      const [program, ...words] = command.match(/'[^']*'|\S+/g) ?? [];
      const args = words.map((word) => word.replaceAll("'", ''));
      if (program === 'git') {
        const author = ['-c', 'user.name=Reader', '-c', 'user.email=reader@example.com'];
        printed += await git(directory, [...author, ...args]);
        continue;
      }
      expect(program, `line ${block.line}`).to.equal('codex-k8s-renderer');
      const code = await runProgram(args, { stdout: { write }, stderr: { write } });
      expect(code, `line ${block.line}: ${command}\n${printed}`).to.equal(expected);
    }
  } finally {
    process.chdir(before);
  }
  return printed;
}

describe('the guide to services.yaml', () => {
  let text: string;
  let directory: string;
  const edits: { start: number; end: number; to: string }[] = [];
  const dates = ['GIT_AUTHOR_DATE', 'GIT_COMMITTER_DATE'];
  before(async () => {
    text = await readFile(guide, 'utf8');
    // Commits of the guide have the same name every time.
    for (const name of dates) process.env[name] = '2026-01-01T00:00:00Z';
  });
  after(() => dates.forEach((name) => delete process.env[name]));
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ck-guide-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));
  after(async () => {
    if (!updating) return;
    let next = text;
    for (const { start, end, to } of edits.toReversed())
      next = next.slice(0, start) + to + next.slice(end);
    await writeFile(guide, next);
  });

  async function put(path: string, content: string): Promise<void> {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }

  /** Tries a section out: files are written, parts rendered, commands run, in their order. */
  async function tryOut({ blocks }: Section): Promise<number> {
    let printed: string | undefined;
    let tried = 0;
    // A fragment may stand before the files it names.
    for (const { role, text: content } of blocks)
      if (isPath(role) && role !== 'services.yaml') await put(role, content);
    for (const block of blocks) {
      const { language, role, offset } = block;
      const where = `docs/services-yaml.md:${block.line}`;
      if (language === 'sh') printed = await runCommands(block, directory);
      else if (role === 'output') {
        if (updating && printed !== block.text)
          edits.push({ start: offset, end: offset + block.text.length, to: printed ?? '' });
        else expect(block.text, where).to.equal(printed);
      } else if (role === 'part') {
        await put('services.yaml', stackAround(block.text));
        expect(await findingsIn(directory), `${where}\n${block.text}`).to.deep.equal([]);
      } else if (isPath(role)) await put(role, block.text);
      else continue;
      tried += 1;
    }
    return tried;
  }

  it('does what it says, section by section', async function () {
    this.timeout(120_000);
    const counts: [string, number][] = [];
    for (const section of sectionsOf(text)) {
      await rm(directory, { recursive: true, force: true });
      await mkdir(directory);
      counts.push([section.title, await tryOut(section)]);
    }
    // A guide without examples, or a pattern that finds none, would prove nothing.
    expect(counts.filter(([, count]) => count > 0).length).to.be.greaterThan(14);
  });

  it('has no link to a page that is not there', async () => {
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g))
      await readFile(join(repositoryRoot, 'docs', target)).catch((error: { code?: string }) => {
        if (error.code !== 'EISDIR') throw new Error(`no ${target}`);
      });
  });
});
