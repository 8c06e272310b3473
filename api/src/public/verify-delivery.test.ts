import { expect } from 'chai';
import { hmacSha256, verifyDelivery, type Digest } from './verify-delivery.ts';

const secret = 'f'.repeat(64);
const known = JSON.stringify({ repository: { full_name: 'local/shop' } });

const find = async (name: string) =>
  name === 'local/shop' ? { id: 'r1', webhookSecret: secret } : undefined;

async function work(body: string, signature: string | undefined) {
  const digests: number[] = [];
  const counted: Digest = (key, bytes) => {
    digests.push(key.length, bytes.byteLength);
    return hmacSha256(key, bytes);
  };
  const { kind } = await verifyDelivery(Buffer.from(body), signature, find, counted);
  return { kind, digests };
}

const signatureOf = (body: string): string =>
  `sha256=${hmacSha256(secret, Buffer.from(body)).toString('hex')}`;

describe('the verification of a delivery', () => {
  it('does the same work however a delivery fails: one HMAC over all its bytes with a key of the same length', async () => {
    const length = known.length;
    const padded = (text: string): string => text.padEnd(length);
    const unknown = padded(JSON.stringify({ repository: { full_name: 'local/x' } }));
    const failures: [string, string | undefined][] = [
      [known, signatureOf('other')],
      [known, undefined],
      [known, 'sha256=zz'],
      [unknown, signatureOf(unknown)],
      [padded('{"repository":{}}'), signatureOf(padded('{"repository":{}}'))],
      [padded('{"repository":'), signatureOf(padded('{"repository":'))],
    ];
    for (const [body, signature] of failures) {
      expect(await work(body, signature), body).to.deep.equal({
        kind: 'refused',
        digests: [secret.length, length],
      });
    }
    expect(await work(known, signatureOf(known))).to.deep.equal({
      kind: 'verified',
      digests: [secret.length, length],
    });
  });

  it('takes hexadecimal in either case, as a comparison of bytes does', async () => {
    const upper = signatureOf(known).toUpperCase().replace('SHA256=', 'sha256=');
    expect((await work(known, upper)).kind).to.equal('verified');
  });

  it('never accepts an unknown repository, even signed with an empty secret', async () => {
    const unknown = JSON.stringify({ repository: { full_name: 'local/x' } });
    const empty = `sha256=${hmacSha256('', Buffer.from(unknown)).toString('hex')}`;
    expect((await work(unknown, empty)).kind).to.equal('refused');
  });
});
