import type { BoundedMap } from '../cache/index.ts';
import type { Findings, ProblemName } from '../diagnostics/index.ts';
import {
  compileTemplate,
  type Template,
  type TemplateError,
  type TemplateOutcome,
} from '../template/index.ts';
import type { Place } from '../yaml/index.ts';

const problemNames: Readonly<Record<TemplateError['kind'], ProblemName>> = {
  syntax: 'template-syntax',
  execution: 'template-failed',
  limit: 'template-limit',
  undeclared: 'undeclared-variable',
};

/** Compiles each template text once, and reports what is wrong with them. */
export class TemplateSet {
  readonly #compiled: BoundedMap<TemplateOutcome<Template>>;
  readonly #findings: Findings;

  constructor(compiled: BoundedMap<TemplateOutcome<Template>>, findings: Findings) {
    this.#compiled = compiled;
    this.#findings = findings;
  }

  compile(text: string): TemplateOutcome<Template> {
    const known = this.#compiled.get(text);
    if (known !== undefined) return known;
    const compiled = compileTemplate(text);
    this.#compiled.set(text, compiled, text.length * 20 + 500);
    return compiled;
  }

  report(error: Pick<TemplateError, 'kind' | 'message'>, place: Place): void {
    this.#findings.report(problemNames[error.kind], place, error.message);
  }
}
