/** What an error says, as a plain value: storable, printable, and without secrets. */
export interface ErrorData {
  /** A code of the package's table, for example `CK-STATE-001`. */
  code: string;
  /** What happened, naming the object it happened to. */
  message: string;
  /** Where: identifiers a reader can look up. */
  where?: Record<string, string>;
  /** What to do next. */
  hint?: string;
}

/** An error that carries its data; the only kind the controller throws on purpose. */
export class CodexError extends Error {
  readonly data: ErrorData;

  constructor(data: ErrorData, options?: ErrorOptions) {
    super(data.message, options);
    this.name = 'CodexError';
    this.data = data;
  }
}

/** The data of any thrown value; a value that is not ours becomes the given code. */
export function errorData(thrown: unknown, code = 'CK-INTERNAL-001'): ErrorData {
  if (thrown instanceof CodexError) return thrown.data;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code, message };
}
