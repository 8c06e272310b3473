import type { FastifyInstance } from 'fastify';
import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js';
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
    return (httpPart === 'body' ? bodies : parameters).compile(withoutId(schema));
  });
  scope.setSerializerCompiler<AnySchemaObject>(({ schema, method, url, httpStatus }) => {
    const validate = answers.compile(withoutId(schema));
    return (answer) => {
      if (!validate(answer)) {
        const problem = answers.errorsText(validate.errors, { dataVar: 'answer' });
        throw new ApiError(
          'CK-API-016',
          `the ${httpStatus} answer of ${method} ${url} breaks the contract: ${problem}`,
        );
      }
      return JSON.stringify(answer);
    };
  });
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
