/** What a code says in general. */
export interface CodeEntry {
  code: string;
  severity: 'error' | 'warning' | 'info';
  title: string;
  hint: string;
}

/** Codes of what is found where objects come from and in the objects: a part of the one table, `codes`. */
export const objectCodes = {
  // Charts and kustomizations
  'tools-missing': {
    code: 'CK-R-120',
    severity: 'error',
    title: 'A chart or a kustomization needs a program that is not there',
    hint: 'Install the pinned programs: codex-k8s-renderer tools install',
  },
  'untyped-values': {
    code: 'CK-R-121',
    severity: 'error',
    title: 'No schema checks the values of a chart',
    hint: 'Put a values.schema.json beside the Chart.yaml, or leave the values at what the chart gives.',
  },
  'chart-value': {
    code: 'CK-R-122',
    severity: 'error',
    title: 'A value does not fit the schema of the chart',
    hint: 'Look at values.schema.json of the chart.',
  },
  'source-failed': {
    code: 'CK-R-123',
    severity: 'error',
    title: 'A chart or a kustomization cannot be rendered',
    hint: 'See what helm or kustomize says about it.',
  },
  'remote-source': {
    code: 'CK-R-124',
    severity: 'error',
    title: 'Something would be fetched while rendering',
    hint: 'Keep a copy in the repository and name its path: what is rendered is what was reviewed.',
  },
  'not-reproducible': {
    code: 'CK-R-125',
    severity: 'error',
    title: 'An object is different each time it is rendered',
    hint: 'The chart uses the clock or random numbers here: give the value yourself, or leave it to a secret of spec.secrets.',
  },
  'source-limit': {
    code: 'CK-R-126',
    severity: 'error',
    title: 'A chart or a kustomization takes too much',
    hint: 'Make it smaller; look for a loop that does not end.',
  },
  'chart-hook': {
    code: 'CK-R-127',
    severity: 'error',
    title: 'A chart brings a hook',
    hint: 'Nothing installs a release here, so hooks of helm never run. Leave them out with hooks: skip, and write what is needed as a hook or migration of this stack.',
  },
  'unusable-source': {
    code: 'CK-R-128',
    severity: 'error',
    title: 'A directory cannot be used as a chart or a kustomization',
    hint: 'See the message; the reference of services.yaml says what is possible.',
  },
  // Objects against the API of the target Kubernetes version
  'unknown-object-field': {
    code: 'CK-R-150',
    severity: 'error',
    title: 'An object has a field that its kind does not know',
    hint: 'Correct its name or its place: `kubectl explain` shows what there is.',
  },
  'missing-object-field': {
    code: 'CK-R-151',
    severity: 'error',
    title: 'An object lacks a field that its kind needs',
    hint: 'Add it: `kubectl explain` tells what it means.',
  },
  'wrong-object-type': {
    code: 'CK-R-152',
    severity: 'error',
    title: 'A field of an object has the wrong type',
    hint: 'Give a value of the type the API asks for.',
  },
  'invalid-object-value': {
    code: 'CK-R-153',
    severity: 'error',
    title: 'A field of an object has a value that is not allowed',
    hint: 'Give one of the values the API allows.',
  },
  'duplicate-list-item': {
    code: 'CK-R-154',
    severity: 'error',
    title: 'Two items of a list are the same to Kubernetes',
    hint: 'Remove one of the two.',
  },
  'unknown-kind': {
    code: 'CK-R-155',
    severity: 'error',
    title: 'The target Kubernetes version does not have this kind',
    hint: 'Correct apiVersion and kind, or spec.kubernetes.version.',
  },
  'unchecked-kind': {
    code: 'CK-R-156',
    severity: 'info',
    title: 'A custom object is not checked: its definition is not known',
    hint: 'Name the file with its CustomResourceDefinition in spec.kubernetes.definitions.',
  },
  'unknown-kubernetes-version': {
    code: 'CK-R-157',
    severity: 'warning',
    title: 'Objects are checked against another Kubernetes version than the target',
    hint: 'A newer renderer may know the version. Fields that only one of the two has are not found.',
  },
  'not-a-definition': {
    code: 'CK-R-158',
    severity: 'error',
    title: 'A file named in kubernetes.definitions holds something else than definitions',
    hint: 'Name files that hold CustomResourceDefinitions of apiextensions.k8s.io/v1 only.',
  },
  // Policies on the rendered objects; the environment decides the severity
  'plaintext-secret': {
    code: 'CK-R-160',
    severity: 'error',
    title: 'A Secret carries its data in plain sight',
    hint: 'Declare the secret in spec.secrets and leave its values to the platform: what is rendered is committed.',
  },
  'floating-tag': {
    code: 'CK-R-161',
    severity: 'error',
    title: 'An image is named by a tag that moves',
    hint: 'Name a version, better a digest: declare the image in spec.images and pin it with `images lock`.',
  },
  'missing-limits': {
    code: 'CK-R-162',
    severity: 'warning',
    title: 'A container may take all the memory of its node',
    hint: 'Set resources.limits.memory, and resources.requests so that the scheduler finds room.',
  },
  'missing-probes': {
    code: 'CK-R-163',
    severity: 'warning',
    title: 'A container gets traffic before it says that it is ready',
    hint: 'Give it a readiness probe.',
  },
  privileged: {
    code: 'CK-R-164',
    severity: 'error',
    title: 'A pod gets rights on its node',
    hint: 'Remove the field; what really needs it is waived in spec.policies.waivers, with a reason.',
  },
  'host-path': {
    code: 'CK-R-165',
    severity: 'error',
    title: 'A pod reads or writes the disk of its node',
    hint: 'Use a PersistentVolumeClaim, an emptyDir or a ConfigMap.',
  },
  'deprecated-api': {
    code: 'CK-R-166',
    severity: 'warning',
    title: 'An API is deprecated in the target Kubernetes version',
    hint: 'Move the object to the version that stays.',
  },
  'removed-api': {
    code: 'CK-R-167',
    severity: 'error',
    title: 'The target Kubernetes version does not serve an API any more',
    hint: 'Move the object to the version that stays.',
  },
  'slot-secret': {
    code: 'CK-R-168',
    severity: 'error',
    title: 'A slot could read secrets that are not meant for it',
    hint: 'Narrow the rule to names that slots may read, or declare the secret with `slotAccess: true`.',
  },
  'unused-waiver': {
    code: 'CK-R-169',
    severity: 'warning',
    title: 'A waiver is needed by nothing',
    hint: 'Remove it, or correct what it names.',
  },
  // What `diff` reads besides the stack itself
  'no-repository': {
    code: 'CK-R-190',
    severity: 'error',
    title: 'There is no git repository here',
    hint: 'Run it inside of a clone, or compare with a directory: --against DIR.',
  },
  'unknown-revision': {
    code: 'CK-R-191',
    severity: 'error',
    title: 'A revision does not exist',
    hint: 'Name a branch, a tag or a commit that is in this clone; fetch it first when it is not.',
  },
  'shallow-history': {
    code: 'CK-R-192',
    severity: 'error',
    title: 'The history of this clone is cut off',
    hint: 'Clone the whole history: `fetch-depth: 0` for actions/checkout, or `git fetch --unshallow`.',
  },
  'unreadable-repository': {
    code: 'CK-R-193',
    severity: 'error',
    title: 'The repository cannot be read',
    hint: 'Check it with `git fsck`; a partial clone (--filter) lacks objects: clone it whole.',
  },
  'unreadable-state': {
    code: 'CK-R-194',
    severity: 'error',
    title: 'A directory is not what a render leaves',
    hint: 'Name a stack directory (with plan.json), or a directory that holds one per stack.',
  },
} as const satisfies Record<string, CodeEntry>;
