import { fieldsOf, type Fields } from '../../yaml/index.ts';
import type { Policy } from '../policy.ts';

/**
 * A container without a memory limit takes its neighbours down with it. A limit of the whole pod
 * counts too, and the default of a LimitRange in the stack; a CPU limit is not asked for, since it only slows down.
 */
export const missingLimits: Policy = {
  name: 'missing-limits',
  severity: { dev: 'off', slot: 'off', staging: 'warning', production: 'warning' },
  check({ pod }, { hasDefaultLimit }) {
    if (hasDefaultLimit || pod === undefined || hasMemoryLimit(pod.spec)) return [];
    return pod.containers.flatMap(({ name, path, value, isInit }) =>
      isInit || hasMemoryLimit(value)
        ? []
        : [
            {
              path: [...path, 'resources', 'limits', 'memory'],
              message: `container ${name} has no memory limit`,
            },
          ],
    );
  },
};

function hasMemoryLimit(value: Fields): boolean {
  return (fieldsOf(fieldsOf(value['resources'])['limits'])['memory'] ?? null) !== null;
}
