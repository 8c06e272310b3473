import { hash } from 'node:crypto';

/** sha256 (hex) of a text. */
export function sha256(text: string): string {
  return hash('sha256', text);
}
