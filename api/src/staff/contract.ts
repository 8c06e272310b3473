import type { FastifyInstance } from 'fastify';
import { Ajv2020, type AnySchemaObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { ApiError } from '../errors/index.ts';

/** The OpenAPI document that the staff routes are made from. */
export const staffContract = new URL(
  '../openapi/staff.openapi.yaml',
  import.meta.resolve('@codex-k8s/schema'),
);

/**
 * Validates requests and answers of a fastify scope against the schemas of its routes. Fastify by itself
 * would only serialise an answer: a wrong type would be coerced and an unknown field dropped in silence.
 */
export function enforceContract(scope: FastifyInstance): void {
  const bodies = createAjv({ coerceTypes: false });
  const parameters = createAjv({ coerceTypes: 'array', useDefaults: true });
  const answers = createAjv({ coerceTypes: false });

  scope.setValidatorCompiler<AnySchemaObject>(({ schema, httpPart }) => {
    const ajv = httpPart === 'body' ? bodies : parameters;
    const validator = lazily(() => ajv.compile(withoutId(schema)));
    return (value: unknown) => {
      const validate = validator();
      return validate(value)
        ? { value }
        : { error: violation(ajv, validate, httpPart ?? 'request') };
    };
  });
  scope.setSerializerCompiler<AnySchemaObject>(({ schema, method, url, httpStatus }) => {
    const validator = lazily(() => answers.compile(withoutId(schema)));
    return (answer) => {
      const validate = validator();
      if (validate(answer)) return JSON.stringify(answer);
      const { message } = violation(answers, validate, 'answer');
      throw new ApiError(
        'CK-API-016',
        `the ${httpStatus} answer of ${method} ${url} breaks the contract: ${message}`,
      );
    };
  });
}

const violation = (ajv: Ajv2020, { errors }: ValidateFunction, dataVar: string): Error =>
  new Error(ajv.errorsText(errors, { dataVar }));

// Compiling a schema takes milliseconds: a listener would open a quarter of a second later for all of them.
function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function createAjv(options: { coerceTypes: boolean | 'array'; useDefaults?: boolean }): Ajv2020 {
  // Not strict: OpenAPI's own keywords (`example`, `examples`) stand beside JSON Schema's.
  const ajv = new Ajv2020({ strict: false, ...options });
  addFormats.default(ajv);
  return ajv;
}

// The OpenAPI plugin gives every schema the same `$id`, which Ajv would refuse from the second on.
function withoutId(schema: AnySchemaObject): AnySchemaObject {
  const copy = { ...schema };
  delete copy['$id'];
  return copy;
}
