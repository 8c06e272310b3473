export type * from './generated/index.ts';
export { schemas } from './schemas.ts';
export {
  validateDiagnostic,
  validateExecutionPlan,
  validateServicesPart,
  validateServiceStack,
  type SchemaViolation,
  type ServicesPart,
  type Validation,
} from './validate.ts';
