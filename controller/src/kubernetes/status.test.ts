import { expect } from 'chai';
import { errorOfAnswer } from './status.ts';

function answer(
  status: number,
  body: unknown,
  more: { confidential?: boolean; retryAfter?: string } = {},
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const { confidential = false, retryAfter } = more;
  return errorOfAnswer({
    about: 'apply ConfigMap/shop/a',
    status,
    body: text,
    retryAfter,
    confidential,
  });
}

describe('an answer that is no success', () => {
  const kinds: [number, unknown, string, boolean][] = [
    [401, { reason: 'Unauthorized', message: 'no' }, 'unauthorized', false],
    [403, { reason: 'Forbidden', message: 'no' }, 'forbidden', false],
    [404, { reason: 'NotFound', message: 'no' }, 'not-found', false],
    [409, { reason: 'Conflict', message: 'no' }, 'conflict', false],
    [410, { reason: 'Expired', message: 'no' }, 'gone', true],
    [422, { reason: 'Invalid', message: 'no' }, 'invalid', false],
    [429, { reason: 'TooManyRequests', message: 'no' }, 'throttled', true],
    [400, { reason: 'BadRequest', message: 'no' }, 'rejected', false],
    [500, { reason: 'InternalError', message: 'failed calling webhook' }, 'unavailable', true],
    [
      500,
      { message: 'failed to create typed patch object: field not declared' },
      'rejected',
      false,
    ],
    [500, { message: 'etcdserver: request timed out' }, 'unavailable', true],
    [500, 'panic', 'unavailable', true],
    [503, 'apiserver is shutting down', 'unavailable', true],
    [504, { reason: 'Timeout', message: 'no' }, 'unavailable', true],
  ];
  for (const [status, body, kind, retryable] of kinds) {
    it(`${status} ${JSON.stringify(body)} is ${kind}`, () => {
      expect(answer(status, body)).to.include({ kind, retryable, status });
    });
  }

  it('says how long to wait, by header or by body', () => {
    expect(answer(429, {}, { retryAfter: '3' }).retryAfterMs).to.equal(3_000);
    expect(answer(429, { details: { retryAfterSeconds: 2 } }).retryAfterMs).to.equal(2_000);
    expect(answer(429, {}).retryAfterMs).to.equal(undefined);
  });

  it('names what it is about, and never quotes a whole page', () => {
    const error = answer(502, `<html>${'x'.repeat(5_000)}\n</html>`);
    expect(error.message).to.match(/^apply ConfigMap\/shop\/a: HTTP 502: <html>x+$/u);
    expect(error.message.length).to.be.below(300);
  });

  it('tells fields, not values, of a confidential object', () => {
    const causes = [
      { reason: 'FieldValueInvalid', field: 'data.password', message: 'Invalid value: "canary"' },
    ];
    const error = answer(
      422,
      { reason: 'Invalid', message: 'Invalid value: "canary"', details: { causes } },
      { confidential: true },
    );
    expect(error.message).to.contain('data.password');
    expect(JSON.stringify([error.message, error.data, error.causes])).not.to.contain('canary');
  });
});
