import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { createMetricsRegistry } from '../metrics/index.ts';
import { createLinkMinter } from '../sessions/index.ts';
import type { ReadinessPart } from '../staff/index.ts';
import { createPrivateServer, type PrivateServer } from './server.ts';
import {
  chromiumFlags,
  createSampleViews,
  findChromium,
  reportFailures,
  sampleIds,
  type SampleViews,
  weakTexts,
} from './testing/index.ts';

const installToken = 'install-token-of-this-test';
const buildScript = fileURLToPath(new URL('../../../portal/src/build/main.ts', import.meta.url));

describe('the portal in a real browser', function () {
  this.timeout(60_000);
  let browser: Browser;
  let directory = '';
  let views: SampleViews;
  let parts: ReadinessPart[] = [];
  let server: PrivateServer | undefined;
  let url = '';
  let page: Page;
  /** Whatever the browser complained about: errors, refused requests, policy violations. */
  let complaints: string[] = [];
  const links = createLinkMinter({ installToken });

  before(async function () {
    const executablePath = findChromium();
    if (executablePath === undefined) {
      process.stderr.write('    skipped: there is no Chromium on PATH\n');
      this.skip();
    }
    directory = await mkdtemp(join(tmpdir(), 'codex-k8s-portal-'));
    await promisify(execFile)(process.execPath, [buildScript, directory]);
    browser = await chromium.launch({ executablePath, args: chromiumFlags });
  });
  after(async () => {
    await browser?.close();
    if (directory !== '') await rm(directory, { recursive: true, force: true });
  });

  beforeEach(() => {
    views = createSampleViews();
    parts = [];
    complaints = [];
  });
  afterEach(async () => {
    await page.context().close();
    await server?.close();
  });

  async function serve(port = 0): Promise<void> {
    server = await createPrivateServer({
      views,
      changes: views,
      readiness: () => parts,
      registry: createMetricsRegistry(),
      installToken,
      links,
      portalDirectory: directory,
    });
    ({ url } = await server.listen({ host: '127.0.0.1', port }));
  }

  async function open(options: BrowserContextOptions = {}): Promise<void> {
    const context = await browser.newContext({
      viewport: { width: 1400, height: 900 },
      ...options,
    });
    page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.addInitScript(reportFailures);
    await page.goto(links.mintLink(url));
  }

  const live = (): Promise<void> => page.getByText('Live', { exact: true }).waitFor();
  const card = (name: string) => page.getByRole('article', { name: new RegExp(`/ ${name}$`) });
  const runs = () => page.getByRole('region', { name: 'Runs' }).locator('li.run');

  it('opens by the printed link and shows environments, runs and the last diff', async () => {
    await serve();
    await open();
    await live();
    expect(page.url()).to.equal(`${url}/`);

    const production = card('production');
    expect(await production.innerText())
      .to.contain('Healthy')
      .and.to.contain('simulated pods')
      .and.to.contain('in sync');
    expect(await card('preview').innerText())
      .to.contain('rewound')
      .and.to.contain('nothing is deleted');
    expect(await card('preview').innerText()).not.to.contain('simulated');
    expect(await card('staging').innerText())
      .to.contain('head is not applied')
      .and.to.contain('5 progressing');

    expect(await runs().count()).to.equal(20);
    expect((await runs().nth(0).innerText()).replaceAll(/\s+/g, ' ')).to.match(
      /shop → to staging.*committed 22 ms applied working healthy waiting/,
    );
    expect(await runs().nth(1).innerText()).to.match(
      /services\.yaml:31:18[\s\S]*did you mean "database"\?/,
    );

    const diff = page.getByRole('region', { name: /^Last commit/ });
    expect(await diff.innerText())
      .to.contain('3 files')
      .and.to.contain('17 unchanged lines')
      .and.to.contain('The rest of this file is not shown');
    const changed = diff.locator('tr.added, tr.removed').first();
    expect((await changed.innerText()).replaceAll(/\s+/g, ' ')).to.contain(
      '− image: registry.example/shop/web:1.4.2',
    );
    expect(complaints).to.deep.equal([]);
  });

  it('shows what changes by itself, and keeps open what was opened', async () => {
    await serve();
    await open();
    await live();
    const failed = page.locator(`#run-${sampleIds.failedRun}`);
    await failed.getByRole('button', { name: /^Record/ }).click();
    await failed.getByText('run.started').waitFor();

    const [newest] = views.runs;
    const id = '00000000-0000-4000-8000-00000000abcd';
    views.runs = [{ ...(newest ?? expect.fail()), id, stack: 'fresh' }, ...views.runs];
    views.environments = views.environments.map((one) => ({ ...one, health: 'degraded' }));
    views.emit({ type: 'run.started', runId: id });
    await page.locator(`#run-${id}`).waitFor();
    await card('production').getByText('Degraded').waitFor();
    expect(await failed.getByText('run.started').isVisible()).to.equal(true);
    expect(await page.locator('[aria-live=polite]').last().innerText()).to.contain(
      '3 environments, 3 degraded',
    );
    expect(complaints).to.deep.equal([]);
  });

  it('says when it is not live, and is up to date again once the platform is back', async () => {
    await serve();
    await open();
    await live();
    const { port } = new URL(url);
    await server?.close();
    await page.getByText('Reconnecting', { exact: true }).waitFor();
    views.environments = views.environments.map((one) => ({
      ...one,
      namespace: 'moved-meanwhile',
    }));
    await serve(Number(port));
    await live();
    await card('production').getByText('moved-meanwhile').waitFor();
  });

  it('keeps filters and picked commits in the address, so that Back undoes them', async () => {
    await serve();
    await open();
    await live();
    await page.getByLabel('Status').selectOption({ label: 'Failed' });
    await expectCount(1);
    expect(page.url()).to.equal(`${url}/?status=failed`);
    await page.reload();
    await expectCount(1);
    await page.getByLabel('Status').selectOption({ label: 'Any status' });
    await expectCount(20);
    await card('staging')
      .getByRole('button', { name: /staging/ })
      .click();
    await expectCount(1);
    expect(page.url()).to.equal(`${url}/?environment=${sampleIds.staging}`);
    await page.goBack();
    await expectCount(20);
    await runs()
      .nth(4)
      .getByRole('button', { name: /^Show the diff/ })
      .click();
    await page.getByRole('button', { name: 'Follow the last commit' }).waitFor();
    expect(page.url()).to.contain(`commit=${sampleIds.head}`);
    expect(complaints).to.deep.equal([]);
  });

  async function expectCount(count: number): Promise<void> {
    const deadline = performance.now() + 10_000;
    while ((await runs().count()) !== count) {
      if (performance.now() > deadline) expect(await runs().count()).to.equal(count);
      await page.waitForTimeout(20);
    }
  }

  it('reads older runs when asked', async () => {
    await serve();
    await open();
    await live();
    await page.getByRole('button', { name: 'Show older runs' }).click();
    await expectCount(views.runs.length);
    expect(await page.getByRole('button', { name: 'Show older runs' }).count()).to.equal(0);
  });

  it('lists the objects of an environment, what is not well first', async () => {
    views.objects = (['current', 'failed', 'progressing'] as const).map((health) => ({
      stack: 'shop',
      unit: 'web',
      apiVersion: 'v1',
      kind: 'Service',
      name: `is-${health}`,
      health,
    }));
    await serve();
    await open();
    await live();
    await card('production').getByText('Show objects').click();
    const objects = card('production').getByRole('listitem');
    await objects.nth(2).waitFor();
    expect((await objects.allInnerTexts()).map((text) => /is-(\w+)/.exec(text)?.[1])).to.deep.equal(
      ['failed', 'progressing', 'current'],
    );
    views.objects = views.objects.map((one) => ({ ...one, health: 'current' }));
    views.emit({ type: 'apply.recorded', environmentId: sampleIds.production });
    await objects
      .filter({ hasText: 'failed' })
      .filter({ hasText: /current/ })
      .waitFor();
    expect(await objects.locator('.object-health').allInnerTexts()).to.deep.equal(
      Array.from({ length: 3 }, () => 'current'),
    );
  });

  it('says what to do where there is nothing yet, and what is being waited for', async () => {
    views.environments = [];
    views.runs = [];
    parts = [{ name: 'cluster local', ready: false, message: 'building kube-apiserver' }];
    await serve();
    await open();
    await page.getByText('No environment yet').waitFor();
    const text = await page.locator('main').innerText();
    expect(text)
      .to.contain('npm start')
      .and.to.contain('Push to a bound branch')
      .and.to.contain('No state commit yet');
    expect(text).to.contain('cluster local is not ready').and.to.contain('building kube-apiserver');
  });

  it('says how to get in when there is no session, and ends one on request', async () => {
    await serve();
    await open();
    await live();
    await page.getByRole('button', { name: 'End session' }).click();
    await page.getByText('You have no session here').waitFor();
    await page.reload();
    await page.getByText('You have no session here').waitFor();
    expect(await page.locator('main').innerText()).to.contain('npm start');
  });

  it('can be used by keyboard alone', async () => {
    await serve();
    await open();
    await live();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).to.equal('Skip to content');
    await page.keyboard.press('Enter');
    expect(await page.locator(':focus').getAttribute('id')).to.equal('main');
    const record = runs()
      .nth(1)
      .getByRole('button', { name: /^Record/ });
    await record.focus();
    await page.keyboard.press('Enter');
    await runs().nth(1).getByText('run.started').waitFor();
    expect(await record.getAttribute('aria-expanded')).to.equal('true');
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`can be read in the ${colorScheme} scheme: every text has a contrast of 4.5 or more`, async () => {
      parts = [{ name: 'cluster local', ready: false, message: 'building' }];
      await serve();
      await open({ colorScheme });
      await live();
      const { examined, weak }: { examined: number; weak: string[] } =
        await page.evaluate(weakTexts);
      expect(weak).to.deep.equal([]);
      expect(examined).to.be.greaterThan(200);
    });
  }

  it('fits a narrow screen without scrolling sideways', async () => {
    await serve();
    await open({ viewport: { width: 360, height: 740 } });
    await live();
    const root = 'document.documentElement';
    expect(await page.evaluate(`${root}.scrollWidth - ${root}.clientWidth`)).to.equal(0);
  });
});
