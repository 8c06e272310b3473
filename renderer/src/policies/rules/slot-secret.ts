import { fieldsOf, listOf, textOf, textsOf } from '../../yaml/index.ts';
import { volumesOf } from '../pods.ts';
import type { Policy, PolicyObject, PolicyViolation } from '../policy.ts';

const reading = new Set(['get', 'list', 'watch', '*']);
/** Roles of every cluster that read the secrets of a namespace. */
const readingRoles = new Set(['admin', 'cluster-admin', 'edit']);

/**
 * In a slot, code runs that nobody has reviewed yet: it gets the secrets that are declared for
 * slots, and no rule lets it read others. Source: design §3.11.
 */
export const slotSecret: Policy = {
  name: 'slot-secret',
  severity: { dev: 'off', slot: 'error', staging: 'off', production: 'off' },
  check(object, { slotSecrets }) {
    if (slotSecrets === undefined) return [];
    return [...ruleViolations(object, slotSecrets), ...podViolations(object, slotSecrets)];
  },
};

function ruleViolations(
  { apiVersion, kind, value }: PolicyObject,
  allowed: ReadonlySet<string>,
): PolicyViolation[] {
  if (!apiVersion.startsWith('rbac.authorization.k8s.io/')) return [];
  if (kind.endsWith('RoleBinding')) return bindingViolations(fieldsOf(value['roleRef']));
  return listOf(value['rules']).flatMap((item, index) => {
    const rule = fieldsOf(item);
    const groups = textsOf(rule['apiGroups']);
    const resources = textsOf(rule['resources']);
    const verbs = textsOf(rule['verbs']);
    const isAboutSecrets =
      groups.some((group) => group === '' || group === '*') &&
      resources.some((resource) => resource === 'secrets' || resource === '*');
    if (!isAboutSecrets || !verbs.some((verb) => reading.has(verb))) return [];
    const names = textsOf(rule['resourceNames']);
    if (names.length > 0 && names.every((name) => allowed.has(name))) return [];
    const which =
      names.length === 0 ? 'every secret' : names.filter((n) => !allowed.has(n)).join(', ');
    const message = `a rule lets it read ${which} of the slot (${verbs.join(', ')})`;
    return [{ path: ['rules', index, 'resources'], message }];
  });
}

function bindingViolations(roleRef: ReturnType<typeof fieldsOf>): PolicyViolation[] {
  const name = textOf(roleRef['name']) ?? '';
  if (roleRef['kind'] !== 'ClusterRole' || !readingRoles.has(name)) return [];
  return [
    { path: ['roleRef', 'name'], message: `the role ${name} reads every secret of the slot` },
  ];
}

/** What pods of manifests read; typed workloads are checked where they are declared. */
function podViolations(object: PolicyObject, allowed: ReadonlySet<string>): PolicyViolation[] {
  const pod = object.isTyped ? undefined : object.pod;
  if (pod === undefined) return [];
  const found: { path: readonly (string | number)[]; name: string | undefined }[] = [];
  for (const { path, value } of volumesOf(pod)) {
    const secret = fieldsOf(value['secret']);
    found.push({ path: [...path, 'secret', 'secretName'], name: textOf(secret['secretName']) });
    for (const [index, source] of listOf(fieldsOf(value['projected'])['sources']).entries()) {
      const name = textOf(fieldsOf(fieldsOf(source)['secret'])['name']);
      found.push({ path: [...path, 'projected', 'sources', index, 'secret', 'name'], name });
    }
  }
  for (const { path, value } of pod.containers) {
    for (const [index, item] of listOf(value['env']).entries()) {
      const reference = fieldsOf(fieldsOf(fieldsOf(item)['valueFrom'])['secretKeyRef']);
      const at = [...path, 'env', index, 'valueFrom', 'secretKeyRef', 'name'];
      found.push({ path: at, name: textOf(reference['name']) });
    }
    for (const [index, item] of listOf(value['envFrom']).entries()) {
      const reference = fieldsOf(fieldsOf(item)['secretRef']);
      found.push({
        path: [...path, 'envFrom', index, 'secretRef', 'name'],
        name: textOf(reference['name']),
      });
    }
  }
  return found.flatMap(({ path, name }) =>
    name === undefined || allowed.has(name)
      ? []
      : [{ path, message: `its pods read the secret ${name}, which is not declared for slots` }],
  );
}
