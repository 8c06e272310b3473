import { expect } from 'chai';
import fc from 'fast-check';
import type { Value } from '../yaml/index.ts';
import { maskObject, toPrintable } from './masked.ts';
import { createMasking, isSecretName } from './masking.ts';
import { diffValues } from './diff-values.ts';

const masking = createMasking();
const shown = (object: { [key: string]: Value }): Value => toPrintable(maskObject(object, masking));

describe('secrets in a diff', () => {
  it('are hidden in Secrets, whatever they are called', () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'database', labels: { app: 'shop' } },
      type: 'Opaque',
      data: { user: 'YWRtaW4=' },
      stringData: { 'config.yaml': 'user: admin\n', empty: '' },
    };
    expect(shown(secret)).to.deep.equal({
      ...secret,
      data: { user: '***' },
      stringData: { 'config.yaml': '***', empty: '' },
    });
  });

  it('are hidden in variables whose names say so', () => {
    for (const name of [
      'PASSWORD',
      'DB_PASSWORD',
      'dbPassword',
      'API_TOKEN',
      'AWS_SECRET_ACCESS_KEY',
      'STRIPE_API_KEY',
      'JWT',
      'DJANGO_KEY',
      'SENTRY_DSN',
      'COOKIE_SALT',
    ])
      expect([name, isSecretName(name, 'variable')]).to.deep.equal([name, true]);
    for (const name of [
      'LOG_LEVEL',
      'DATABASE_HOST',
      'PASSWORD_FILE',
      'TOKEN_TTL_SECONDS',
      'SECRET_NAME',
      'KEYBOARD',
      'MONKEY',
      'AUTHOR',
      'PATH',
      'TOKENIZER_MODE',
    ])
      expect([name, isSecretName(name, 'variable')]).to.deep.equal([name, false]);
    for (const key of ['topologyKey', 'key', 'secretName', 'secretRef', 'tokenExpirationSeconds'])
      expect([key, isSecretName(key, 'key')]).to.deep.equal([key, false]);
  });

  it('are hidden inside of texts: files, commands, addresses', () => {
    const mask = (text: string) => createMasking(['hunter2!']).maskText(text);
    for (const [text, expected] of [
      ['postgres://shop:s3cr3t@db:5432/shop', 'postgres://shop:***@db:5432/shop'],
      ['DB_HOST=db\nDB_PASSWORD=s3cr3t\n', 'DB_HOST=db\nDB_PASSWORD=***\n'],
      ['log: debug\napiKey: "s3 cr3t"\n', 'log: debug\napiKey: ***\n'],
      ['{"user":"a","password":"s3\\"cr3t"}', '{"user":"a","password":***}'],
      ['curl -H "Authorization: Bearer s3cr3ts3cr3t"', 'curl -H "Authorization: Bearer ***"'],
      ['--token=s3cr3t --port=80', '--token=*** --port=80'],
      ['https://x.example/hook?token=s3cr3t&a=1', 'https://x.example/hook?token=***&a=1'],
      ['ghp_0123456789abcdefghij', '***'],
      ['it is hunter2! now', 'it is *** now'],
      ['-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n', '***\n'],
      ['PASSWORD=$(DB_PASSWORD) TOKEN=${TOKEN}', 'PASSWORD=$(DB_PASSWORD) TOKEN=${TOKEN}'],
      ['nginx:1.29-alpine', 'nginx:1.29-alpine'],
    ])
      expect(mask(text ?? '')).to.equal(expected);
  });

  it('are hidden below keys that say so; what only points at them is shown', () => {
    expect(
      shown({
        credentials: { login: 'a', pass: 1234, enabled: true, nested: [{ x: 'b' }] },
        tokens: ['a', 'b'],
        volumes: [{ secret: { secretName: 'db', items: [{ key: 'url', path: 'url' }] } }],
        env: [
          { name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
        ],
        imagePullSecrets: [{ name: 'registry' }],
      }),
    ).to.deep.equal({
      credentials: { login: '***', pass: '***', enabled: true, nested: [{ x: '***' }] },
      tokens: ['***', '***'],
      volumes: [{ secret: { secretName: 'db', items: [{ key: 'url', path: 'url' }] } }],
      env: [{ name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }],
      imagePullSecrets: [{ name: 'registry' }],
    });
  });

  it('are hidden behind a flag of a command', () => {
    expect(
      shown({ args: ['--user', 'shop', '--password', 's3cr3t', '--port', '80'] }),
    ).to.deep.equal({ args: ['--user', 'shop', '--password', '***', '--port', '80'] });
  });

  it('still say that they changed, and nothing more', () => {
    const env = (value: string) =>
      maskObject(
        {
          env: [
            { name: 'DB_PASSWORD', value },
            { name: 'A', value: 'b' },
          ],
        },
        masking,
      );
    expect(diffValues(env('one'), env('one'))).to.deep.equal([]);
    const [change, ...others] = diffValues(env('one'), env('two'));
    expect(others).to.deep.equal([]);
    expect(change).to.deep.include({
      path: 'env[DB_PASSWORD].value',
      change: 'changed',
      masked: true,
    });
    expect(change).not.to.have.any.keys('from', 'to');
    expect(JSON.stringify(change)).not.to.match(/one|two/);
  });

  it('never come out of a diff, wherever such a value stands', () => {
    const canary = 'c4n4ry-0f-th3-m1n3';
    const places: ((value: string) => { [key: string]: Value })[] = [
      (value) => ({ apiVersion: 'v1', kind: 'Secret', data: { a: value } }),
      (value) => ({ apiVersion: 'v1', kind: 'Secret', stringData: { a: { b: [value] } } }),
      (value) => ({ env: [{ name: 'API_TOKEN', value }] }),
      (value) => ({ env: [{ name: 'AUTH', value: { nested: [value] } }] }),
      (value) => ({ kind: 'ConfigMap', data: { 'db-password': value } }),
      (value) => ({ kind: 'ConfigMap', data: { '.env': `A=1\nDB_PASSWORD=${value}\n` } }),
      (value) => ({ kind: 'ConfigMap', data: { 'a.json': `{"token": "${value}"}` } }),
      (value) => ({ metadata: { annotations: { 'x/apiKey': value } } }),
      (value) => ({ args: ['--password', value] }),
      (value) => ({ command: ['sh', '-c', `TOKEN=${value} run`] }),
      (value) => ({ spec: { credentials: { login: { deep: [value] } } } }),
      (value) => ({ url: `amqp://user:${value}@mq/` }),
    ];
    const noise = fc.string({ unit: 'grapheme', maxLength: 10 });
    fc.assert(
      fc.property(fc.constantFrom(...places), noise, fc.boolean(), (place, other, isAdded) => {
        const before = isAdded ? {} : place(`other${other.replace(/\W/g, '')}`);
        const after = place(canary);
        for (const [a, b] of [
          [before, after],
          [after, before],
        ] as const) {
          const changes = diffValues(maskObject(a, masking), maskObject(b, masking));
          expect(JSON.stringify(changes)).not.to.include(canary);
          expect(changes.length).to.be.greaterThan(0);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
