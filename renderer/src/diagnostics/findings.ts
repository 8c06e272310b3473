import type { Diagnostic } from '@codex-k8s/schema';
import { pathOf, type Place } from '../yaml/index.ts';
import { codes, type ProblemName } from './codes.ts';

export interface FindingDetails {
  /** In place of the general hint of the code. */
  hint?: string;
  /** In place of the severity of the code, where the environment decides it. */
  severity?: Diagnostic['severity'];
}

/** Collects what is found on the way: a render reports all of it, not only the first. */
export class Findings {
  readonly #found = new Map<string, Diagnostic>();
  #errors = 0;

  /**
   * Reports a problem.
   *
   * @param where a node or key of a document, a file, or nothing when the inputs are to blame
   */
  report(
    problem: ProblemName,
    where: Place | { file: string } | undefined,
    message: string,
    details: FindingDetails = {},
  ): void {
    const { code, severity, hint } = codes[problem];
    const diagnostic: Diagnostic = {
      code,
      severity: details.severity ?? severity,
      message,
      ...positionOf(where),
      hint: details.hint ?? hint,
    };
    this.add(diagnostic);
  }

  /** Takes over a finding that is described already. */
  add(diagnostic: Diagnostic): void {
    const { code, severity, message, file, line, column } = diagnostic;
    const key = JSON.stringify([code, file, line, column, message]);
    if (this.#found.has(key)) return;
    this.#found.set(key, diagnostic);
    if (severity === 'error') this.#errors += 1;
  }

  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  /** How many errors there are: a step compares before and after to know whether it went well. */
  get errors(): number {
    return this.#errors;
  }

  /** Everything found, in the order of files and places. */
  toDiagnostics(): Diagnostic[] {
    return [...this.#found.values()].toSorted(
      (a, b) =>
        compare(a.file ?? '', b.file ?? '') ||
        (a.line ?? 0) - (b.line ?? 0) ||
        (a.column ?? 0) - (b.column ?? 0) ||
        compare(a.code, b.code) ||
        compare(a.message, b.message),
    );
  }
}

function positionOf(where: Place | { file: string } | undefined): Partial<Diagnostic> {
  if (where === undefined) return {};
  if ('file' in where) return { file: where.file };
  const path = pathOf(where);
  return {
    file: where.source.file,
    ...where.source.locate(where.offset),
    ...(path === undefined || path === '' ? {} : { path }),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
