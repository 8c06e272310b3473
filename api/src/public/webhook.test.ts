import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { sign } from '@octokit/webhooks-methods';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'chai';
import { Registry } from 'prom-client';
import { parse } from 'yaml';
import { createTelemetry } from '../metrics/index.ts';
import type { DeliveryReceipt, VerifiedDelivery, WebhookPorts } from './ports.ts';
import {
  createPublicServer,
  webhookPath,
  type PublicServer,
  type PublicServerOptions,
} from './server.ts';

type Example = { name: string; examples: Record<string, unknown>[] };
type Intent = { kind: 'accept' } | { kind: 'ignore'; reason: string };
type Delivery = VerifiedDelivery<Intent>;

const examples: Example[] = createRequire(import.meta.url)(
  '@octokit/webhooks-examples/api.github.com/index.json',
);
const push = examples.find(({ name }) => name === 'push')?.examples[0] ?? {};
const secret = 'It is a secret to everybody';
const correlationId = '0b0d9e8a-4e1f-4a9c-9c93-3f0f8f6a1c11';
const deliveryId = '72d3162e-cc78-11e3-81ab-4c9367dc0958';

async function bodyOf(answer: Response): Promise<{ code: string; hint?: string }> {
  return JSON.parse(await answer.text());
}

async function post(
  url: string,
  body: string | Buffer,
  headers: Record<string, string | undefined> = {},
) {
  const all = {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-github-delivery': deliveryId,
    'x-hub-signature-256': body.length === 0 ? undefined : await sign(secret, body.toString()),
    ...headers,
  };
  const given = Object.entries(all).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return fetch(url + webhookPath, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: given,
  });
}

function schemaOf(status: number): string {
  if (status === 202) return 'Accepted';
  return status === 200 ? 'Settled' : 'Error';
}

describe('the webhook listener', () => {
  const servers: PublicServer[] = [];
  let received: Delivery[] = [];

  const ports: WebhookPorts<Intent> = {
    findRepository: async (name) =>
      name === 'Codertocat/Hello-World' ? { id: 'r1', webhookSecret: secret } : undefined,
    interpret: (event) =>
      event === 'push'
        ? { kind: 'accept' }
        : { kind: 'ignore', reason: `${event} has no meaning here` },
    async acceptDelivery(delivery): Promise<DeliveryReceipt> {
      const again = received.some((known) => known.deliveryId === delivery.deliveryId);
      received.push(delivery);
      if (delivery.intent.kind === 'ignore')
        return { status: 'ignored', reason: delivery.intent.reason, correlationId };
      return { status: again ? 'duplicate' : 'accepted', correlationId };
    },
  };

  async function start(options: Partial<PublicServerOptions<Intent>> = {}): Promise<string> {
    const server = createPublicServer({
      ports,
      telemetry: createTelemetry(new Registry()),
      ...options,
    });
    servers.push(server);
    return (await server.listen({ host: '127.0.0.1', port: 0 })).url;
  }

  beforeEach(() => {
    received = [];
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  it('records a real push of GitHub and answers before any work', async () => {
    const url = await start();
    const body = JSON.stringify(push);
    const answer = await post(url, body);
    expect(answer.status).to.equal(202);
    expect(await answer.json()).to.deep.equal({
      status: 'accepted',
      correlation_id: correlationId,
    });
    expect(received).to.deep.equal([
      {
        repositoryId: 'r1',
        deliveryId,
        event: 'push',
        payload: push,
        rawSize: Buffer.byteLength(body),
        intent: { kind: 'accept' },
      },
    ]);
  });

  it('says of a duplicate and of an ignored event why nothing is done', async () => {
    const url = await start();
    await post(url, JSON.stringify(push));
    const again = await post(url, JSON.stringify(push));
    expect([again.status, await again.json()]).to.deep.equal([
      200,
      {
        status: 'duplicate',
        reason: 'this delivery was recorded before',
        correlation_id: correlationId,
      },
    ]);
    const ignored = await post(url, JSON.stringify(push), {
      'x-github-event': 'star',
      'x-github-delivery': 'other-1',
    });
    expect([ignored.status, await ignored.json()]).to.deep.equal([
      200,
      { status: 'ignored', reason: 'star has no meaning here', correlation_id: correlationId },
    ]);
  });

  it('takes every example payload of GitHub that names the repository, whatever its event', async () => {
    const url = await start();
    let taken = 0;
    for (const { name, examples: payloads } of examples) {
      const [payload = {}] = payloads;
      const named = { ...payload, repository: push['repository'] };
      const answer = await post(url, JSON.stringify(named), {
        'x-github-event': name,
        'x-github-delivery': `example-${taken}`,
      });
      expect(answer.status, name).to.be.oneOf([200, 202]);
      taken += 1;
    }
    expect(taken).to.be.greaterThan(40);
  });

  it('verifies the raw bytes, not what they decode to', async () => {
    const url = await start();
    const text = JSON.stringify(push);
    const bytes = Buffer.from(text.replace('"ref"', '"\u{fffd}ref"'));
    const signature = await sign(secret, bytes.toString());
    const differing = Buffer.from(text.replace('"ref"', '"@ref"'));
    differing[differing.indexOf('@')] = 0xff;
    // Both decode to the same text, since 0xff is no UTF-8: only the bytes tell them apart.
    expect(differing.toString()).to.equal(bytes.toString());
    expect((await post(url, differing, { 'x-hub-signature-256': signature })).status).to.equal(401);
    expect((await post(url, bytes, { 'x-hub-signature-256': signature })).status).to.equal(202);
  });

  it('refuses everything unverified alike: status, body and headers', async () => {
    const url = await start();
    const body = JSON.stringify(push);
    const unknown = JSON.stringify({ ...push, repository: { full_name: 'someone/else' } });
    const nameless = JSON.stringify({ ...push, repository: undefined });
    const signed = async (text: string): Promise<Record<string, string>> => ({
      'x-hub-signature-256': await sign(secret, text),
    });
    const attempts: [string, string, Record<string, string | undefined>][] = [
      ['bad signature', body, { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }],
      ['another secret', body, { 'x-hub-signature-256': await sign('other', body) }],
      ['signature of other bytes', body, await signed(`${body} `)],
      [
        'signature without its prefix',
        body,
        { 'x-hub-signature-256': (await sign(secret, body)).slice(7) },
      ],
      [
        'truncated signature',
        body,
        { 'x-hub-signature-256': (await sign(secret, body)).slice(0, -2) },
      ],
      ['no signature', body, { 'x-hub-signature-256': undefined }],
      ['unknown repository', unknown, await signed(unknown)],
      ['no repository', nameless, await signed(nameless)],
      ['malformed JSON', '{"repository": canary', await signed('{"repository": canary')],
      ['nothing', '', {}],
      ['a JSON scalar', '"canary"', await signed('"canary"')],
      [
        'a strange name',
        '{"repository":{"full_name":"../../etc"}}',
        await signed('{"repository":{"full_name":"../../etc"}}'),
      ],
      [
        'no event, no delivery',
        unknown,
        { ...(await signed(unknown)), 'x-github-event': undefined, 'x-github-delivery': undefined },
      ],
    ];
    const seen = new Set<string>();
    for (const [name, text, headers] of attempts) {
      const answer = await post(url, text, headers);
      const answered = await answer.text();
      expect(answer.status, name).to.equal(401);
      expect(answered, name).not.to.contain('canary');
      const kept = [...answer.headers].filter(([key]) => key !== 'date');
      seen.add(JSON.stringify([answered, kept]));
    }
    expect([...seen]).to.have.length(1);
    expect(received).to.deep.equal([]);
  });

  it('reads the delivery headers of verified deliveries alone', async () => {
    const url = await start();
    const body = JSON.stringify(push);
    for (const headers of [
      { 'x-github-event': undefined },
      { 'x-github-event': 'Push; drop' },
      { 'x-github-delivery': undefined },
      { 'x-github-delivery': 'a'.repeat(65) },
      { 'x-github-delivery': 'a b' },
    ]) {
      const answer = await post(url, body, headers);
      expect([answer.status, (await bodyOf(answer)).code]).to.deep.equal([400, 'CK-API-002']);
      const unverified = await post(url, body, { ...headers, 'x-hub-signature-256': undefined });
      expect(unverified.status).to.equal(401);
    }
    expect(received).to.deep.equal([]);
  });

  it('bounds the body', async () => {
    const url = await start({ bodyLimit: 20_000 });
    const body = JSON.stringify({ ...push, padding: 'x'.repeat(30_000) });
    const answer = await post(url, body);
    expect([answer.status, (await bodyOf(answer)).code]).to.deep.equal([413, 'CK-API-003']);
    expect((await post(url, JSON.stringify(push))).status).to.equal(202);
  });

  it('takes JSON alone, and says so', async () => {
    const url = await start();
    const form = await post(url, `payload=${encodeURIComponent(JSON.stringify(push))}`, {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(form.status).to.equal(415);
    expect((await bodyOf(form)).hint).to.contain('application/json');
    expect((await post(url, Buffer.from('x'), { 'content-type': undefined })).status).to.equal(415);
    const charset = await post(url, JSON.stringify(push), {
      'content-type': 'application/json; charset=utf-8',
    });
    expect(charset.status).to.equal(202);
  });

  it('has nothing else', async () => {
    const url = await start();
    for (const [method, path] of [
      ['GET', webhookPath],
      ['HEAD', webhookPath],
      ['PUT', webhookPath],
      ['OPTIONS', webhookPath],
      ['POST', `${webhookPath}/`],
      ['POST', '/api/v1/webhooks/gitlab'],
      ['GET', '/'],
      ['GET', '/healthz'],
      ['GET', '/metrics'],
      ['GET', '/%'],
      ['POST', '/api/v1/staff/environments'],
    ] as const) {
      const answer = await fetch(url + path, {
        method,
        ...(method === 'POST' ? { body: 'x' } : {}),
      });
      expect(answer.status, `${method} ${path}`).to.equal(404);
      expect(await answer.text(), path).to.equal(
        method === 'HEAD' ? '' : '{"code":"CK-API-007","message":"There is nothing here"}',
      );
      expect(answer.headers.get('server') ?? answer.headers.get('x-powered-by')).to.equal(null);
    }
  });

  it('tells the sender to come again when a delivery cannot be recorded, and keeps the cause to itself', async () => {
    const errors: unknown[] = [];
    const url = await start({
      ports: { ...ports, acceptDelivery: () => Promise.reject(new Error('password=canary')) },
      onError: (error) => errors.push(error),
    });
    const answer = await post(url, JSON.stringify(push));
    const text = await answer.text();
    expect([answer.status, answer.headers.get('retry-after')]).to.deep.equal([503, '5']);
    expect(text).to.contain('CK-API-006').and.not.to.contain('canary');
    expect(errors).to.have.length(1);
  });

  it('answers in time when recording hangs, and sheds what exceeds its bound', async () => {
    let release: (() => void) | undefined;
    const hanging = new Promise<void>((resolve) => (release = resolve));
    const url = await start({
      ports: {
        ...ports,
        acceptDelivery: async () => hanging.then(() => ({ status: 'accepted', correlationId })),
      },
      maxInFlight: 1,
      answerWithinMs: 50,
    });
    const first = await post(url, JSON.stringify(push));
    expect([first.status, (await bodyOf(first)).code]).to.deep.equal([503, 'CK-API-006']);
    const second = await post(url, JSON.stringify(push));
    expect([second.status, (await bodyOf(second)).code]).to.deep.equal([503, 'CK-API-005']);
    release?.();
    expect((await post(url, JSON.stringify(push))).status).to.equal(202);
  });

  it('answers what is in flight before it closes', async () => {
    let release: (() => void) | undefined;
    let reached: (() => void) | undefined;
    const arrived = new Promise<void>((resolve) => (reached = resolve));
    const hanging = new Promise<void>((resolve) => (release = resolve));
    const url = await start({
      ports: {
        ...ports,
        async acceptDelivery() {
          reached?.();
          await hanging;
          return { status: 'accepted', correlationId };
        },
      },
    });
    const answer = post(url, JSON.stringify(push));
    await arrived;
    const closing = servers[0]?.close();
    release?.();
    expect((await answer).status).to.equal(202);
    await closing;
    const refused = await fetch(url, { method: 'POST' }).catch((error: Error) => error);
    expect(refused).to.be.instanceOf(Error);
  });

  it('survives bytes that are not HTTP', async () => {
    const url = await start();
    const { port } = new URL(url);
    const text = await new Promise<string>((resolve, reject) => {
      let heard = '';
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write('\u0016\u0003\u0001 canary\r\n\r\n'),
      );
      socket.on('data', (chunk) => (heard += chunk.toString()));
      socket.on('close', () => resolve(heard));
      socket.on('error', reject);
    });
    expect(text)
      .to.match(/^HTTP\/1\.1 400 /)
      .and.not.to.contain('canary');
    expect((await post(url, JSON.stringify(push))).status).to.equal(202);
  });

  it('keeps the contract in every answer', async () => {
    const contractFile = new URL(
      '../openapi/webhook.openapi.yaml',
      import.meta.resolve('@codex-k8s/schema'),
    );
    const contract: Record<string, unknown> = parse(await readFile(contractFile, 'utf8'));
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    ajv.addSchema({ $id: 'contract', ...contract });
    const url = await start();
    const body = JSON.stringify(push);
    const answers = [
      await post(url, body),
      await post(url, body),
      await post(url, body, { 'x-hub-signature-256': undefined }),
      await post(url, body, { 'x-github-event': undefined }),
      await post(url, body, { 'content-type': 'text/xml' }),
    ];
    for (const answer of answers) {
      const validate = ajv.getSchema(`contract#/components/schemas/${schemaOf(answer.status)}`);
      expect(
        validate?.(await answer.json()),
        `${answer.status} ${ajv.errorsText(validate?.errors)}`,
      ).to.equal(true);
    }
    expect(answers.map(({ status }) => status)).to.deep.equal([202, 200, 401, 400, 415]);
  });
});
