import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { schemas } from './schemas.ts';

/** How the schemas are meant to be compiled. */
export const ajvOptions = {
  allErrors: true,
  allowUnionTypes: true,
  strictRequired: false,
} as const;

let shared: Ajv2020 | undefined;

/**
 * The validator of a schema or of one of its definitions. Packages hold validators that were compiled
 * when they were packed, in place of this module: see `tools/package/validators.ts`.
 */
export function compiled<T>(id: string): ValidateFunction<T> {
  // Compiling takes milliseconds: it happens once, and only for what is used. That the schemas are
  // valid themselves is a matter of the tests.
  shared ??= new Ajv2020({ ...ajvOptions, validateSchema: false, schemas: Object.values(schemas) });
  const validator = shared.getSchema<T>(id);
  if (validator === undefined) throw new Error(`no schema ${id}`);
  return validator;
}
