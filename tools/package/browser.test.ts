import { expect } from 'chai';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { createMemoryReader, createRenderer } from '@codex-k8s/renderer';
import { chromiumFlags, findChromium } from '../../api/src/private/testing/find-chromium.ts';
import { bundleRenderer, root, type Bundle } from './index.ts';

const workerScript = `import { createMemoryReader, createRenderer } from '/browser.js';
onmessage = async ({ data: { texts, environment } }) => {
  const reader = createMemoryReader(texts);
  const result = await createRenderer().render({ reader, file: 'services.yaml', environment });
  postMessage(result.ok
    ? { contentHash: result.rendered.contentHash, files: result.rendered.files.length }
    : { diagnostics: result.diagnostics });
};
`;

/** The files of an example by path. */
async function textsOf(directory: string): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const texts: Record<string, string> = {};
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const file = join(entry.parentPath, entry.name);
    texts[file.slice(directory.length + 1)] = await readFile(file, 'utf8');
  }
  return texts;
}

describe('the pure core in a browser', function () {
  this.timeout(60_000);
  let directory: string;
  let bundle: Bundle;
  let server: Server | undefined;
  let browser: Browser | undefined;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ck-browser-'));
    bundle = await bundleRenderer(directory);
  });
  after(async () => {
    await browser?.close();
    server?.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('imports nothing of Node, early or late', () => {
    expect(bundle.builtins['cli']).to.include('node:fs');
    expect(bundle.builtins['browser']).to.deep.equal([]);
  });

  it('renders the shop in a worker with the content hash of Node, where eval is forbidden', async function () {
    const executablePath = findChromium();
    if (executablePath === undefined) {
      process.stderr.write('    skipped: there is no Chromium on PATH\n');
      this.skip();
    }
    const url = await serve();
    browser = await chromium.launch({ executablePath, args: chromiumFlags });
    const page = await browser.newPage();
    await page.goto(url);
    const texts = await textsOf(join(root, 'examples/shop'));
    for (const environment of ['dev', 'production']) {
      const result: unknown = await page.evaluate(inWorker, { texts, environment });
      const expected = await createRenderer().render({
        reader: createMemoryReader(texts),
        file: 'services.yaml',
        environment,
      });
      if (!expected.ok) throw new Error(JSON.stringify(expected.diagnostics));
      expect(result).to.deep.equal({
        contentHash: expected.rendered.contentHash,
        files: expected.rendered.files.length,
      });
    }
  });

  async function serve(): Promise<string> {
    const scripts = await textsOf(directory);
    const listening = createServer(({ url = '' }, response) => {
      const script = url === '/worker.js' ? workerScript : scripts[url.slice(1)];
      const policy = "default-src 'none'; script-src 'self'; worker-src 'self'";
      response.setHeader('content-security-policy', policy);
      response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript');
      response.end(script ?? '<!doctype html><title>renderer</title>');
    });
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const address = listening.address();
    if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
    return `http://127.0.0.1:${address.port}/`;
  }
});

/** Runs in the page: one message to a fresh worker, and its answer. */
function inWorker(message: {
  texts: Record<string, string>;
  environment: string;
}): Promise<unknown> {
  const { Worker } = globalThis as unknown as {
    Worker: new (
      url: string,
      options: { type: 'module' },
    ) => EventTarget & {
      postMessage: (value: unknown) => void;
    };
  };
  const worker = new Worker('/worker.js', { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.addEventListener('message', (event) => resolve(Reflect.get(event, 'data')));
    worker.addEventListener('error', (event) => reject(new Error(Reflect.get(event, 'message'))));
    // oxlint-disable-next-line require-post-message-target-origin -- a worker has no origin to name
    worker.postMessage(message);
  });
}
