import { hash } from 'node:crypto';

/**
 * The ApplySet id of a stack: its parent is the ConfigMap `codex-k8s-<stack>` in the namespace of
 * the environment. Source: KEP-3659, "applyset.kubernetes.io/id".
 */
export function applySetId(stack: string, namespace: string): string {
  const parent = `codex-k8s-${stack}.${namespace}.ConfigMap.`;
  return `applyset-${hash('sha256', parent, 'base64url')}-v1`;
}
