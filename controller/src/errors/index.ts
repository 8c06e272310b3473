export { CodexError, errorData } from './error-data.ts';
export type { ErrorData } from './error-data.ts';
