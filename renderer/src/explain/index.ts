export { explainField, type ExplainResult, type Question } from './explain-field.ts';
