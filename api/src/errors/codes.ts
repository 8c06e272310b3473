/** Everything the edge answers or throws besides success: code → HTTP status, meaning, way out. */
export const apiCodes = {
  'CK-API-001': {
    status: 401,
    title: 'The delivery could not be verified',
    hint: 'the repository must be registered, and the webhook must sign with its secret',
  },
  'CK-API-002': {
    status: 400,
    title: 'X-GitHub-Event or X-GitHub-Delivery is missing or malformed',
    hint: 'send the headers that GitHub sends',
  },
  'CK-API-003': {
    status: 413,
    title: 'The body is too large',
    hint: 'deliveries above the limit are never recorded; push fewer commits at once',
  },
  'CK-API-004': {
    status: 415,
    title: 'The content type is not application/json',
    hint: 'set the content type of the webhook to application/json',
  },
  'CK-API-005': {
    status: 503,
    title: 'Too many deliveries are being recorded',
    hint: 'send the delivery again later; its id keeps it from being recorded twice',
  },
  'CK-API-006': {
    status: 503,
    title: 'The delivery could not be recorded',
    hint: 'send the delivery again later; its id keeps it from being recorded twice',
  },
  'CK-API-007': { status: 404, title: 'There is nothing here', hint: undefined },
  'CK-API-008': { status: 400, title: 'The request is not valid HTTP', hint: undefined },
  'CK-API-010': {
    status: 401,
    title: 'There is no session',
    hint: 'open the one-time link that `npm start` prints',
  },
  'CK-API-011': {
    status: 401,
    title: 'The link was used before, has expired, or is not from this installation',
    hint: 'start again: `npm start` prints a new one',
  },
  'CK-API-012': {
    status: 403,
    title: 'The Host header is not an address of this listener',
    hint: 'open the address that `npm start` prints; forwarded addresses must be allowed by name',
  },
  'CK-API-013': {
    status: 403,
    title: 'The request comes from another origin',
    hint: 'requests that change something come from the portal itself',
  },
  'CK-API-014': {
    status: 400,
    title: 'The request breaks the contract',
    hint: 'schema/openapi/staff.openapi.yaml describes every operation',
  },
  'CK-API-015': {
    status: 404,
    title: 'There is no such thing',
    hint: 'it may have been removed: read the list again',
  },
  'CK-API-016': {
    status: 500,
    title: 'The answer breaks the contract',
    hint: 'this is a defect of the platform; its log names the field',
  },
  'CK-API-017': {
    status: 500,
    title: 'The platform failed to answer',
    hint: 'its log has the cause',
  },
  'CK-API-018': {
    status: 503,
    title: 'Too many live streams are open',
    hint: 'close tabs of the portal that are not needed',
  },
  'CK-API-019': {
    status: 500,
    title: 'The private listener may bind to loopback addresses alone until sign-in exists',
    hint: 'use 127.0.0.1, ::1 or localhost, and forward the port by ssh where it is needed elsewhere',
  },
  'CK-API-020': {
    status: 500,
    title: 'The address cannot be listened on',
    hint: 'another process holds the port: stop it or choose another one',
  },
} as const satisfies Record<string, { status: number; title: string; hint: string | undefined }>;

export type ApiCode = keyof typeof apiCodes;
