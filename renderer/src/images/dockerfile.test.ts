import { expect } from 'chai';
import fc from 'fast-check';
import { baseImages } from './dockerfile.ts';

const bases = (
  text: string,
  target?: string,
  args: Record<string, string> = {},
): string[] | undefined => baseImages(text, target, args)?.map(({ reference }) => reference);

describe('the base images of a Dockerfile', () => {
  it('are those of the stages that the target needs, and no others', () => {
    const text = `
# syntax=docker/dockerfile:1
FROM --platform=$BUILDPLATFORM node:26 AS Deps
RUN npm ci
from deps as build
COPY . .
FROM golang:1.26 AS unused
FROM nginx:1.29 AS run
COPY --from=build /app /app
COPY --chown=1 --from=busybox:1 /bin/sh /bin/sh
RUN --mount=type=cache,target=/x --mount=type=bind,from=tools:2,target=/t cp /t/a /a --from=not/this
`;
    expect(bases(text)).to.deep.equal(['node:26', 'nginx:1.29', 'busybox:1', 'tools:2']);
    expect(bases(text, 'build')).to.deep.equal(['node:26']);
    expect(bases(text, 'DEPS')).to.deep.equal(['node:26']);
    expect(bases(text, 'unused')).to.deep.equal(['golang:1.26']);
    expect(bases(text, '3')).to.deep.equal(['node:26', 'nginx:1.29', 'busybox:1', 'tools:2']);
    expect(bases(text, 'nope')).to.equal(undefined);
    expect(bases('RUN x\n')).to.equal(undefined);
    expect(bases('FROM scratch')).to.deep.equal([]);
  });

  it('have arguments filled in: defaults, given values, and what shells make of them', () => {
    const text =
      'ARG VERSION=26 VARIANT\nARG IMAGE="node:${VERSION}"\nFROM ${IMAGE}${VARIANT:+-$VARIANT} AS a\nARG VERSION=1\nFROM ${OTHER:-redis:8}\nCOPY --from=a / /\n';
    expect(bases(text)).to.deep.equal(['node:26', 'redis:8']);
    expect(bases(text, undefined, { VERSION: '24', VARIANT: 'alpine', OTHER: 'x' })).to.deep.equal([
      'node:24-alpine',
      'redis:8',
    ]);
    expect(bases('FROM a:$TAG')).to.deep.equal(['']);
  });

  it('stand at their place, over lines that go on, comments and Windows line ends', () => {
    const text =
      'FROM \\\r\n  # a comment\r\n  --platform=linux/amd64 \\\r\n  nginx:1 \\\r\n  AS web\r\nRUN <<EOF\r\nFROM no:1\r\nEOF\r\nCOPY \\\r\n  --from=busybox:2 / /\r\n';
    const found = baseImages(text, 'web', {}) ?? [];
    expect(
      found.map(({ written, offset }) => text.slice(offset, offset + written.length)),
    ).to.deep.equal(['nginx:1', 'busybox:2']);
    expect(bases('# escape=`\nFROM `\n nginx:1\nRUN a\\\nFROM redis:8\n')).to.deep.equal([
      'redis:8',
    ]);
  });

  it('never take long or fail, whatever the text', () => {
    const token = fc.constantFrom(
      'FROM ',
      'ARG ',
      'COPY ',
      'RUN ',
      '--from=',
      '--mount=',
      'a',
      'A=b',
      '${',
      '}',
      '$A',
      ':-',
      '\\\n',
      '\n',
      '<<E',
      '"',
      "'",
      ' ',
      '=',
      ',',
      '#',
      '0',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 60 }), (tokens) => {
        const text = tokens.join('');
        for (const { written, offset } of baseImages(text, undefined, { A: '$A' }) ?? [])
          expect(text.slice(offset, offset + written.length)).to.equal(written);
      }),
      { numRuns: 500 },
    );
  });
});
