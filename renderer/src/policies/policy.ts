import type { Diagnostic, Waiver } from '@codex-k8s/schema';
import type { Lifecycle } from '../object-schemas/index.ts';
import type { Value } from '../yaml/index.ts';
import type { PodView } from './pods.ts';

/** Name of a rule, as waivers use it; the name of its code in the table of diagnostics too. */
export type PolicyName = Waiver['rule'];

/** What an environment is, as far as severity goes. */
export type EnvironmentClass = 'dev' | 'slot' | 'staging' | 'production';

/** `off`: the rule is not told about there. */
export type PolicySeverity = Diagnostic['severity'] | 'off';

/** A rule on one rendered object. Pure: the same object and facts give the same findings. */
export interface Policy {
  name: PolicyName;
  severity: Readonly<Record<EnvironmentClass, PolicySeverity>>;
  check(object: PolicyObject, facts: PolicyFacts): PolicyViolation[];
}

/** An object as it is written, before the labels of the platform. */
export interface PolicyObject {
  apiVersion: string;
  kind: string;
  name: string;
  value: { [key: string]: Value };
  /** The pod that it is or makes; undefined when it makes none. */
  pod: PodView | undefined;
  /** Whether it comes out of typed fields of services.yaml: what those hold is checked there too. */
  isTyped: boolean;
}

/** What rules know beyond the object. */
export interface PolicyFacts {
  /** What the target Kubernetes version says of an API; undefined when it is fine. */
  lifecycleOf(apiVersion: string, kind: string): Lifecycle | undefined;
  /** Whether a LimitRange of the stack gives containers a memory limit that have none. */
  hasDefaultLimit: boolean;
  /** Secrets that slots may read, by name; undefined outside of slots. */
  slotSecrets: ReadonlySet<string> | undefined;
}

export interface PolicyViolation {
  /** Field of the object; where it is missing, the path it would have. */
  path: readonly (string | number)[];
  /** A sentence about the object, without its name: `container web has no memory limit`. */
  message: string;
  /** In place of the hint of the code. */
  hint?: string;
}
