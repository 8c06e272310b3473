export { checkPart } from './part.ts';
export { reportViolations } from './violations.ts';
