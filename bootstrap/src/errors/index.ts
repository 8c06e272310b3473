export { BootstrapError, type ErrorData } from './bootstrap-error.ts';
export { codes, type ErrorCode } from './codes.ts';
