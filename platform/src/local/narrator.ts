import { performance } from 'node:perf_hooks';

/** Tells a person on the terminal what happens, one line a step with its duration; all of it on stderr. */
export interface Narrator {
  /** A part that became ready, or a step that was done. */
  done(what: string, detail: string, milliseconds?: number): void;
  /** Something that goes on. */
  progress(what: string, detail: string): void;
  /** Something that went wrong, with the next step. */
  problem(what: string, detail: string, hint?: string): void;
  /** Free text. */
  text(lines: string): void;
}

/** A narrator on the given stream; colours only on a terminal and without NO_COLOR. */
export function createNarrator(
  stream: { write(text: string): unknown; isTTY?: boolean },
  options: { color: boolean },
): Narrator {
  const paint = (code: number, text: string): string =>
    options.color ? `\u001b[${code}m${text}\u001b[0m` : text;
  const line = (mark: string, what: string, detail: string, time: string): void => {
    stream.write(
      `${mark} ${what.padEnd(10)} ${detail}${time === '' ? '' : `  ${paint(2, time)}`}\n`,
    );
  };
  const told = new Map<string, { detail: string; at: number }>();
  return {
    done: (what, detail, milliseconds) =>
      line(paint(32, '✓'), what, detail, milliseconds === undefined ? '' : duration(milliseconds)),
    progress(what, detail) {
      // The same words twice within a few seconds help nobody.
      const before = told.get(what);
      const now = performance.now();
      if (before && before.detail === detail && now - before.at < 10_000) return;
      told.set(what, { detail, at: now });
      line(paint(36, '…'), what, detail, '');
    },
    problem(what, detail, hint) {
      line(paint(31, '✗'), what, detail, '');
      if (hint !== undefined) stream.write(`             → ${hint}\n`);
    },
    text: (lines) => void stream.write(`${lines}\n`),
  };
}

/** Milliseconds as a person reads them. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1) return '<1 ms';
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${Math.floor(milliseconds / 60_000)} min ${Math.round((milliseconds % 60_000) / 1000)} s`;
}
