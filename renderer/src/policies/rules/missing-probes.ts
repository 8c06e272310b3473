import { isFields, listOf } from '../../yaml/index.ts';
import type { Policy } from '../policy.ts';

/** A container with ports gets traffic as soon as it starts, unless a probe says when it is ready. */
export const missingProbes: Policy = {
  name: 'missing-probes',
  severity: { dev: 'off', slot: 'off', staging: 'warning', production: 'warning' },
  check({ pod }) {
    if (pod === undefined || !pod.isLongRunning) return [];
    return pod.containers.flatMap(({ name, path, value, isInit }) =>
      isInit || listOf(value['ports']).length === 0 || isFields(value['readinessProbe'])
        ? []
        : [
            {
              path: [...path, 'readinessProbe'],
              message: `container ${name} has ports and no readiness probe`,
            },
          ],
    );
  },
};
