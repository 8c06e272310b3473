export { generateApiTypes } from './api-types.ts';
export { generateSchemaTypes } from './schema-types.ts';
