import { digest } from './digest.ts';

/**
 * The ApplySet id of a stack: its parent is the ConfigMap `codex-k8s-<stack>` in the namespace of
 * the environment. Source: KEP-3659, "applyset.kubernetes.io/id".
 */
export function applySetId(stack: string, namespace: string): string {
  const parent = `codex-k8s-${stack}.${namespace}.ConfigMap.`;
  return `applyset-${base64Url(digest('sha256', parent))}-v1`;
}

/** Bytes written in hex, in the base64 of URLs. */
function base64Url(hex: string): string {
  const bytes = hex.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
