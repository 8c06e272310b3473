export { functionNames as knownFunctions } from './functions.ts';
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
export { tokenize, type Token } from './lexer.ts';
export type { TemplateError } from './template-error.ts';
