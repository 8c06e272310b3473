/** The error codes of the Kubernetes room. */
export const kubernetesErrors = {
  'CK-K8S-001': {
    title: 'The API server could not be reached',
    hint: 'Check that the cluster runs and that its address and certificates in the kubeconfig are right.',
  },
  'CK-K8S-002': {
    title: 'The API server did not answer before the deadline',
    hint: 'The request is repeated; look at the load of the API server if this goes on.',
  },
  'CK-K8S-003': {
    title: 'The API server asked to slow down',
    hint: 'The request is repeated after the time the server named.',
  },
  'CK-K8S-004': {
    title: 'The credentials were not accepted',
    hint: 'Renew the client certificate or token in the kubeconfig.',
  },
  'CK-K8S-005': {
    title: 'The identity may not do this',
    hint: 'Grant the missing verb to the identity the message names.',
  },
  'CK-K8S-006': {
    title: 'The object does not exist',
    hint: 'It was deleted, or its namespace was.',
  },
  'CK-K8S-007': {
    title: 'Another manager or version stands against the write',
    hint: 'The message names the managers and the fields.',
  },
  'CK-K8S-008': {
    title: 'The API server found the object invalid',
    hint: 'Fix the fields the message names.',
  },
  'CK-K8S-009': {
    title: 'The cluster does not know this kind',
    hint: 'Apply its CustomResourceDefinition first, or correct apiVersion and kind.',
  },
  'CK-K8S-010': {
    title: 'The API server refused the request',
    hint: 'Read the message of the API server.',
  },
  'CK-K8S-011': {
    title: 'The position in the change stream is too old',
    hint: 'The objects are listed again by themselves.',
  },
  'CK-K8S-012': {
    title: 'The request was given up',
    hint: 'The process was stopping or had lost its lease.',
  },
  'CK-K8S-013': {
    title: 'The kubeconfig cannot be used',
    hint: 'Name a file and a context that exist in it.',
  },
} as const satisfies Record<string, { title: string; hint: string }>;

export type KubernetesErrorCode = keyof typeof kubernetesErrors;
