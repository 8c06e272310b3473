import { digest } from './digest.ts';

/** sha256 (hex) of a text. */
export function sha256(text: string): string {
  return digest('sha256', text);
}
