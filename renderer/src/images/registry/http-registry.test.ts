import { expect } from 'chai';
import { parseReference } from '../reference.ts';
import {
  startTestRegistry,
  type TestRegistry,
  type TestRegistryOptions,
} from '../testing/index.ts';
import { parseChallenge } from './challenge.ts';
import { CredentialsError, parseDockerConfig } from './credentials.ts';
import { createHttpRegistry, type HttpRegistryOptions } from './http-registry.ts';
import { RegistryError } from './registry-client.ts';

const alice = { username: 'alice', password: 'pass:word' };
const dockerConfig = (host: string, { username, password } = alice): string =>
  JSON.stringify({
    auths: { [host]: { auth: Buffer.from(`${username}:${password}`).toString('base64') } },
  });

describe('a registry over HTTP', () => {
  const registries: TestRegistry[] = [];
  afterEach(async () => {
    await Promise.all(registries.splice(0).map((registry) => registry.close()));
  });

  async function start(options: TestRegistryOptions = {}): Promise<TestRegistry> {
    const registry = await startTestRegistry(options);
    registries.push(registry);
    return registry;
  }

  async function resolve(
    host: string,
    path: string,
    options: HttpRegistryOptions = {},
  ): Promise<string> {
    const reference = parseReference(`${host}/${path}`);
    if (reference === undefined) throw new Error(path);
    return createHttpRegistry({ retryDelayMs: 1, ...options }).resolve(reference);
  }

  async function failureOf(work: Promise<unknown>): Promise<RegistryError> {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error instanceof RegistryError) return error;
    throw new Error(`expected a RegistryError, got ${String(error)}`);
  }

  it('tells the digest that a tag stands for, by HEAD alone', async () => {
    const registry = await start();
    const digest = await registry.push('library/nginx', '1.29', 'one');
    await registry.push('library/nginx', '1.30', 'two');
    registry.requests.length = 0;
    expect(await resolve(registry.host, 'library/nginx:1.29')).to.equal(digest);
    expect(registry.requests).to.deep.equal(['HEAD /v2/library/nginx/manifests/1.29 200']);
    const moved = await registry.push('library/nginx', '1.29', 'moved');
    expect(await resolve(registry.host, 'library/nginx:1.29')).to.equal(moved);
  });

  it('computes the digest itself where the registry does not tell it', async () => {
    const registry = await start({ hidesDigest: true });
    const digest = await registry.push('a/b', 'latest', 'one');
    expect(await resolve(registry.host, 'a/b')).to.equal(digest);
  });

  it('believes no digest that the body does not have', async () => {
    const registry = await start({ lies: true });
    await registry.push('a/b', '1', 'one');
    const error = await failureOf(resolve(registry.host, 'a/b:1'));
    expect(error.failure).to.equal('invalid');
    expect(error.message).to.match(/says that a\/b:1 is sha256:.*, and sends sha256:/);
  });

  it('gets a token for public images without credentials, once for each repository', async () => {
    const registry = await start({ access: { kind: 'token', ...alice, isPublic: true } });
    const digest = await registry.push('a/b', '1', 'one');
    await registry.push('a/b', '2', 'two');
    registry.requests.length = 0;
    const client = createHttpRegistry();
    const [one, two] = [
      parseReference(`${registry.host}/a/b:1`),
      parseReference(`${registry.host}/a/b:2`),
    ];
    if (one === undefined || two === undefined) throw new Error('unexpected');
    expect(await client.resolve(one)).to.equal(digest);
    await client.resolve(two);
    expect(registry.requests.map((line) => line.replace(/\?\S*/, ''))).to.deep.equal([
      'HEAD /v2/a/b/manifests/1 401',
      'GET /token 200',
      'HEAD /v2/a/b/manifests/1 200',
      'HEAD /v2/a/b/manifests/2 200',
    ]);
  });

  it('uses credentials that it is told, for a token or directly, and shows them to nobody', async () => {
    for (const access of [
      { kind: 'token', ...alice, isPublic: false },
      { kind: 'basic', ...alice },
    ] as const) {
      const registry = await start({ access });
      const digest = await registry.push('a/b', '1', 'one');
      const credentials = parseDockerConfig(dockerConfig(registry.host));
      expect(await resolve(registry.host, 'a/b:1', { credentials })).to.equal(digest);
      const wrong = parseDockerConfig(dockerConfig(registry.host, { ...alice, password: 'guess' }));
      const errors = [
        await failureOf(resolve(registry.host, 'a/b:1')),
        await failureOf(resolve(registry.host, 'a/b:1', { credentials: wrong })),
      ];
      expect(errors.map(({ failure }) => failure)).to.deep.equal(['refused', 'refused']);
      expect(errors.map(({ message }) => message).join()).not.to.contain('guess');
    }
  });

  it('tries again when it is told to wait or the registry stumbles, and says so in the end', async () => {
    const registry = await start();
    const digest = await registry.push('a/b', '1', 'one');
    registry.failNext(429, 2, { 'retry-after': '0' });
    expect(await resolve(registry.host, 'a/b:1')).to.equal(digest);
    registry.failNext(503, 1);
    expect(await resolve(registry.host, 'a/b:1')).to.equal(digest);
    registry.failNext(502, 3);
    const error = await failureOf(resolve(registry.host, 'a/b:1', { attempts: 3 }));
    expect([error.failure, error.message]).to.deep.equal([
      'unreachable',
      `${registry.host} answers 502`,
    ]);
    registry.requests.length = 0;
    await failureOf(resolve(registry.host, 'a/nothing:1'));
    expect(registry.requests).to.have.length(1);
  });

  it('gives up on a registry that does not answer', async () => {
    const silent = await start();
    silent.hang();
    const options = { timeoutMs: 50, attempts: 2 };
    const late = await failureOf(resolve(silent.host, 'a/b:1', options));
    expect([late.failure, late.message]).to.deep.equal([
      'unreachable',
      `${silent.host} does not answer in time`,
    ]);
    const gone = await startTestRegistry();
    const { host } = gone;
    await gone.close();
    const absent = await failureOf(resolve(host, 'a/b:1', options));
    expect(absent.failure).to.equal('unreachable');
    expect(absent.message).to.match(/does not answer/);
  });

  it('says when there is no such tag', async () => {
    const registry = await start();
    await registry.push('a/b', '1', 'one');
    const error = await failureOf(resolve(registry.host, 'a/b:2'));
    expect([error.failure, error.message]).to.deep.equal([
      'not-found',
      `${registry.host} has no image a/b:2`,
    ]);
  });

  it('speaks http to this machine and to registries named for it, and https to all others', async () => {
    const registry = await start();
    const digest = await registry.push('a/b', '1', 'one');
    const port = registry.host.replace(/.*:/, '');
    expect(await resolve(`localhost:${port}`, 'a/b:1')).to.equal(digest);
    const other = `[::1]:${port}`;
    expect(parseReference(`${other}/a/b:1`)).to.equal(undefined);
    const named = `registry.localhost:${port}`;
    const options = { attempts: 1, timeoutMs: 2000 };
    const error = await failureOf(resolve(named, 'a/b:1', options));
    expect(error.failure).to.equal('unreachable');
  });
});

describe('the challenge of a registry', () => {
  it('is read whatever its order, quotes and company', () => {
    const bearer = {
      scheme: 'bearer',
      realm: 'https://a/token',
      service: 'x, y',
      scope: 'r:a:pull',
    };
    for (const header of [
      'Bearer realm="https://a/token",service="x, y",scope="r:a:pull"',
      'bearer scope=r:a:pull, service="x\\, y" , realm="https://a/token"',
      'Basic realm="a", Bearer service="x, y",realm="https://a/token",scope="r:a:pull"',
    ])
      expect(parseChallenge(header), header).to.deep.equal(bearer);
    expect(parseChallenge('Basic realm="a"')).to.deep.equal({ scheme: 'basic' });
    expect(parseChallenge('Negotiate')).to.equal(undefined);
  });
});

describe('a docker config', () => {
  it('has credentials by registry, Docker Hub under its old names', () => {
    const find = parseDockerConfig(dockerConfig('https://index.docker.io/v1/'));
    expect(find('docker.io')).to.deep.equal(alice);
    expect(find('ghcr.io')).to.equal(undefined);
    const plain = parseDockerConfig(JSON.stringify({ auths: { 'ghcr.io': { ...alice } } }));
    expect(plain('ghcr.io')).to.deep.equal(alice);
  });

  it('that is none, or leaves them to a program, is refused without showing it', () => {
    for (const text of ['{"auths": secret}', '[]', '{"credsStore": "secret"}'])
      expect(() => parseDockerConfig(text))
        .to.throw(CredentialsError)
        .with.property('message')
        .that.does.not.contain('secret');
  });
});
