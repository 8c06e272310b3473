import { expect } from 'chai';
import { createMetricsRegistry } from '../metrics/index.ts';
import { createLinkMinter } from '../sessions/index.ts';
import type { RunPage, RunView } from '../staff/index.ts';
import { createPrivateServer, type PrivateServer, type PrivateServerOptions } from './server.ts';
import { createSampleViews, sampleIds, type SampleViews } from './testing/index.ts';

const installToken = 'install-token-of-this-test';

describe('the staff API', () => {
  const servers: PrivateServer[] = [];
  let views: SampleViews;
  let errors: unknown[] = [];

  async function start(options: Partial<PrivateServerOptions> = {}): Promise<string> {
    const server = await createPrivateServer({
      views,
      changes: views,
      readiness: () => [],
      registry: createMetricsRegistry(),
      installToken,
      links: createLinkMinter({ installToken }),
      onError: (error) => errors.push(error),
      ...options,
    });
    servers.push(server);
    const { url } = await server.listen({ host: '127.0.0.1', port: 0 });
    return `${url}/api/v1/staff`;
  }

  beforeEach(() => {
    views = createSampleViews();
    errors = [];
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  it('answers every operation with what the views gave', async () => {
    const url = await start();
    views.objects = [
      {
        stack: 'shop',
        unit: 'web',
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        namespace: 'shop-production',
        name: 'web',
        health: 'failed',
        message: 'back-off pulling image',
      },
    ];
    const environment = `${url}/environments/${sampleIds.production}`;
    expect(await read(`${url}/environments`)).to.deep.equal({ items: views.environments });
    expect(await read(`${environment}/objects`)).to.deep.equal({ items: views.objects });
    expect(await read(`${environment}/commits/${sampleIds.head}/diff`)).to.deep.equal(views.diff);
    expect(await read(`${url}/runs/${sampleIds.failedRun}`)).to.deep.equal(
      await views.getRun(sampleIds.failedRun),
    );
    expect(await read(`${url}/readiness`)).to.deep.equal({ ready: true, parts: [] });
  });

  it('pages through all runs by cursor, once each', async () => {
    const url = await start();
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page: RunPage = await read(
        `${url}/runs?limit=7${cursor === undefined ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).to.deep.equal(views.runs.map(({ id }) => id));
    const first: RunPage = await read(`${url}/runs`);
    expect(first.items).to.have.length(20);
  });

  it('filters runs by environment and status', async () => {
    const url = await start();
    const failed: RunPage = await read(
      `${url}/runs?status=failed&environmentId=${sampleIds.production}`,
    );
    expect(failed.items.map(({ id }) => id)).to.deep.equal([sampleIds.failedRun]);
    const none: RunPage = await read(
      `${url}/runs?status=failed&environmentId=${sampleIds.staging}`,
    );
    expect(none).to.deep.equal({ items: [] });
  });

  it('refuses what the contract does not allow, and says what', async () => {
    const url = await start();
    for (const [path, said] of [
      ['/runs?limit=0', 'limit'],
      ['/runs?limit=101', 'limit'],
      ['/runs?limit=many', 'limit'],
      ['/runs?status=done', 'status'],
      ['/runs?environmentId=production', 'environmentId'],
      ['/runs/1', 'runId'],
      ['/environments/1/objects', 'environmentId'],
      [`/environments/${sampleIds.production}/commits/HEAD/diff`, 'commit'],
    ] as const) {
      const answer = await ask(url + path);
      const body = await bodyOf(answer);
      expect([answer.status, body.code], path).to.deep.equal([400, 'CK-API-014']);
      expect(body.message).to.contain(said);
    }
  });

  it('answers 404 for what is not there, in the same form everywhere', async () => {
    const url = await start();
    const nowhere = '00000000-0000-4000-8000-00000000ffff';
    for (const path of [
      `/runs/${nowhere}`,
      `/environments/${nowhere}/objects`,
      `/environments/${sampleIds.production}/commits/${'0'.repeat(40)}/diff`,
    ]) {
      const answer = await ask(url + path);
      expect([answer.status, (await bodyOf(answer)).code], path).to.deep.equal([404, 'CK-API-015']);
    }
    const unknown = await ask(`${url}/nothing`);
    expect([unknown.status, (await bodyOf(unknown)).code]).to.deep.equal([404, 'CK-API-007']);
  });

  it('never sends an answer that breaks the contract: 500, and the log names the field', async () => {
    const url = await start();
    const [run] = views.runs;
    const broken: Record<string, unknown>[] = [
      { status: 'finished' },
      { deliveries: '1' },
      { secret: 'canary' },
      { createdAt: 'yesterday' },
    ];
    for (const fields of broken) {
      const wrong: RunView = JSON.parse(JSON.stringify({ ...run, ...fields }));
      views.runs = [wrong];
      const answer = await ask(`${url}/runs`);
      const text = await answer.text();
      const [field = ''] = Object.keys(fields);
      expect(answer.status, field).to.equal(500);
      expect(text).to.contain('CK-API-016').and.not.to.contain('canary');
      expect(String(errors.at(-1))).to.contain(
        field === 'secret' ? 'additional properties' : field,
      );
    }
  });

  it('keeps the cause of a failure to its log', async () => {
    const url = await start({
      views: { ...views, listEnvironments: () => Promise.reject(new Error('password=canary')) },
    });
    const answer = await ask(`${url}/environments`);
    const text = await answer.text();
    expect([answer.status, text.includes('CK-API-017'), text.includes('canary')]).to.deep.equal([
      500,
      true,
      false,
    ]);
    expect(String(errors.at(-1))).to.contain('canary');
  });

  describe('streams changes', () => {
    it('in order, with beats between them', async () => {
      const url = await start({ beatMs: 20 });
      const stream = await openStream(url);
      const first = await stream.next('beat');
      expect(first.id).to.match(/^[0-9a-f]{12}-0$/);
      const more = { payload: { note: 'canary' } };
      views.emit({ type: 'run.started', runId: sampleIds.failedRun, ...more });
      views.emit({ type: 'run.failed', runId: sampleIds.failedRun });
      const started = await stream.next('change');
      expect(JSON.parse(started.data)).to.include({
        type: 'run.started',
        runId: sampleIds.failedRun,
      });
      expect(started.data).not.to.contain('canary');
      expect(JSON.parse((await stream.next('change')).data)).to.include({ type: 'run.failed' });
      await stream.next('beat');
      await stream.close();
    });

    it('and resumes after the last one that was seen', async () => {
      const url = await start();
      const stream = await openStream(url);
      views.emit({ type: 'first' });
      const seen = await stream.next('change');
      await stream.close();
      views.emit({ type: 'second' });
      views.emit({ type: 'third' });
      const resumed = await openStream(url, { 'last-event-id': seen.id ?? '' });
      expect(JSON.parse((await resumed.next('change')).data)).to.include({ type: 'second' });
      const third = await resumed.next('change');
      expect(JSON.parse(third.data)).to.include({ type: 'third' });
      await resumed.close();
      const current = await openStream(url, { 'last-event-id': third.id ?? '' });
      expect((await current.next()).event).to.equal('beat');
      await current.close();
    });

    it('and says when what was missed is not known any more', async () => {
      const url = await start();
      for (const id of ['0123456789ab-7', 'nonsense']) {
        const stream = await openStream(url, { 'last-event-id': id });
        const reset = await stream.next('reset');
        expect(reset.id).to.match(/^[0-9a-f]{12}-0$/);
        await stream.close();
      }
      const stream = await openStream(url);
      const { id: beginning = '' } = await stream.next('beat');
      await stream.close();
      for (let count = 0; count < 2_500; count += 1) views.emit({ type: `change ${count}` });
      const late = await openStream(url, { 'last-event-id': beginning });
      await late.next('reset');
      await late.close();
    });

    it('to as many as it can serve, and forgets those who left', async () => {
      const url = await start({ maxStreams: 2 });
      const streams = [await openStream(url), await openStream(url)];
      const refused = await ask(`${url}/events`);
      expect([refused.status, (await bodyOf(refused)).code]).to.deep.equal([503, 'CK-API-018']);
      await streams[0]?.close();
      await eventually(async () => {
        const again = await ask(`${url}/events`);
        await again.body?.cancel();
        return again.status === 200;
      });
      await streams[1]?.close();
    });

    it('until the session ends', async () => {
      const links = createLinkMinter({ installToken });
      const url = await start({ links, beatMs: 20 });
      const { origin } = new URL(url);
      const opened = await fetch(links.mintLink(origin), { redirect: 'manual' });
      const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
      const stream = await openStream(url, { cookie, authorization: '' });
      await stream.next('beat');
      await fetch(`${url}/session`, { method: 'DELETE', headers: { cookie, origin } });
      await stream.ended();
    });

    it('until the server closes, which it does without waiting for them', async () => {
      const url = await start();
      const stream = await openStream(url);
      await stream.next('beat');
      expect(views.listeners).to.equal(1);
      await servers.pop()?.close();
      await stream.ended();
      expect(views.listeners).to.equal(0);
    });
  });
});

const ask = (url: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, { headers: { authorization: `Bearer ${installToken}`, ...headers } });

// The type is what the test expects; the comparison with the view's value proves it.
async function read<T>(url: string): Promise<T> {
  const answer = await ask(url);
  const text = await answer.text();
  expect(answer.status, text).to.equal(200);
  return JSON.parse(text);
}

async function bodyOf(answer: Response): Promise<{ code: string; message: string }> {
  return JSON.parse(await answer.text());
}

interface StreamedEvent {
  id?: string;
  event: string;
  data: string;
}

/** Reads a server-sent event stream one event at a time. */
async function openStream(url: string, headers: Record<string, string> = {}) {
  const answer = await ask(`${url}/events`, headers);
  expect(answer.headers.get('content-type')).to.equal('text/event-stream; charset=utf-8');
  const reader = answer.body?.getReader() ?? expect.fail('the answer has no body');
  const decoder = new TextDecoder();
  let buffer = '';
  const next = async (event?: string): Promise<StreamedEvent> => {
    for (;;) {
      const end = buffer.indexOf('\n\n');
      if (end < 0) {
        const chunk = await reader.read();
        if (chunk.done) throw new Error('the stream ended');
        buffer += decoder.decode(chunk.value, { stream: true });
        continue;
      }
      const fields = Object.fromEntries(
        buffer
          .slice(0, end)
          .split('\n')
          .map((line) => line.split(/: (.*)/s)),
      );
      buffer = buffer.slice(end + 2);
      if (event === undefined || fields['event'] === event) {
        return {
          ...(fields['id'] && { id: fields['id'] }),
          event: fields['event'] ?? '',
          data: fields['data'] ?? '',
        };
      }
    }
  };
  return {
    next,
    close: () => reader.cancel(),
    async ended() {
      while (!(await reader.read()).done);
    },
  };
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('it did not come true within five seconds');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
