import { fieldsOf, isFields, textOf } from '../fields.ts';
import { podOf, volumesOf } from '../pods.ts';
import type { Policy } from '../policy.ts';

/** A pod on the disk of its node: it sees what others write there, and stays on that node. */
export const hostPath: Policy = {
  name: 'host-path',
  severity: { dev: 'warning', slot: 'error', staging: 'error', production: 'error' },
  check(object) {
    if (object.kind === 'PersistentVolume') return persistentVolume(object.value);
    const pod = podOf(object);
    if (pod === undefined) return [];
    return volumesOf(pod).flatMap(({ path, name, value }) => {
      const source = value['hostPath'];
      if (!isFields(source)) return [];
      const message = `volume ${name} is ${textOf(source['path']) ?? 'a path'} of the node`;
      return [{ path: [...path, 'hostPath', 'path'], message }];
    });
  },
};

function persistentVolume(value: PolicyValue): ReturnType<Policy['check']> {
  const spec = fieldsOf(value['spec']);
  const source = spec['hostPath'];
  if (!isFields(source)) return [];
  const message = `it is ${textOf(source['path']) ?? 'a path'} of the node`;
  return [{ path: ['spec', 'hostPath', 'path'], message }];
}

type PolicyValue = Parameters<Policy['check']>[0]['value'];
