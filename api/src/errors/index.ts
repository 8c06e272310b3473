export { ApiError, errorBody, type ErrorBody } from './api-error.ts';
export { apiCodes, type ApiCode } from './codes.ts';
