/**
 * TypeScript types of one OpenAPI document (`paths`, `operations`, `components`).
 *
 * @param file absolute location of the document
 */
export async function generateApiTypes(file: URL): Promise<string> {
  // Imported late: it needs the classic TypeScript compiler, which takes a second to load.
  const { default: openapiTypes, astToString } = await import('openapi-typescript');
  return astToString(await openapiTypes(file, { immutable: true }));
}
