import type { WebhookRuntime } from '@codex-k8s/schema';
import { secondsOf } from './environment/index.ts';

/** What a trigger gets to work with: an environment of its own, or the code alone. */
export type RuntimeMode = 'full-env' | 'code-only';

/** spec.webhookRuntime with every default. */
export interface RuntimePolicy {
  defaultMode: RuntimeMode;
  /** Modes by trigger kind, where they are not the default. */
  triggerModes: Readonly<Record<string, RuntimeMode>>;
  /** How long the namespace of a run is kept for a revision, in seconds. */
  namespaceSeconds: number;
  /** The same by role of the agent, where it is not the default. */
  namespaceSecondsByRole: Readonly<Record<string, number>>;
}

const defaultNamespaceTtl = '24h';

/** The policy a stack declares; the schema has checked it. */
export function runtimePolicy(declared: WebhookRuntime): RuntimePolicy {
  const { defaultMode = 'full-env', triggerModes = {}, namespaceTTLByRole = {} } = declared;
  return {
    defaultMode,
    triggerModes: { ...triggerModes },
    namespaceSeconds: secondsOf(declared.defaultNamespaceTTL ?? defaultNamespaceTtl),
    namespaceSecondsByRole: Object.fromEntries(
      Object.entries(namespaceTTLByRole).map(([role, ttl]) => [role, secondsOf(ttl)]),
    ),
  };
}

/** Mode of a trigger kind: the same kind always gets the same. Source: epic S3 day 9. */
export function runtimeMode(policy: RuntimePolicy, triggerKind: string): RuntimeMode {
  const { triggerModes, defaultMode } = policy;
  return Object.hasOwn(triggerModes, triggerKind)
    ? (triggerModes[triggerKind] ?? defaultMode)
    : defaultMode;
}

/** Seconds that the namespace of a run by a role is kept. */
export function namespaceSeconds(policy: RuntimePolicy, role: string): number {
  const { namespaceSecondsByRole: byRole, namespaceSeconds: otherwise } = policy;
  return Object.hasOwn(byRole, role) ? (byRole[role] ?? otherwise) : otherwise;
}
