import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Diagnostic, ExecutionPlan, ServiceStack } from './generated/index.ts';
import { schemas } from './schemas.ts';

/** One violation of a schema. */
export interface SchemaViolation {
  /** Where in the value, from the root. */
  path: string[];
  /** JSON Schema keyword that failed, such as `required` or `additionalProperties`. */
  keyword: string;
  /** What the keyword says about the failure (`missingProperty`, `allowedValues`, …). */
  params: Readonly<Record<string, unknown>>;
  message: string;
}

/** The value with its type, or everything that is wrong with it. */
export type Validation<T> = { ok: true; value: T } | { ok: false; errors: SchemaViolation[] };

/** Definitions of services.schema.json that can be validated on their own. */
export type ServicesPart =
  | 'environment'
  | 'image'
  | 'infrastructureUnit'
  | 'orchestration'
  | 'serviceUnit'
  | 'spec'
  | 'variable';

/** Validates a parsed plan.json. */
export function validateExecutionPlan(value: unknown): Validation<ExecutionPlan> {
  return validate(schemas.executionPlan.$id, value);
}

/** Validates a parsed services.yaml whose imports and components are already merged. */
export function validateServiceStack(value: unknown): Validation<ServiceStack> {
  return validate(schemas.services.$id, value);
}

/** Validates one part of a services.yaml, such as a service after its templates are executed. */
export function validateServicesPart(part: ServicesPart, value: unknown): Validation<unknown> {
  return validate(`${schemas.services.$id}#/$defs/${part}`, value);
}

export function validateDiagnostic(value: unknown): Validation<Diagnostic> {
  return validate(schemas.diagnostic.$id, value);
}

/** How the schemas are meant to be compiled. */
export const ajvOptions = {
  allErrors: true,
  allowUnionTypes: true,
  strictRequired: false,
} as const;

let shared: Ajv2020 | undefined;

function compiled<T>(id: string): ValidateFunction<T> {
  // Compiling takes milliseconds: it happens once, and only for what is used. That the schemas are
  // valid themselves is a matter of the tests.
  shared ??= new Ajv2020({ ...ajvOptions, validateSchema: false, schemas: Object.values(schemas) });
  const validator = shared.getSchema<T>(id);
  if (validator === undefined) throw new Error(`no schema ${id}`);
  return validator;
}

function validate<T>(id: string, value: unknown): Validation<T> {
  const validator = compiled<T>(id);
  if (validator(value)) return { ok: true, value };
  return { ok: false, errors: (validator.errors ?? []).map(toViolation) };
}

function toViolation(error: ErrorObject): SchemaViolation {
  const path = error.instancePath.split('/').slice(1);
  return {
    path: path.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')),
    keyword: error.keyword,
    params: error.params,
    message: error.message ?? error.keyword,
  };
}
