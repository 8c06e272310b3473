export type { OutputPiece } from './execute.ts';
export { GoFloat, type GoMap, type GoValue } from './go-value.ts';
export { printValue } from './print-value.ts';
export {
  compileTemplate,
  evaluateTemplate,
  executeTemplate,
  hasTemplate,
  readsField,
  type Template,
  type TemplateContext,
  type TemplateOutcome,
} from './template.ts';
export type { TemplateError } from './template-error.ts';
