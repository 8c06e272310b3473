import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** A random id with a time, signed: `<id>.<milliseconds, base 36>.<signature>`. */
export interface SignedToken {
  id: string;
  at: number;
}

/** Makes and reads signed tokens of one purpose; a token of another purpose or installation does not read. */
export interface TokenSigner {
  sign(at: number): string;
  /** The token, when its signature holds. */
  read(token: string): SignedToken | undefined;
  /** Some bytes that name the signer without telling its key. */
  readonly name: string;
}

const tokenPattern = /^([\w-]{24})\.([0-9a-z]{1,11})\.([\w-]{43})$/;

/** @param purpose keeps links and sessions apart, though both come from one install token */
export function createTokenSigner(installToken: string, purpose: string): TokenSigner {
  const key = Buffer.from(hkdfSync('sha256', installToken, '', `codex-k8s ${purpose}`, 32));
  const signatureOf = (text: string): string =>
    createHmac('sha256', key).update(text).digest('base64url');
  return {
    name: Buffer.from(signatureOf('name'), 'base64url').toString('hex').slice(0, 8),
    sign(at) {
      const text = `${randomBytes(18).toString('base64url')}.${at.toString(36)}`;
      return `${text}.${signatureOf(text)}`;
    },
    read(token) {
      const [, id, time, signature] = tokenPattern.exec(token) ?? [];
      if (id === undefined || time === undefined || signature === undefined) return undefined;
      // As text: several spellings decode to the same bytes, and a token has one.
      const given = Buffer.from(signature);
      const expected = Buffer.from(signatureOf(`${id}.${time}`));
      if (!timingSafeEqual(given, expected)) return undefined;
      return { id, at: Number.parseInt(time, 36) };
    },
  };
}

/** Whether a presented secret is the expected one, in constant time whatever their lengths. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(fixedLength(given), fixedLength(expected));
}

const fixedLength = (text: string): Buffer => createHmac('sha256', 'compare').update(text).digest();
