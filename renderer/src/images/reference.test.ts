import { expect } from 'chai';
import { lockKey, parseReference, printReference } from './reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('an image reference', () => {
  const cases: [text: string, key: string, pinned: string][] = [
    ['nginx', 'docker.io/library/nginx:latest', `nginx:latest@${digest}`],
    ['nginx:1.29', 'docker.io/library/nginx:1.29', `nginx:1.29@${digest}`],
    ['bitnami/redis:8', 'docker.io/bitnami/redis:8', `bitnami/redis:8@${digest}`],
    ['docker.io/nginx:1', 'docker.io/library/nginx:1', `docker.io/nginx:1@${digest}`],
    [
      'docker.io/library/nginx:1',
      'docker.io/library/nginx:1',
      `docker.io/library/nginx:1@${digest}`,
    ],
    ['ghcr.io/a/b/c:v1', 'ghcr.io/a/b/c:v1', `ghcr.io/a/b/c:v1@${digest}`],
    ['localhost/a:1', 'localhost/a:1', `localhost/a:1@${digest}`],
    ['registry:5000/a', 'registry:5000/a:latest', `registry:5000/a:latest@${digest}`],
  ];
  for (const [text, key, pinned] of cases)
    it(`is known to the lock by its whole name: ${text}`, () => {
      const reference = parseReference(text);
      if (reference === undefined) throw new Error(text);
      expect(lockKey(reference)).to.equal(key);
      expect(printReference(reference)).to.equal(text);
      expect(printReference(reference, digest)).to.equal(pinned);
    });

  it('keeps a digest of its own, with or without a tag', () => {
    for (const text of [`nginx@${digest}`, `nginx:1@${digest}`]) {
      const reference = parseReference(text);
      if (reference === undefined) throw new Error(text);
      expect(reference.digest).to.equal(digest);
      expect(printReference(reference)).to.equal(text);
    }
  });

  it('is nothing else', () => {
    for (const text of [
      '',
      'nginx:',
      'Nginx',
      'a b',
      'nginx@sha256:1',
      'https://ghcr.io/a',
      'a:b:c',
    ])
      expect(parseReference(text), text).to.equal(undefined);
  });
});
