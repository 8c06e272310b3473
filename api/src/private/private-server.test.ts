import { request } from 'node:http';
import { expect } from 'chai';
import { createMetricsRegistry, createTelemetry } from '../metrics/index.ts';
import { createLinkMinter } from '../sessions/index.ts';
import type { ReadinessPart } from '../staff/index.ts';
import { createPrivateServer, type PrivateServer, type PrivateServerOptions } from './server.ts';
import { createSampleViews, sampleIds } from './testing/index.ts';

const installToken = 'install-token-of-this-test-canary';

/** A request with headers that `fetch` would not let through. */
function send(
  url: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

const codeOf = ({ text }: { text: string }): string => {
  const body: { code: string } = JSON.parse(text);
  return body.code;
};

describe('the private listener', () => {
  const servers: PrivateServer[] = [];
  const links = createLinkMinter({ installToken });
  let parts: ReadinessPart[] = [];
  let errors: unknown[] = [];

  async function create(options: Partial<PrivateServerOptions> = {}): Promise<PrivateServer> {
    const views = createSampleViews();
    const server = await createPrivateServer({
      views,
      changes: views,
      readiness: () => parts,
      registry: createMetricsRegistry(),
      installToken,
      links,
      onError: (error) => errors.push(error),
      ...options,
    });
    servers.push(server);
    return server;
  }

  async function start(options: Partial<PrivateServerOptions> = {}): Promise<string> {
    return (await (await create(options)).listen({ host: '127.0.0.1', port: 0 })).url;
  }

  /** Opens a fresh link the way a browser does, and gives the cookie it set. */
  async function signIn(url: string): Promise<string> {
    const answer = await send(links.mintLink(url));
    expect([answer.status, answer.headers['location']]).to.deep.equal([303, '/']);
    return String(answer.headers['set-cookie']).split(';')[0] ?? '';
  }

  beforeEach(() => {
    parts = [{ name: 'database', ready: true }];
    errors = [];
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  it('refuses to be opened where others can reach it', async () => {
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.org']) {
      const server = await create();
      const error: unknown = await server
        .listen({ host, port: 0 })
        .catch((thrown: unknown) => thrown);
      expect(error, host).to.include({ name: 'ApiError', code: 'CK-API-019' });
    }
    for (const host of ['127.0.0.1', '127.0.0.2', 'localhost']) {
      const { port } = await (await create()).listen({ host, port: 0 });
      expect(port).to.be.greaterThan(0);
    }
  });

  it('names the address it cannot have', async () => {
    const { port } = new URL(await start());
    const error: unknown = await (
      await create()
    )
      .listen({ host: '127.0.0.1', port: Number(port) })
      .catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'CK-API-020' });
    expect(String(error)).to.contain(`127.0.0.1:${port}`);
  });

  it('turns a link into a session once', async () => {
    const url = await start();
    const link = links.mintLink(url);
    const opened = await send(link);
    expect([opened.status, opened.headers['location']]).to.deep.equal([303, '/']);
    const setCookie = String(opened.headers['set-cookie']);
    expect(setCookie).to.match(
      /^codexk8s_session_[0-9a-f]{8}=[\w.-]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(setCookie + link).not.to.contain('canary');

    const again = await send(link);
    expect(again.status).to.equal(401);
    expect(again.text).to.contain('npm start').and.to.contain('CK-API-011');
    expect(again.headers['set-cookie']).to.equal(undefined);
    // The same person with the same link is no stranger.
    const cookie = setCookie.split(';')[0] ?? '';
    expect((await send(link, { cookie })).status).to.equal(303);
  });

  it('shows what to do at a wrong link', async () => {
    const url = await start();
    const foreign = createLinkMinter({ installToken: 'another installation' }).mintLink(url);
    for (const link of [
      foreign,
      `${url}/open`,
      `${url}/open?token=`,
      `${url}/open?token=a&token=b`,
      `${links.mintLink(url)}x`,
    ]) {
      const answer = await send(link);
      expect([answer.status, answer.headers['content-type']], link).to.deep.equal([
        401,
        'text/html; charset=utf-8',
      ]);
    }
  });

  it('needs a session for every staff route, known or not, and for the metrics', async () => {
    const url = await start();
    const cookie = await signIn(url);
    const forged = cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    const paths = [
      '/api/v1/staff/environments',
      '/api/v1/staff/readiness',
      '/api/v1/staff/runs',
      '/api/v1/staff/runs?limit=wrong',
      `/api/v1/staff/runs/${sampleIds.failedRun}`,
      '/api/v1/staff/events',
      '/metrics',
    ];
    for (const path of paths) {
      for (const headers of [
        {},
        { cookie: forged },
        { cookie: 'codexk8s_session=x' },
        { authorization: 'Bearer nothing' },
      ]) {
        const answer = await send(url + path, headers);
        expect([answer.status, codeOf(answer)], path).to.deep.equal([401, 'CK-API-010']);
      }
    }
    expect((await send(`${url}/api/v1/staff/environments`, { cookie })).status).to.equal(200);
    expect((await send(`${url}/metrics`, { cookie })).status).to.equal(200);
    expect(
      (await send(`${url}/metrics`, { authorization: `Bearer ${installToken}` })).status,
    ).to.equal(200);
  });

  it('keeps sessions across a restart, and ends them with the install token', async () => {
    const cookie = await signIn(await start());
    const restarted = await start();
    expect((await send(`${restarted}/api/v1/staff/environments`, { cookie })).status).to.equal(200);
    const renewed = await start({ installToken: 'a new one' });
    expect((await send(`${renewed}/api/v1/staff/environments`, { cookie })).status).to.equal(401);
  });

  it('ends a session on request', async () => {
    const url = await start();
    const cookie = await signIn(url);
    const ended = await send(`${url}/api/v1/staff/session`, { cookie, origin: url }, 'DELETE');
    expect([ended.status, ended.text]).to.deep.equal([204, '']);
    expect(String(ended.headers['set-cookie'])).to.contain('Max-Age=0');
    expect((await send(`${url}/api/v1/staff/environments`, { cookie })).status).to.equal(401);
  });

  it('refuses a Host that is not its own, whatever the session (DNS rebinding)', async () => {
    const url = await start({ extraHosts: ['portal.internal:8443'] });
    const cookie = await signIn(url);
    const { port } = new URL(url);
    for (const path of [
      '/',
      '/open?token=x',
      '/metrics',
      '/api/v1/staff/environments',
      '/nowhere',
    ]) {
      for (const host of [
        `evil.example:${port}`,
        'evil.example',
        '127.0.0.1',
        '127.0.0.1:1',
        `127.0.0.1.evil.example:${port}`,
      ]) {
        const answer = await send(url + path, { cookie, host });
        expect([answer.status, codeOf(answer)], `${host} ${path}`).to.deep.equal([
          403,
          'CK-API-012',
        ]);
      }
    }
    for (const host of [
      `127.0.0.1:${port}`,
      `localhost:${port}`,
      `LOCALHOST:${port}`,
      `[::1]:${port}`,
      'portal.internal:8443',
    ]) {
      expect(
        (await send(`${url}/api/v1/staff/environments`, { cookie, host })).status,
        host,
      ).to.equal(200);
    }
    // Probes know only the address of the process.
    expect((await send(`${url}/healthz`, { host: '10.0.0.7:8080' })).status).to.equal(200);
  });

  it('refuses a foreign Origin, and a change without one (request forgery)', async () => {
    const url = await start();
    const cookie = await signIn(url);
    const { port } = new URL(url);
    const environments = `${url}/api/v1/staff/environments`;
    for (const origin of [
      'https://evil.example',
      'null',
      `http://127.0.0.1:${Number(port) + 1}`,
      `http://evil.example:${port}`,
      'file://',
    ]) {
      const read = await send(environments, { cookie, origin });
      expect([read.status, codeOf(read)], origin).to.deep.equal([403, 'CK-API-013']);
    }
    expect(
      (await send(environments, { cookie, origin: `http://localhost:${port}` })).status,
    ).to.equal(200);
    const session = `${url}/api/v1/staff/session`;
    expect(codeOf(await send(session, { cookie }, 'DELETE'))).to.equal('CK-API-013');
    expect(
      codeOf(await send(session, { cookie, origin: 'https://evil.example' }, 'DELETE')),
    ).to.equal('CK-API-013');
    expect((await send(environments, { cookie })).status).to.equal(200);
    const byProgram = await send(session, { authorization: `Bearer ${installToken}` }, 'DELETE');
    expect(byProgram.status).to.equal(204);
  });

  it('is alive at once, and ready when every part is', async () => {
    const url = await start();
    expect((await send(`${url}/healthz`)).status).to.equal(200);
    expect((await send(`${url}/readyz`)).status).to.equal(200);
    parts = [
      { name: 'database', ready: true },
      { name: 'cluster local', ready: false, message: 'building kube-apiserver' },
    ];
    const waiting = await send(`${url}/readyz`);
    expect([waiting.status, JSON.parse(waiting.text)]).to.deep.equal([
      503,
      { ready: false, parts },
    ]);
    const shown = await send(`${url}/api/v1/staff/readiness`, { cookie: await signIn(url) });
    expect(JSON.parse(shown.text)).to.deep.equal({ ready: false, parts });
  });

  it('exposes what the telemetry counted', async () => {
    const registry = createMetricsRegistry();
    const telemetry = createTelemetry(registry);
    telemetry.count('webhook_requests', { status: 'accepted' });
    telemetry.count('webhook_requests', { status: 'accepted', event: 'push' }, 2);
    telemetry.duration('render', 0.012);
    telemetry.gauge('queue.depth', 7, { kind: 'render' });
    const url = await start({ registry });
    const { text, headers } = await send(`${url}/metrics`, {
      authorization: `Bearer ${installToken}`,
    });
    expect(headers['content-type']).to.match(/^text\/plain/);
    expect(text).to.contain('codexk8s_webhook_requests_total{status="accepted",event="push"} 2');
    expect(text).to.contain('codexk8s_render_seconds_bucket{le="0.025"} 1');
    expect(text).to.contain('codexk8s_queue_depth{kind="render"} 7');
    expect(text).to.contain('nodejs_eventloop_lag_seconds');
  });

  it('sends its security headers with every answer, and tells no software', async () => {
    const url = await start();
    for (const path of [
      '/',
      '/healthz',
      '/nowhere',
      '/api/v1/staff/environments',
      '/open?token=x',
    ]) {
      const { headers } = await send(url + path);
      expect(headers['content-security-policy'], path)
        .to.contain("default-src 'none'")
        .and.not.to.contain('unsafe');
      expect(headers['content-security-policy']).to.contain("frame-ancestors 'none'");
      expect(headers).to.include({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
      expect(headers).not.to.have.any.keys('server', 'x-powered-by', 'access-control-allow-origin');
    }
  });
});
