import { apiCodes, type ApiCode } from './codes.ts';

/** The body of every answer that is not a success. */
export interface ErrorBody {
  code: string;
  message: string;
  hint?: string;
}

/** An error of the edge; its body holds nothing that the caller may not see, its cause stays in the log. */
export class ApiError extends Error {
  readonly code: ApiCode;
  readonly status: number;

  /** @param detail what happened, naming the thing; the title of the code when left out */
  constructor(code: ApiCode, detail?: string, options?: ErrorOptions) {
    super(detail ?? apiCodes[code].title, options);
    this.name = 'ApiError';
    this.code = code;
    this.status = apiCodes[code].status;
  }

  get body(): ErrorBody {
    return errorBody(this.code, this.message);
  }
}

/** The body for a code, with its title as the message unless told. */
export function errorBody(code: ApiCode, message: string = apiCodes[code].title): ErrorBody {
  const { hint } = apiCodes[code];
  return hint === undefined ? { code, message } : { code, message, hint };
}
