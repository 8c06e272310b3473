import type { ErrorCode } from './codes.ts';

/** What an error says, as a plain value: storable, printable, without secrets. */
export interface ErrorData {
  code: ErrorCode;
  /** What happened, naming the object it happened to. */
  message: string;
  /** Where: paths and names a reader can look up. */
  where?: Record<string, string>;
  /** What to do next. */
  hint?: string;
}

/** The only error this package throws on purpose. */
export class BootstrapError extends Error {
  readonly data: ErrorData;

  constructor(data: ErrorData, options?: ErrorOptions) {
    super(data.message, options);
    this.name = 'BootstrapError';
    this.data = data;
  }
}
