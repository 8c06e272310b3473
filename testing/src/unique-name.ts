import { randomBytes } from 'node:crypto';

/** `<prefix>-<8 random characters>`: a valid DNS label when the prefix is one. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}
