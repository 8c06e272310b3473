import { objectCodes, type CodeEntry } from './object-codes.ts';

export type { CodeEntry };

/**
 * Every code of the renderer, by the name the source uses. Codes are never reused.
 * `docs/reference/diagnostics.md` is generated from this table.
 */
export const codes = {
  // Step 1: load
  'file-missing': {
    code: 'CK-R-001',
    severity: 'error',
    title: 'A file does not exist',
    hint: 'Check the path: it is relative to the file that names it, and symbolic links are not followed.',
  },
  'yaml-syntax': {
    code: 'CK-R-002',
    severity: 'error',
    title: 'The text is not valid YAML',
    hint: 'Look at the indentation and quotes around this place.',
  },
  'duplicate-key': {
    code: 'CK-R-003',
    severity: 'error',
    title: 'A key stands twice in one map',
    hint: 'Remove one of the two.',
  },
  'unquoted-template': {
    code: 'CK-R-004',
    severity: 'error',
    title: 'A template is not quoted',
    hint: 'Templates live inside scalars: write "{{ … }}" with quotes.',
  },
  'ambiguous-number': {
    code: 'CK-R-005',
    severity: 'error',
    title: 'A number means different things to different readers',
    hint: 'Quote it if it is text, or write the plain decimal number.',
  },
  'unsupported-yaml': {
    code: 'CK-R-006',
    severity: 'error',
    title: 'A YAML feature is not supported here',
    hint: 'Use plain maps with string keys, lists and scalars.',
  },
  'not-a-stack': {
    code: 'CK-R-007',
    severity: 'error',
    title: 'The file is not a ServiceStack',
    hint: 'A stack is one document with apiVersion: codex-k8s.dev/v1alpha1 and kind: ServiceStack.',
  },
  'renderer-too-old': {
    code: 'CK-R-008',
    severity: 'error',
    title: 'The stack needs a newer renderer',
    hint: 'Use a renderer of the version that requires.renderer asks for, or lower what the file asks for.',
  },
  // Step 2: imports
  'outside-root': {
    code: 'CK-R-010',
    severity: 'error',
    title: 'A path leads outside of the source',
    hint: 'Use a path below the root of the repository, relative to this file.',
  },
  'no-match': {
    code: 'CK-R-011',
    severity: 'error',
    title: 'A pattern matches no file',
    hint: 'Check the pattern; it is relative to the file that names it.',
  },
  'import-cycle': {
    code: 'CK-R-012',
    severity: 'error',
    title: 'Files import each other in a circle',
    hint: 'Move what they share to a file that both import.',
  },
  'duplicate-import': {
    code: 'CK-R-013',
    severity: 'error',
    title: 'A list names the same file twice',
    hint: 'Remove one of the two.',
  },
  // Step 3: merge
  'unknown-component': {
    code: 'CK-R-015',
    severity: 'error',
    title: 'A service uses a component that does not exist',
    hint: 'Declare it in spec.components, or correct the name.',
  },
  'duplicate-name': {
    code: 'CK-R-016',
    severity: 'error',
    title: 'Two items of a list have the same name',
    hint: 'Give each its own name. Overriding an item is done from another file that imports it.',
  },
  // Step 4: schema
  'unknown-field': {
    code: 'CK-R-020',
    severity: 'error',
    title: 'A field is not part of the contract',
    hint: 'Remove it, or correct its name.',
  },
  'missing-field': {
    code: 'CK-R-021',
    severity: 'error',
    title: 'A required field is missing',
    hint: 'Add it.',
  },
  'wrong-type': {
    code: 'CK-R-022',
    severity: 'error',
    title: 'A value has the wrong type',
    hint: 'Give a value of the type the contract asks for.',
  },
  'invalid-value': {
    code: 'CK-R-023',
    severity: 'error',
    title: 'A value is not allowed',
    hint: 'Give one of the values the contract allows.',
  },
  'misplaced-template': {
    code: 'CK-R-024',
    severity: 'error',
    title: 'A template stands where none is executed',
    hint: 'Write the value itself: names, imports and the like cannot depend on the environment.',
  },
  // Step 5: environment
  'unknown-environment': {
    code: 'CK-R-030',
    severity: 'error',
    title: 'The environment does not exist',
    hint: 'Declare it in spec.environments, or correct the name.',
  },
  'environment-cycle': {
    code: 'CK-R-031',
    severity: 'error',
    title: 'Environments inherit from each other in a circle',
    hint: 'Remove one `from`.',
  },
  'slot-needed': {
    code: 'CK-R-032',
    severity: 'error',
    title: 'The environment is for slots',
    hint: 'Render it with --slot N.',
  },
  'duplicate-alias': {
    code: 'CK-R-033',
    severity: 'error',
    title: 'An alias names two environments',
    hint: 'Give each environment names of its own.',
  },
  'shared-namespace': {
    code: 'CK-R-034',
    severity: 'error',
    title: 'Slots of the environment would share one namespace',
    hint: "Let namespaceTemplate read .Slot, and keep namespaceOverrides off it: '{{ .Project }}-dev-{{ .Slot }}'.",
  },
  // Step 6: context
  'template-syntax': {
    code: 'CK-R-040',
    severity: 'error',
    title: 'A template cannot be parsed',
    hint: 'The language is that of Go templates (text/template).',
  },
  'template-failed': {
    code: 'CK-R-041',
    severity: 'error',
    title: 'A template cannot be executed',
    hint: 'Check the names and types it uses.',
  },
  'template-limit': {
    code: 'CK-R-042',
    severity: 'error',
    title: 'A template is too large or does not end',
    hint: 'Make it smaller.',
  },
  'undeclared-variable': {
    code: 'CK-R-043',
    severity: 'error',
    title: 'A variable is not declared',
    hint: 'Declare it in spec.vars: templates see declared inputs only.',
  },
  'unused-value': {
    code: 'CK-R-044',
    severity: 'warning',
    title: 'A value is given for a variable that this stack does not declare',
    hint: 'Declare the variable in spec.vars, or do not pass the value.',
  },
  'missing-variable': {
    code: 'CK-R-045',
    severity: 'error',
    title: 'A required variable has no value',
    hint: 'Give it a default, a value in the environment, or pass one.',
  },
  'variable-type': {
    code: 'CK-R-046',
    severity: 'error',
    title: 'The value of a variable has the wrong type',
    hint: 'Give a value of the declared type.',
  },
  'invalid-label': {
    code: 'CK-R-047',
    severity: 'error',
    title: 'The value of a label is not allowed',
    hint: 'At most 63 letters, digits, dashes, dots and underscores, beginning and ending with a letter or digit.',
  },
  // Step 7: namespace and images
  'invalid-namespace': {
    code: 'CK-R-050',
    severity: 'error',
    title: 'The namespace is not a valid name',
    hint: 'At most 63 lower-case letters, digits and dashes.',
  },
  'production-namespace': {
    code: 'CK-R-051',
    severity: 'error',
    title: 'The production namespace of codex-k8s breaks its rule',
    hint: 'environments.production.namespaceTemplate is "{{ .Project }}-production", and namespaceOverrides maps codex-k8s-production to codex-k8s-prod.',
  },
  'invalid-image': {
    code: 'CK-R-052',
    severity: 'error',
    title: 'An image has no usable reference',
    hint: 'Give a repository with a tag or a digest.',
  },
  'unknown-image': {
    code: 'CK-R-053',
    severity: 'error',
    title: 'A workload names an image that does not exist',
    hint: 'Declare it in spec.images, or correct the name.',
  },
  'unlocked-image': {
    code: 'CK-R-110',
    severity: 'error',
    title: 'An image of a protected environment is not locked',
    hint: 'Run codex-k8s-renderer images lock and commit images.lock, or give a digest.',
  },
  'image-not-in-lock': {
    code: 'CK-R-111',
    severity: 'warning',
    title: 'images.lock does not know an image',
    hint: 'Run codex-k8s-renderer images lock and commit images.lock.',
  },
  'invalid-build': {
    code: 'CK-R-112',
    severity: 'error',
    title: 'An image cannot be built from what is there',
    hint: 'Paths are relative to the file that names them; the context is a directory, and the Dockerfile has the stage that target names.',
  },
  // Code updates
  'hot-reload-in-production': {
    code: 'CK-R-113',
    severity: 'error',
    title: 'A service of a production environment is hot-reload',
    hint: 'Let the environment decide: codeUpdateStrategy: \'{{ ternary (eq .Env "dev") "hot-reload" "rebuild" }}\'.',
  },
  'invalid-hot-reload': {
    code: 'CK-R-114',
    severity: 'error',
    title: 'A service cannot be hot-reload as it is declared',
    hint: 'It needs a typed workload, and hotReload with source and mountPath.',
  },
  'nothing-to-watch': {
    code: 'CK-R-115',
    severity: 'warning',
    title: 'New code never reaches the pods of a service',
    hint: 'Declare restart.sources: the files and directories whose content decides when pods are replaced.',
  },
  // Step 8: units
  'empty-unit': {
    code: 'CK-R-060',
    severity: 'error',
    title: 'A unit has nothing to deploy',
    hint: 'Give it a workload, manifests, or both.',
  },
  'unknown-phase': {
    code: 'CK-R-061',
    severity: 'error',
    title: 'A unit belongs to a phase that does not exist',
    hint: 'Use a phase of orchestration.deployOrder.',
  },
  'incomplete-workload': {
    code: 'CK-R-062',
    severity: 'error',
    title: 'A workload does not fit together',
    hint: 'See the description of the field in the schema.',
  },
  'not-an-object': {
    code: 'CK-R-063',
    severity: 'error',
    title: 'A document is not a Kubernetes object',
    hint: 'An object has apiVersion, kind and metadata.name.',
  },
  'reserved-label': {
    code: 'CK-R-064',
    severity: 'error',
    title: 'A label belongs to the platform',
    hint: 'Remove it: the platform writes it by itself.',
  },
  'invalid-condition': {
    code: 'CK-R-065',
    severity: 'error',
    title: 'A condition is neither true nor false',
    hint: 'Write true, false or a template that yields one of them.',
  },
  'incomplete-hook': {
    code: 'CK-R-066',
    severity: 'error',
    title: 'A hook or migration does not fit together',
    hint: 'See the description of the field in the schema.',
  },
  // Step 9: graph
  'unknown-dependency': {
    code: 'CK-R-070',
    severity: 'error',
    title: 'A unit depends on a unit that does not exist',
    hint: 'Name a unit of this stack.',
  },
  'dependency-cycle': {
    code: 'CK-R-071',
    severity: 'error',
    title: 'Units depend on each other in a circle',
    hint: 'Remove one of the dependencies.',
  },
  'late-dependency': {
    code: 'CK-R-072',
    severity: 'error',
    title: 'A unit depends on a unit of a later phase',
    hint: 'Move one of them to another deployGroup, or change orchestration.deployOrder.',
  },
  'duplicate-unit': {
    code: 'CK-R-073',
    severity: 'error',
    title: 'Two units have the same name',
    hint: 'Names are shared by infrastructure and services: give each its own.',
  },
  'duplicate-object': {
    code: 'CK-R-074',
    severity: 'error',
    title: 'Two units declare the same object',
    hint: 'Keep it in one of them.',
  },
  'cluster-scope': {
    code: 'CK-R-075',
    severity: 'error',
    title: 'A cluster-scoped object stands outside of a cluster environment',
    hint: 'Only an environment of kind cluster may hold it. The namespace of an environment is made by the platform.',
  },
  'foreign-namespace': {
    code: 'CK-R-076',
    severity: 'error',
    title: 'An object names another namespace',
    hint: 'Remove metadata.namespace: the environment decides it.',
  },
  'misplaced-singleton': {
    code: 'CK-R-077',
    severity: 'error',
    title: 'A singleton stands outside of a cluster environment',
    hint: 'Guard it with `when`, or move it to a stack of an environment of kind cluster.',
  },
  'shared-instance': {
    code: 'CK-R-078',
    severity: 'error',
    title: 'The marker of an instance is the same in every slot',
    hint: 'Let instanceScope.marker read .Slot or .Namespace.',
  },
  // Step 9: secrets and documents
  'undeclared-secret': {
    code: 'CK-R-080',
    severity: 'error',
    title: 'A workload reads a secret that is not declared',
    hint: 'Declare it in spec.secrets: source `existing` for one that is there already.',
  },
  'unknown-secret-key': {
    code: 'CK-R-081',
    severity: 'error',
    title: 'A workload reads a key that the secret does not have',
    hint: 'Add the key in spec.secrets, or correct its name.',
  },
  'withheld-secret': {
    code: 'CK-R-082',
    severity: 'error',
    title: 'A workload reads a secret that this environment does not get',
    hint: 'Guard what reads it with `when`, or widen `environments` or `slotAccess` of the secret.',
  },
  'missing-document': {
    code: 'CK-R-083',
    severity: 'warning',
    title: 'A project document does not exist',
    hint: 'Correct the path, or say `optional: true`.',
  },
  ...objectCodes,
} as const satisfies Record<string, CodeEntry>;

/** Name of a problem in the source. */
export type ProblemName = keyof typeof codes;
