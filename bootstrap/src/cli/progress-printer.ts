import type { OnProgress } from '../progress.ts';

/** Prints each new line of progress once, with the seconds since the start. */
export function progressPrinter(tell: (line: string) => void): OnProgress {
  const began = performance.now();
  let last = '';
  return ({ message }) => {
    if (message === last) return;
    last = message;
    tell(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${message}`);
  };
}
