import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { WebhookPorts, WebhookRepository } from './ports.ts';

/** The HMAC of a body, 32 bytes; a parameter so that a test can count the work. */
export type Digest = (secret: string, body: Buffer) => Buffer;

export type Verification =
  | { kind: 'verified'; repository: WebhookRepository; payload: unknown }
  | { kind: 'refused' };

const refused: Verification = { kind: 'refused' };
const signaturePattern = /^sha256=([0-9a-f]{64})$/i;
const repositoryPattern = /^[\w.-]{1,100}(?:\/[\w.-]{1,100}){1,3}$/;
const noSignature = Buffer.alloc(32);

// As long as the secrets the platform makes; below SHA-256's block of 64 bytes the length costs nothing.
const unknownSecret = randomBytes(32).toString('hex');

export const hmacSha256: Digest = (secret, body) =>
  createHmac('sha256', secret).update(body).digest();

/**
 * Verifies a delivery against the secret of the repository that its payload names.
 *
 * Unknown repository, missing or wrong signature and malformed JSON end alike, after the same work:
 * one parse, one HMAC over the raw bytes, one comparison in constant time.
 */
export async function verifyDelivery(
  body: Buffer,
  signature: string | undefined,
  findRepository: WebhookPorts<unknown>['findRepository'],
  digest: Digest = hmacSha256,
): Promise<Verification> {
  const payload = parseJson(body);
  const name = repositoryName(payload);
  const repository = name === undefined ? undefined : await findRepository(name);
  const given = signaturePattern.exec(signature ?? '')?.[1];
  const expected = digest(repository?.webhookSecret ?? unknownSecret, body);
  const equal = timingSafeEqual(
    expected,
    given === undefined ? noSignature : Buffer.from(given, 'hex'),
  );
  return equal && given !== undefined && repository !== undefined
    ? { kind: 'verified', repository, payload }
    : refused;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** `repository.full_name`, when it can be the name of a repository at all. */
function repositoryName(payload: unknown): string | undefined {
  const name = property(property(payload, 'repository'), 'full_name');
  return typeof name === 'string' && repositoryPattern.test(name) ? name : undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
