import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** A value as it is stored: the ciphertext ends with its authentication tag. */
export interface SealedValue {
  nonce: Buffer;
  ciphertext: Buffer;
}

/** Encrypts with AES-256-GCM under a random nonce; `context` is authenticated and must be given again to open. */
export function seal(key: Buffer, plaintext: string, context: string): SealedValue {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes }).setAAD(
    Buffer.from(context),
  );
  const ciphertext = Buffer.concat([
    cipher.update(plaintext, 'utf8'),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  return { nonce, ciphertext };
}

/** Decrypts; undefined when key, context or bytes are not the ones it was sealed with. */
export function open(key: Buffer, sealed: SealedValue, context: string): string | undefined {
  const { nonce, ciphertext } = sealed;
  if (nonce.length !== nonceBytes || ciphertext.length < tagBytes) return undefined;
  const body = ciphertext.subarray(0, -tagBytes);
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(context)).setAuthTag(ciphertext.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
