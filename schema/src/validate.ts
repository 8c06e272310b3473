import type { ErrorObject } from 'ajv/dist/2020.js';
import { compiled } from './compile.ts';
import type {
  Diagnostic,
  ExecutionPlan,
  ImagesLock,
  PromptContext,
  ServiceStack,
} from './generated/index.ts';
import { knownProperties } from './known-properties.ts';
import { schemas } from './schemas.ts';

/** One violation of a schema. */
export interface SchemaViolation {
  /** Where in the value, from the root. */
  path: string[];
  /** JSON Schema keyword that failed, such as `required` or `additionalProperties`. */
  keyword: string;
  /**
   * What the keyword says about the failure (`missingProperty`, `allowedValues`, …); with
   * `propertyName`, it is the name of that property that fails, not its value.
   */
  params: Readonly<Record<string, unknown>>;
  message: string;
  /** Of an unknown property: what would be known there. */
  known?: string[];
}

/** The value with its type, or everything that is wrong with it. */
export type Validation<T> = { ok: true; value: T } | { ok: false; errors: SchemaViolation[] };

/** Definitions of services.schema.json that can be validated on their own. */
export const servicesParts = [
  'environment',
  'image',
  'infrastructureUnit',
  'instanceScope',
  'orchestration',
  'secret',
  'serviceUnit',
  'spec',
  'variable',
] as const;
export type ServicesPart = (typeof servicesParts)[number];

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
  return validate(partId(part), value);
}

/** Id of a definition of services.schema.json. */
export function partId(part: ServicesPart): string {
  return `${schemas.services.$id}#/$defs/${part}`;
}

/** Validates a parsed images.lock. */
export function validateImagesLock(value: unknown): Validation<ImagesLock> {
  return validate(schemas.imagesLock.$id, value);
}

/** Validates what an agent is told about an environment. */
export function validatePromptContext(value: unknown): Validation<PromptContext> {
  return validate(schemas.promptContext.$id, value);
}

export function validateDiagnostic(value: unknown): Validation<Diagnostic> {
  return validate(schemas.diagnostic.$id, value);
}

function validate<T>(id: string, value: unknown): Validation<T> {
  const validator = compiled<T>(id);
  if (validator(value)) return { ok: true, value };
  return { ok: false, errors: (validator.errors ?? []).map((error) => toViolation(id, error)) };
}

function toViolation(id: string, error: ErrorObject): SchemaViolation {
  const parts = error.instancePath.split('/').slice(1);
  const path = parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return {
    path,
    ...(error.keyword === 'additionalProperties' ? { known: knownProperties(id, path) } : {}),
    keyword: error.keyword,
    params:
      error.propertyName === undefined
        ? error.params
        : { ...error.params, propertyName: error.propertyName },
    message: error.message ?? error.keyword,
  };
}
