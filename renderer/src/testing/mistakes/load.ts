import { stackText } from '../render-texts.ts';
import { environments, service, stack, type Mistake } from './parts.ts';

export const loadMistakes: readonly Mistake[] = [
  {
    name: 'required blocks that no file gives',
    files: {
      'services.yaml': `${stackText('').split('  images')[0]}  imports: [a.yaml]\n  images:\n`,
      'a.yaml': 'spec: { services: [], environments: { dev: } }\n',
    },
    expected: [
      'services.yaml:6:3 CK-R-021 infrastructure is missing',
      'services.yaml:6:3 CK-R-021 orchestration is missing',
      'services.yaml:6:3 CK-R-021 webhookRuntime is missing',
    ],
    fix: [
      {
        from: '  images:\n',
        to: '  images: {}\n  infrastructure: []\n  orchestration: {}\n  webhookRuntime: {}\n',
      },
    ],
  },
  {
    name: 'a file that is not there',
    files: {},
    expected: ['services.yaml CK-R-001 there is no file services.yaml'],
    fix: [
      {
        from: '',
        to: 'apiVersion: codex-k8s.dev/v1alpha1\nkind: ServiceStack\nmetadata: { name: shop }\nspec:\n  environments: { dev: {} }\n  images: {}\n  infrastructure: []\n  services: []\n  orchestration: {}\n  webhookRuntime: {}\n',
      },
    ],
  },
  {
    name: 'an indentation that fits nothing',
    files: { 'services.yaml': 'kind: ServiceStack\n  metadata: {}\n' },
    expected: ['services.yaml:1:7 CK-R-002 Nested mappings are not allowed in compact mappings'],
    fix: [{ from: '  metadata: {}', to: 'metadata: {}' }],
  },
  {
    name: 'a key that stands twice',
    files: stack('  images: {}\n  images: {}\n'),
    expected: ['services.yaml:9:3 CK-R-003 the key images stands here twice'],
    fix: [{ from: '  images: {}\n', to: '' }],
  },
  {
    name: 'a template without quotes',
    files: stack(service('      workload:\n        image: {{ .Project }}\n')),
    expected: ['services.yaml:12:16 CK-R-004 a template must stand in quotes'],
    fix: [{ from: '{{ .Project }}', to: "'{{ .Project }}'" }],
  },
  {
    name: 'a number that YAML 1.1 and 1.2 read differently',
    files: stack('  versions:\n    web: 0755\n'),
    expected: ['services.yaml:9:10 CK-R-005 0755 is 755 in YAML 1.2 and 493 (octal) in YAML 1.1'],
    fix: [{ from: '0755', to: "'0755'" }],
  },
  {
    name: 'a key that is no string',
    files: { 'services.yaml': '? [a, b]\n: c\n' },
    expected: ['services.yaml:1:3 CK-R-006 a key must be a string'],
    fix: [{ from: '? [a, b]\n: c', to: 'ab: c' }],
  },
  {
    name: 'a file of another kind',
    files: { 'services.yaml': 'apiVersion: v1\nkind: ConfigMap\n' },
    expected: ['services.yaml:1:13 CK-R-007 apiVersion is not codex-k8s.dev/v1alpha1'],
  },
  {
    name: 'a second document',
    files: { 'services.yaml': `${stackText(environments)}---\na: b\n` },
    expected: [
      'services.yaml:14:1 CK-R-007 a file of the stack is one document; this is the second',
    ],
  },
  {
    name: 'a stack that is for newer renderers: nothing else is said about it',
    files: {
      ...stack('  imports: [a.yaml]\n  requires: { renderer: ">=99 || ^0.0.1" }\n  unknown: 1\n'),
      'a.yaml': 'spec: {}\n',
    },
    expected: [
      'services.yaml:9:25 CK-R-008 the file needs a renderer >=99 || ^0.0.1; this is 0.1.0',
    ],
  },
  {
    name: 'an import that asks for newer output',
    files: { ...stack('  imports: [a.yaml]\n'), 'a.yaml': 'spec: { rendering: 2 }\n' },
    expected: ['a.yaml:1:20 CK-R-008 the file asks for rendering 2; renderer 0.1.0 knows 1'],
  },
  {
    name: 'a trigger that is none, with the one that is meant',
    files: stack(
      '  webhookRuntime:\n    triggerModes: { dev_revize: full-env, qa: ful-env, nonsense: code-only }\n',
    ),
    expected: [
      'services.yaml:9:21 CK-R-020 unknown name dev_revize',
      'services.yaml:9:47 CK-R-023 qa must be one of full-env, code-only',
      'services.yaml:9:56 CK-R-020 unknown name nonsense',
    ],
  },
  {
    name: 'an alias that is taken',
    files: {
      'services.yaml': stackText(
        '  environments:\n    dev: { aliases: [staging, d] }\n    staging: { aliases: [d] }\n',
      ),
    },
    expected: [
      'services.yaml:7:22 CK-R-033 staging would mean staging and dev',
      'services.yaml:8:26 CK-R-033 d would mean dev and staging',
    ],
  },
  {
    name: 'rules and documents that stand twice, and documents outside',
    files: stack(
      '  secretResolution:\n    keyOverrides:\n      - { sourceKey: A, overrideKeys: { dev: B } }\n      - { sourceKey: A, overrideKeys: { dev: C } }\n  projectDocs:\n    - { path: a.md }\n    - { path: a.md, repository: team/other }\n    - { path: a.md }\n    - { path: ../b.md }\n',
    ),
    expected: [
      'services.yaml:11:22 CK-R-016 spec.secretResolution.keyOverrides has two items for A',
      'services.yaml:15:15 CK-R-016 spec.projectDocs has two items for a.md',
      'services.yaml:16:15 CK-R-010 ../b.md leads outside of the repository',
    ],
  },
  {
    name: 'an import that leads outside',
    files: stack('  imports: [base.yaml, ../secret.yaml]\n'),
    expected: [
      'services.yaml:8:13 CK-R-001 there is no file base.yaml',
      'services.yaml:8:24 CK-R-010 ../secret.yaml leads outside of the source',
    ],
  },
  {
    name: 'a pattern that matches nothing',
    files: stack('  imports:\n    - path: stacks/*.yaml\n'),
    expected: ['services.yaml:9:13 CK-R-011 stacks/*.yaml matches no file'],
    fix: [{ from: '  imports:\n    - path: stacks/*.yaml\n', to: '' }],
  },
  {
    name: 'imports in a circle, with the chain',
    files: {
      ...stack('  imports: [a.yaml]\n'),
      'a.yaml': 'spec:\n  imports: [lib/b.yaml]\n',
      'lib/b.yaml': 'spec:\n  imports:\n    - ../a.yaml\n',
    },
    expected: [
      'lib/b.yaml:3:7 CK-R-012 files import each other in a circle: a.yaml -> lib/b.yaml -> a.yaml',
    ],
    fix: [{ file: 'lib/b.yaml', from: '  imports:\n    - ../a.yaml\n', to: '  vars: {}\n' }],
  },
  {
    name: 'a file named twice in one list',
    files: {
      ...stack('  imports: [a.yaml, "*.yml", ./a.yaml]\n'),
      'a.yaml': 'spec: {}\n',
      'b.yml': 'spec: {}\n',
    },
    expected: ['services.yaml:8:30 CK-R-013 a.yaml is imported twice in this list'],
    fix: [{ from: ', ./a.yaml', to: '' }],
  },
];
