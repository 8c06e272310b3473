import { fieldsOf, listOf, textsOf, type Fields } from '../../yaml/index.ts';
import type { Policy, PolicyViolation } from '../policy.ts';

/** What containers may add without more rights than they have anyway. */
const harmlessCapabilities = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

/**
 * A pod that is as good as root on its node: the controls of the Pod Security Standard "baseline",
 * host paths aside, and privilege escalation where it is asked for.
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export const privileged: Policy = {
  name: 'privileged',
  severity: { dev: 'warning', slot: 'error', staging: 'error', production: 'error' },
  check({ pod }) {
    if (pod === undefined) return [];
    const { path, spec } = pod;
    const securityPath = [...path, 'securityContext'];
    return [
      ...['hostNetwork', 'hostPID', 'hostIPC']
        .filter((field) => spec[field] === true)
        .map((field) => ({
          path: [...path, field],
          message: `its pods share the ${field.slice(4)} namespace of the node (${field})`,
        })),
      ...unconfined(fieldsOf(spec['securityContext']), securityPath, 'its pods run'),
      ...pod.containers.flatMap((container) => [
        ...containerViolations(container),
        ...hostPorts(container),
      ]),
    ];
  },
};

interface Container {
  name: string;
  path: readonly (string | number)[];
  value: Fields;
}

function containerViolations({ name, path, value }: Container): PolicyViolation[] {
  const security = fieldsOf(value['securityContext']);
  const at = [...path, 'securityContext'];
  const found: PolicyViolation[] = unconfined(security, at, `container ${name} runs`);
  if (security['privileged'] === true)
    found.push({ path: [...at, 'privileged'], message: `container ${name} is privileged` });
  if (security['allowPrivilegeEscalation'] === true) {
    const message = `container ${name} may gain privileges (allowPrivilegeEscalation)`;
    found.push({ path: [...at, 'allowPrivilegeEscalation'], message });
  }
  if (security['procMount'] === 'Unmasked')
    found.push({ path: [...at, 'procMount'], message: `container ${name} sees all of /proc` });
  const capabilities = fieldsOf(security['capabilities']);
  for (const [index, capability] of textsOf(capabilities['add']).entries()) {
    if (harmlessCapabilities.has(capability)) continue;
    const message = `container ${name} adds the capability ${capability}`;
    found.push({ path: [...at, 'capabilities', 'add', index], message });
  }
  return found;
}

function unconfined(
  security: Fields,
  path: readonly (string | number)[],
  who: string,
): PolicyViolation[] {
  const found: PolicyViolation[] = [];
  for (const field of ['seccompProfile', 'appArmorProfile']) {
    if (fieldsOf(security[field])['type'] === 'Unconfined')
      found.push({ path: [...path, field, 'type'], message: `${who} unconfined (${field})` });
  }
  if (fieldsOf(security['windowsOptions'])['hostProcess'] === true)
    found.push({
      path: [...path, 'windowsOptions', 'hostProcess'],
      message: `${who} as a process of the node (hostProcess)`,
    });
  return found;
}

function hostPorts({ name, path, value }: Container): PolicyViolation[] {
  return listOf(value['ports']).flatMap((port, index) => {
    const hostPort = fieldsOf(port)['hostPort'];
    if (typeof hostPort !== 'number' || hostPort === 0) return [];
    const message = `container ${name} takes the port ${hostPort} of the node`;
    return [{ path: [...path, 'ports', index, 'hostPort'], message }];
  });
}
