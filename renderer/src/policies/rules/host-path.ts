import { fieldsOf, isFields, textOf, type Fields } from '../../yaml/index.ts';
import { volumesOf } from '../pods.ts';
import type { Policy, PolicyViolation } from '../policy.ts';

/** A pod on the disk of its node: it sees what others write there, and stays on that node. */
export const hostPath: Policy = {
  name: 'host-path',
  severity: { dev: 'warning', slot: 'error', staging: 'error', production: 'error' },
  check({ kind, value, pod }) {
    if (kind === 'PersistentVolume') return persistentVolume(value);
    if (pod === undefined) return [];
    return volumesOf(pod).flatMap(({ path, name, value: volume }) => {
      const source = volume['hostPath'];
      if (!isFields(source)) return [];
      const message = `volume ${name} is ${textOf(source['path']) ?? 'a path'} of the node`;
      return [{ path: [...path, 'hostPath', 'path'], message }];
    });
  },
};

function persistentVolume(value: Fields): PolicyViolation[] {
  const spec = fieldsOf(value['spec']);
  const source = spec['hostPath'];
  if (!isFields(source)) return [];
  const message = `it is ${textOf(source['path']) ?? 'a path'} of the node`;
  return [{ path: ['spec', 'hostPath', 'path'], message }];
}
