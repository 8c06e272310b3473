/** Why a template has no result. Thrown inside this room, returned as a value outside of it. */
export class TemplateError extends Error {
  /** Index into the text of the template. */
  readonly offset: number;
  readonly kind: 'syntax' | 'execution' | 'limit' | 'undeclared';

  constructor(kind: TemplateError['kind'], offset: number, message: string) {
    super(message);
    this.kind = kind;
    this.offset = offset;
  }
}
