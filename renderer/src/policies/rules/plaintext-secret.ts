import { fieldsOf } from '../../yaml/index.ts';
import type { Policy } from '../policy.ts';

/** A Secret with data: what is rendered is committed, and stays in the history for good. */
export const plaintextSecret: Policy = {
  name: 'plaintext-secret',
  severity: { dev: 'warning', slot: 'warning', staging: 'error', production: 'error' },
  check({ apiVersion, kind, value }) {
    if (kind !== 'Secret' || apiVersion !== 'v1') return [];
    const written = ['data', 'stringData'].flatMap((field) =>
      Object.entries(fieldsOf(value[field])).flatMap(([key, inner]) =>
        inner === null || inner === '' ? [] : [{ path: [field, key], key }],
      ),
    );
    const [first] = written;
    if (first === undefined) return [];
    // Names of keys only: values stay out of every output.
    const keys = written.map(({ key }) => key).join(', ');
    return [{ path: first.path, message: `its data stands in plain sight: ${keys}` }];
  },
};
