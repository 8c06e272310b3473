/** Every error code of this package, with what it stands for. */
export const codes = {
  'CK-LOCAL-001': 'no source offers a binary of the control plane',
  'CK-LOCAL-002': 'a download does not match the checksum of its publisher',
  'CK-LOCAL-003': 'building a binary with Go failed',
  'CK-LOCAL-004': 'a component ended before it was ready',
  'CK-LOCAL-005': 'a component was not ready in time',
  'CK-LOCAL-006': 'another process already runs a control plane in this directory',
  'CK-LOCAL-007': 'the supervisor of the control plane ended unexpectedly',
  'CK-LOCAL-008': 'no control plane runs in this directory',
  'CK-LOCAL-009': 'a process of the control plane could not be ended',
  'CK-KUBECONFIG-001': 'a kubeconfig cannot be read',
  'CK-KUBECONFIG-002': 'a kubeconfig has no such context',
  'CK-KUBECONFIG-003': 'a cluster was named in a way that does not say which one',
  'CK-PLAN-001': 'there is no services.yaml where it was looked for',
  'CK-PLAN-002': 'a stack cannot be planned for an environment',
} as const;

export type ErrorCode = keyof typeof codes;
