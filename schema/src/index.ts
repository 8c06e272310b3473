export type * from './generated/index.ts';
export { reportSchemas } from './report-schemas.ts';
export { editorSchema } from './editor-schema.ts';
export { schemas } from './schemas.ts';
export { triggerKinds, type TriggerKind } from './trigger-kinds.ts';
export {
  validateDiagnostic,
  validateExecutionPlan,
  validateImagesLock,
  validatePromptContext,
  validateServicesPart,
  validateServiceStack,
  type SchemaViolation,
  type ServicesPart,
  type Validation,
} from './validate.ts';
