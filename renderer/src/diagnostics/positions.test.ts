import { expect } from 'chai';
import { readdir, readFile } from 'node:fs/promises';
import { codes } from './codes.ts';
import { findingsOf, stackText, type TextInputs } from '../testing/index.ts';

interface BrokenStack {
  name: string;
  files: Record<string, string>;
  inputs?: TextInputs;
  expected: string[];
}

const environments = '  environments:\n    dev:\n'; // lines 6 and 7
const stack = (rest: string, name?: string) => ({
  'services.yaml': stackText(environments + rest, name),
});
const service = (lines: string) =>
  `  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n${lines}`; // from line 8
const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n';

const cases: BrokenStack[] = [
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
  },
  {
    name: 'a file that is not there',
    files: {},
    expected: ['services.yaml CK-R-001 there is no file services.yaml'],
  },
  {
    name: 'an indentation that fits nothing',
    files: { 'services.yaml': 'kind: ServiceStack\n  metadata: {}\n' },
    expected: ['services.yaml:1:7 CK-R-002 Nested mappings are not allowed in compact mappings'],
  },
  {
    name: 'a key that stands twice',
    files: stack('  images: {}\n  images: {}\n'),
    expected: ['services.yaml:9:3 CK-R-003 the key images stands here twice'],
  },
  {
    name: 'a template without quotes',
    files: stack(service('      workload:\n        image: {{ .Project }}\n')),
    expected: ['services.yaml:12:16 CK-R-004 a template must stand in quotes'],
  },
  {
    name: 'a number that YAML 1.1 and 1.2 read differently',
    files: stack('  versions:\n    web: 0755\n'),
    expected: ['services.yaml:9:10 CK-R-005 0755 is 755 in YAML 1.2 and 493 (octal) in YAML 1.1'],
  },
  {
    name: 'a key that is no string',
    files: { 'services.yaml': '? [a, b]\n: c\n' },
    expected: ['services.yaml:1:3 CK-R-006 a key must be a string'],
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
  },
  {
    name: 'a file named twice in one list',
    files: {
      ...stack('  imports: [a.yaml, "*.yml", ./a.yaml]\n'),
      'a.yaml': 'spec: {}\n',
      'b.yml': 'spec: {}\n',
    },
    expected: ['services.yaml:8:30 CK-R-013 a.yaml is imported twice in this list'],
  },
  {
    name: 'a component that does not exist',
    files: stack(
      service('      use: [defalts]\n').replace(
        'services:',
        'components:\n    - { name: defaults, serviceDefaults: {} }\n  services:',
      ),
    ),
    expected: ['services.yaml:13:13 CK-R-015 there is no component "defalts"'],
  },
  {
    name: 'two services of one name in one file',
    files: stack(`${service('')}    - name: web\n      codeUpdateStrategy: rebuild\n`),
    expected: ['services.yaml:11:13 CK-R-016 spec.services has two items named web'],
  },
  {
    name: 'unknown fields at every depth, all at once',
    files: stack(
      `  image: {}\n${service('      wrokload: {}\n      workload: { image: web, port: 80 }\n')}`,
    ),
    expected: [
      'services.yaml:8:3 CK-R-020 unknown field image',
      'services.yaml:12:7 CK-R-020 unknown field wrokload',
      'services.yaml:13:31 CK-R-020 unknown field port',
    ],
  },
  {
    name: 'missing fields',
    files: stack(
      '  images:\n    web: { type: build }\n  services:\n    - name: web\n      workload: {}\n',
    ),
    expected: [
      'services.yaml:9:10 CK-R-021 repository is missing',
      'services.yaml:11:7 CK-R-021 codeUpdateStrategy is missing',
      'services.yaml:12:17 CK-R-021 the workload names no image',
    ],
  },
  {
    name: 'a field that neither the service nor its components give',
    files: stack(
      '  components: [{ name: base, serviceDefaults: {} }]\n  services:\n    - name: web\n      use: [base]\n',
    ),
    expected: [
      'services.yaml:10:7 CK-R-021 service web has no codeUpdateStrategy, neither of its own nor from a component',
    ],
  },
  {
    name: 'values of the wrong type',
    files: stack(
      '  versions: { web: 1.10 }\n  imports: {}\n'.replace('  imports: {}\n', '') +
        service('      dependsOn: db\n'),
    ),
    expected: [
      'services.yaml:8:20 CK-R-022 web must be string, not number 1.1',
      'services.yaml:12:18 CK-R-022 dependsOn must be array, not string "db"',
    ],
  },
  {
    name: 'values that are not allowed',
    files: stack(
      service('      prune: never\n')
        .replace('name: web', 'name: Web')
        .replace('rebuild', 'rebuld'),
    ),
    expected: [
      'services.yaml:9:13 CK-R-023 name cannot be "Web"',
      'services.yaml:10:27 CK-R-023 codeUpdateStrategy must be one of hot-reload, rebuild, restart',
      'services.yaml:11:14 CK-R-023 prune must be one of before, afterApply, afterHealthy',
    ],
  },
  {
    name: 'a name that is not allowed as a key',
    files: { 'services.yaml': stackText('  environments:\n    Dev: {}\n') },
    expected: ['services.yaml:7:5 CK-R-023 the name "Dev" is not allowed'],
  },
  {
    name: 'a template where none is executed',
    files: stack(service('').replace('name: web', 'name: "{{ .Env }}"')),
    expected: ['services.yaml:9:13 CK-R-024 templates are not executed here'],
  },
  {
    name: 'an environment that does not exist',
    files: stack(''),
    inputs: { environment: 'prod' },
    expected: ['services.yaml:7:5 CK-R-030 there is no environment prod'],
  },
  {
    name: 'an environment made from one that does not exist',
    files: stack('    production: { from: staging }\n'),
    expected: [
      'services.yaml:8:25 CK-R-030 environment production is made from staging, which does not exist',
    ],
  },
  {
    name: 'environments that inherit in a circle',
    files: stack('    a: { from: b }\n    b: { from: a }\n'),
    expected: [
      'services.yaml:8:16 CK-R-031 environments inherit in a circle: b -> a -> b',
      'services.yaml:9:16 CK-R-031 environments inherit in a circle: a -> b -> a',
    ],
  },
  {
    name: 'an environment for slots without a slot',
    files: stack('    ai: { namespaceTemplate: "{{ .Project }}-{{ .Slot }}" }\n'),
    inputs: { environment: 'ai' },
    expected: ['services.yaml:8:30 CK-R-032 environment ai is for slots'],
  },
  {
    name: 'a template that cannot be parsed, at its character',
    files: stack('  versions:\n    web: "v{{ nope .Env }}"\n'),
    expected: ['services.yaml:9:15 CK-R-040 function "nope" not defined'],
  },
  {
    name: 'a template that fails, at its expression, inside a literal block too',
    files: stack(
      service(
        '      workload:\n        image: web\n        args:\n          - |\n            first\n            {{ .Vars.x }}\n  images: { web: { from: nginx } }\n',
      ),
    ),
    expected: ['services.yaml:16:16 CK-R-041 .Vars has no entry "x": it is empty'],
  },
  {
    name: 'a template that does not end',
    files: stack(service('      when: "{{ range 999999 }}{{ range 999999 }}{{ end }}{{ end }}"\n')),
    expected: ['services.yaml:11:32 CK-R-042 the template takes more than 200000 steps'],
  },
  {
    name: 'a variable that is not declared',
    files: stack(
      '    x: { vars: { replica: 3 } }\n  vars: { replicas: {} }\n  versions: { web: "{{ envOr `TAG` `1` }}" }\n',
    ),
    inputs: { environment: 'x' },
    expected: [
      'services.yaml:8:18 CK-R-043 the variable replica is not declared',
      'services.yaml:10:24 CK-R-043 the variable TAG is not declared',
    ],
  },
  {
    name: 'a value for a variable that is not declared',
    files: stack(''),
    inputs: { vars: { replicas: '3' } },
    expected: ['CK-R-044 this stack declares no variable replicas'],
  },
  {
    name: 'a required variable without a value',
    files: stack('  vars:\n    domain: { required: true }\n'),
    expected: ['services.yaml:9:5 CK-R-045 the variable domain has no value in environment dev'],
  },
  {
    name: 'a value of the wrong type for a variable',
    files: stack('  vars:\n    replicas: { type: integer, default: many }\n'),
    expected: [
      'services.yaml:9:41 CK-R-046 the variable replicas is of type integer; "many" is not',
    ],
  },
  {
    name: 'labels of an environment that cannot be',
    files: stack('    eu: { labels: { a: "{{ .Env }}!", codex-k8s.dev/unit: b } }\n'),
    inputs: { environment: 'eu' },
    expected: [
      'services.yaml:8:24 CK-R-047 the label a would be "eu!"',
      'services.yaml:8:39 CK-R-064 the label codex-k8s.dev/unit belongs to the platform',
    ],
  },
  {
    name: 'a namespace that is no name',
    files: stack('    eu: { namespaceTemplate: "{{ .Project }}_{{ .Env }}" }\n'),
    inputs: { environment: 'eu' },
    expected: ['services.yaml:8:30 CK-R-050 the namespace would be "shop_eu"'],
  },
  {
    name: 'the platform without its production namespace',
    files: stack('    production: { namespaceTemplate: "{{ .Project }}-prod" }\n', 'codex-k8s'),
    expected: [
      'services.yaml:8:38 CK-R-051 environments.production.namespaceTemplate must be "{{ .Project }}-production"',
      'services.yaml:8:38 CK-R-051 namespaceOverrides must map codex-k8s-production to codex-k8s-prod',
    ],
  },
  {
    name: 'an image without a reference',
    files: stack('  vars: { tag: {} }\n  images:\n    web: { from: "nginx:{{ .Vars.tag }}" }\n'),
    expected: ['services.yaml:10:18 CK-R-052 the image web would be "nginx:"'],
  },
  {
    name: 'fields of an image that its type does not have',
    files: stack(
      '  images:\n    a: { from: nginx, target: x }\n    b: { type: mirror, from: nginx, context: . }\n    c: { type: build, repository: c, from: nginx }\n    d: { from: nginx, to: nginx }\n    e: { type: mirror, from: nginx }\n',
    ),
    expected: [
      'services.yaml:9:31 CK-R-020 target does not belong here',
      'services.yaml:10:8 CK-R-021 to is missing',
      'services.yaml:10:46 CK-R-020 context does not belong here',
      'services.yaml:11:44 CK-R-020 from does not belong here',
      'services.yaml:12:27 CK-R-020 to does not belong here',
      'services.yaml:13:8 CK-R-021 to is missing',
    ],
  },
  {
    name: 'a copy that names its digest, and a repository with a tag',
    files: stack(
      `  images:\n    a: { type: mirror, from: nginx, to: "x/nginx@sha256:${'0'.repeat(64)}" }\n    b: { type: build, repository: "x/b:1" }\n`,
    ),
    expected: [
      `services.yaml:9:41 CK-R-052 the image a cannot be copied to x/nginx@sha256:${'0'.repeat(64)}: what is copied decides the digest`,
      'services.yaml:10:35 CK-R-052 the image b would be pushed to "x/b:1", which is no repository',
    ],
  },
  {
    name: 'image tags that a protected environment has not locked, the bases of a build among them',
    files: {
      ...stack(
        '    live: { protected: true }\n  images:\n    web: { from: "nginx:1.29" }\n    api: { type: build, repository: x/api, context: api }\n',
      ),
      'api/Dockerfile': 'ARG VERSION=26\nFROM --platform=linux/amd64 node:${VERSION} AS base\n',
    },
    inputs: { environment: 'live' },
    expected: [
      'api/Dockerfile:2:29 CK-R-110 node:26 is not locked, and live is protected',
      'services.yaml:10:18 CK-R-110 nginx:1.29 is not locked, and live is protected',
    ],
  },
  {
    name: 'an image tag that a lock does not know, and a lock that is none',
    files: {
      ...stack('  images:\n    web: { from: "nginx:1.29" }\n'),
      'images.lock':
        'apiVersion: codex-k8s.dev/v1alpha1\nkind: ImagesLock\nimages:\n  docker.io/library/nginx:1.28: 4\n',
    },
    expected: [
      'images.lock:4:33 CK-R-022 docker.io/library/nginx:1.28 must be string, not number 4',
      'services.yaml:9:18 CK-R-111 nginx:1.29 is not in images.lock',
    ],
  },
  {
    name: 'images that cannot be built',
    files: {
      ...stack(
        '  images:\n    a: { type: build, repository: x/a, context: nope }\n    b: { type: build, repository: x/b, target: dev, context: b }\n    c: { type: build, repository: x/c, context: c }\n    d: { type: build, repository: x/d, context: .., dockerfile: ../D }\n    e: { type: build, repository: x/e, context: b, dockerfile: b/E }\n',
      ),
      'b/Dockerfile': 'FROM scratch AS run\n',
      'b/E': '# nothing\n',
      'c/Dockerfile':
        'ARG BASE\nFROM $BASE\nFROM scratch\nCOPY --from=0 /a /a\nCOPY --from=A:B / /\n',
    },
    expected: [
      'c/Dockerfile:2:6 CK-R-112 $BASE has no value: give it in args, or a default in an ARG before the first FROM',
      'c/Dockerfile:5:13 CK-R-112 A:B is no reference of an image',
      'services.yaml:9:49 CK-R-112 there is no directory nope to build a from',
      'services.yaml:10:48 CK-R-112 b/Dockerfile has no stage dev',
      'services.yaml:12:40 CK-R-010 .. leads outside of the source',
      'services.yaml:12:53 CK-R-010 ../D leads outside of the source',
      'services.yaml:13:64 CK-R-112 b/E has no FROM',
    ],
  },
  {
    name: 'an image that does not exist',
    files: stack(
      `  images: { web: { from: nginx } }\n${service('      workload:\n        image: wbe\n')}`,
    ),
    expected: ['services.yaml:13:16 CK-R-053 there is no image "wbe" in spec.images'],
  },
  {
    name: 'a service that is hot-reload in a production environment, through its component',
    files: {
      ...stack(
        '    production: { from: dev }\n    copy: { from: production, protected: true }\n  images: { web: { from: nginx } }\n  components:\n    - name: base\n      serviceDefaults: { codeUpdateStrategy: hot-reload }\n  services:\n    - name: web\n      use: [base]\n      hotReload: { source: src, mountPath: /src }\n      workload: { image: web }\n',
      ),
      'src/a': 'a',
    },
    inputs: { environment: 'production' },
    expected: [
      'services.yaml:13:46 CK-R-113 web is hot-reload, and production is a production environment',
    ],
  },
  {
    name: 'services that cannot be hot-reload as they are declared',
    files: {
      ...stack(`  images:
    web: { from: nginx }
    api: { type: build, repository: x/api, context: api }
  services:
    - name: a
      codeUpdateStrategy: hot-reload
      hotReload: { source: nope, mountPath: /src/, target: dev }
      workload:
        image: web
        volumes: [{ name: source-snapshot, mountPath: /src, emptyDir: true }]
    - name: b
      codeUpdateStrategy: hot-reload
      hotReload: { source: .., mountPath: /src }
      workload: { image: api }
    - name: c
      codeUpdateStrategy: hot-reload
      hotReload: { source: api, mountPath: /src, inputs: [web.yaml, "api/*.x"], target: dev }
      workload: { image: api }
    - name: d
      codeUpdateStrategy: hot-reload
      hotReload: { source: api, mountPath: /src }
      manifests: [{ path: web.yaml }]
`),
      'web.yaml': configMap,
      'api/Dockerfile': 'FROM scratch\n',
    },
    expected: [
      'services.yaml:14:28 CK-R-114 there is no directory nope to mount in a',
      'services.yaml:14:52 CK-R-114 hotReload of a has a target, and the image web is not built here',
      'services.yaml:17:27 CK-R-114 the volume of the snapshot of a is named source-snapshot already',
      'services.yaml:17:55 CK-R-114 the snapshot of a is mounted at /src/ already',
      'services.yaml:20:28 CK-R-010 .. leads outside of the source',
      'services.yaml:24:59 CK-R-114 web.yaml lies outside of the context api',
      'services.yaml:24:69 CK-R-011 api/*.x matches nothing in the source',
      'services.yaml:24:89 CK-R-112 api/Dockerfile has no stage dev',
      'services.yaml:28:18 CK-R-114 d has no typed workload that a snapshot could be mounted in',
    ],
  },
  {
    name: 'services that new code never reaches',
    files: {
      ...stack(`  services:
    - name: a
      codeUpdateStrategy: restart
      manifests: [{ path: web.yaml }]
    - name: b
      codeUpdateStrategy: hot-reload
      manifests: [{ path: b.yaml }]
    - name: c
      codeUpdateStrategy: restart
      restart: { sources: [nope] }
      manifests: [{ path: c.yaml }]
`),
      'web.yaml': configMap,
      'b.yaml': configMap.replace('web', 'b'),
      'c.yaml': configMap.replace('web', 'c'),
    },
    expected: [
      'services.yaml:10:27 CK-R-115 a is restart, and says of no source that it restarts it',
      'services.yaml:13:27 CK-R-115 b is hot-reload, and says nothing of its source',
      'services.yaml:17:28 CK-R-011 nope matches nothing in the source',
    ],
  },
  {
    name: 'a unit with nothing to deploy',
    files: stack(service('')),
    expected: ['services.yaml:9:13 CK-R-060 web has neither a workload nor manifests'],
  },
  {
    name: 'a phase that does not exist',
    files: {
      ...stack(service('      deployGroup: backend\n      manifests: [{ path: web.yaml }]\n')),
      'web.yaml': configMap,
    },
    expected: ['services.yaml:11:20 CK-R-061 there is no phase backend'],
  },
  {
    name: 'workloads that do not fit together',
    files: stack(
      `  images: { web: { from: nginx } }\n${service('      workload:\n        image: web\n        schedule: "* * * * *"\n        ingress: { host: x }\n        probes:\n          liveness: {}\n')}`,
    ),
    expected: [
      'services.yaml:14:19 CK-R-062 only a CronJob has a schedule',
      'services.yaml:15:18 CK-R-062 there is no port to use: the workload has no ports',
      'services.yaml:17:21 CK-R-062 a probe has exactly one of http, tcp, exec',
    ],
  },
  {
    name: 'documents that are no objects, in the manifest file',
    files: {
      ...stack(service('      manifests:\n        - path: web.yaml\n')),
      'web.yaml': `${configMap}---\nkind: ConfigMap\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  generateName: x\n`,
    },
    expected: [
      'web.yaml:6:1 CK-R-063 the object has no apiVersion',
      'web.yaml:8:1 CK-R-063 the ConfigMap has generateName: a declared object needs a fixed name',
    ],
  },
  {
    name: 'a label of the platform in a manifest',
    files: {
      ...stack(service('      manifests: [{ path: web.yaml }]\n')),
      'web.yaml': `${configMap}  labels:\n    codex-k8s.dev/unit: other\n`,
    },
    expected: ['web.yaml:6:5 CK-R-064 the label codex-k8s.dev/unit belongs to the platform'],
  },
  {
    name: 'a condition that is neither true nor false',
    files: stack(service('      when: "{{ .Env }}"\n')),
    expected: ['services.yaml:11:13 CK-R-065 when must be true or false, not "dev"'],
  },
  {
    name: 'a dependency that does not exist',
    files: {
      ...stack(service('      dependsOn: [db]\n      manifests: [{ path: web.yaml }]\n')),
      'web.yaml': configMap,
    },
    expected: ['services.yaml:11:19 CK-R-070 web depends on db, which does not exist'],
  },
  {
    name: 'dependencies in a circle, with the chain',
    files: {
      ...stack(
        `  infrastructure:\n    - name: a\n      dependsOn: [b]\n      manifests: [{ path: a.yaml }]\n    - name: b\n      dependsOn:\n        - c\n      manifests: [{ path: b.yaml }]\n    - name: c\n      dependsOn:\n        - a\n      manifests: [{ path: c.yaml }]\n`,
      ),
      ...Object.fromEntries(
        ['a', 'b', 'c'].map((name) => [`${name}.yaml`, configMap.replace('web', name)]),
      ),
    },
    expected: [
      'services.yaml:18:11 CK-R-071 units depend on each other in a circle: a -> b -> c -> a',
    ],
  },
  {
    name: 'a dependency on a later phase',
    files: {
      ...stack(
        `  infrastructure:\n    - name: db\n      dependsOn: [web]\n      manifests: [{ path: db.yaml }]\n${service('      manifests: [{ path: web.yaml }]\n')}`,
      ),
      'web.yaml': configMap,
      'db.yaml': configMap.replace('web', 'db'),
    },
    expected: [
      'services.yaml:10:19 CK-R-072 db (stateful) depends on web, whose phase internal comes later',
    ],
  },
  {
    name: 'a unit that stands in both blocks',
    files: {
      ...stack(
        `  infrastructure:\n    - name: web\n      manifests: [{ path: a.yaml }]\n${service('      manifests: [{ path: web.yaml }]\n')}`,
      ),
      'web.yaml': configMap,
      'a.yaml': configMap.replace('web', 'a'),
    },
    expected: ['services.yaml:12:13 CK-R-073 there are two units named web'],
  },
  {
    name: 'an object that two units declare',
    files: {
      ...stack(
        `  infrastructure:\n    - name: db\n      manifests: [{ path: db.yaml }]\n${service('      manifests: [{ path: web.yaml }]\n')}`,
      ),
      'web.yaml': configMap,
      'db.yaml': `---\n${configMap}`,
    },
    expected: ['web.yaml:1:1 CK-R-074 ConfigMap web is declared in db and in web'],
  },
  {
    name: 'a cluster-scoped object, pointed at in the template that makes it',
    files: {
      ...stack(service('      manifests: [{ path: web.yaml.tpl }]\n')),
      'web.yaml.tpl':
        '{{- $name := printf "%s-admin" .Project -}}\n# comment\n{{ if true }}\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: {{ $name }}\n{{ end }}\n',
    },
    expected: [
      'web.yaml.tpl:4:1 CK-R-075 ClusterRole shop-admin is cluster-scoped, and dev is no cluster environment',
    ],
  },
  {
    name: 'an object in another namespace',
    files: {
      ...stack(service('      manifests: [{ path: web.yaml }]\n')),
      'web.yaml': `${configMap}  namespace: kube-system\n`,
    },
    expected: [
      'web.yaml:5:14 CK-R-076 ConfigMap web names the namespace kube-system; the environment has shop-dev',
    ],
  },
  {
    name: 'a slot without a namespace of its own',
    files: {
      'services.yaml': stackText(
        '  environments:\n    dev:\n      namespaceTemplate: "{{ .Project }}-x"\n  instanceScope: { marker: same }\n',
      ),
    },
    inputs: { slot: 3 },
    expected: [
      'services.yaml:8:26 CK-R-034 every slot of dev would have the namespace shop-x',
      'services.yaml:9:28 CK-R-078 every slot would have the marker same',
    ],
  },
  {
    name: 'an override that would bring slots together',
    files: {
      'services.yaml': stackText(
        '  environments: { dev: { namespaceTemplate: "x-{{ .Slot }}" } }\n  namespaceOverrides: { x-3: shared }\n',
      ),
    },
    inputs: { slot: 3 },
    expected: ['services.yaml:6:45 CK-R-034 every slot of dev would have the namespace shared'],
  },
  {
    name: 'hooks and migrations that do not fit together',
    files: stack(
      '  images: { web: { from: "web:1" } }\n  infrastructure:\n    - name: db\n      migrations:\n        - name: schema\n        - { name: data, image: wbe, rollback: { policy: job } }\n        - { name: more, image: web, rollback: { policy: blocked, job: { image: web } } }\n      hooks:\n        - { name: data, on: afterApply, image: web, volumes: [{ name: d, mountPath: /d, size: 1Gi }] }\n',
    ),
    expected: [
      'services.yaml:12:11 CK-R-066 schema names no image, and db has no workload to take it from',
      'services.yaml:13:32 CK-R-053 there is no image "wbe" in spec.images',
      'services.yaml:13:47 CK-R-066 the rollback of data has no job',
      'services.yaml:14:71 CK-R-066 the rollback of more is blocked: its job would never run',
      'services.yaml:16:19 CK-R-066 there are two hooks or migrations named data',
      'services.yaml:16:63 CK-R-066 a Job has no disk of its own',
    ],
  },
  {
    name: 'a field of a hook whose type a template gets wrong',
    files: stack(
      '  images: { web: { from: "web:1" } }\n  infrastructure:\n    - name: db\n      hooks: [{ name: a, on: "{{ .Env }}", image: web, retries: "{{ .Slot }}", timeoutSeconds: "{{ .Env }}" }]\n',
    ),
    expected: [
      'services.yaml:11:30 CK-R-023 on must be one of beforeApply, afterApply, afterHealthy',
      'services.yaml:11:96 CK-R-022 timeoutSeconds must be integer, not string "dev"',
    ],
  },
  {
    name: 'settings that templates get wrong',
    files: {
      'services.yaml': stackText(
        '  environments: { dev: { domainTemplate: "{{ .Env }}..x", imagePullPolicy: "{{ .Env }}" } }\n  orchestration:\n    readiness: { timeoutSeconds: "{{ .Env }}" }\n    cleanupPolicy: { fullEnvIdleTTL: "{{ .Slot }}d" }\n  instanceScope: { marker: "{{ .Env }}/x" }\n',
      ),
    },
    expected: [
      'services.yaml:6:76 CK-R-023 imagePullPolicy must be one of Always, IfNotPresent, Never',
      'services.yaml:8:34 CK-R-022 timeoutSeconds must be integer, not string "dev"',
      'services.yaml:9:38 CK-R-023 fullEnvIdleTTL cannot be "0d"',
      'services.yaml:10:28 CK-R-047 the marker would be "dev/x"',
    ],
  },
  {
    name: 'a domain that is none',
    files: {
      'services.yaml': stackText('  environments: { dev: { domainTemplate: "{{ .Env }}..x" } }\n'),
    },
    expected: ['services.yaml:6:42 CK-R-023 the domain would be "dev..x"'],
  },
  {
    name: 'an environment of a secret that does not exist',
    files: stack(
      '  secrets:\n    - { name: db, keys: [url], source: platform, environments: [dev, prd] }\n',
    ),
    expected: ['services.yaml:9:70 CK-R-030 there is no environment prd'],
  },
  {
    name: 'secrets that pods will not find, hooks among them',
    files: {
      'services.yaml': stackText(
        `  environments: { dev: , live: }\n  images: { web: { from: "web:1" } }\n  secrets:\n    - { name: db, keys: [url], source: platform }\n    - { name: live, keys: [url], source: platform, environments: [live] }\n${service(
          [
            'workload:',
            '  image: web',
            '  resources: { limits: { memory: 1Mi } }',
            '  env:',
            '    A: { secret: { name: db, key: ulr } }',
            '    B: { secret: { name: bd, key: url } }',
            '  volumes: [{ name: v, mountPath: /v, secret: files }]',
            'hooks:',
            '  - name: h',
            '    on: afterApply',
            '    resources: { limits: { memory: 1Mi } }',
            '    env: { C: { secret: { name: live, key: url } } }',
          ]
            .map((line) => `      ${line}\n`)
            .join(''),
        )}`,
      ),
    },
    expected: [
      'services.yaml:18:41 CK-R-081 the secret db has no key ulr',
      'services.yaml:19:32 CK-R-080 the secret bd is not declared',
      'services.yaml:20:53 CK-R-080 the secret files is not declared',
      'services.yaml:25:39 CK-R-082 the secret live is not for dev',
    ],
  },
  {
    name: 'a document that is not there',
    files: {
      ...stack(
        '  projectDocs:\n    - { path: docs }\n    - { path: docs/missing.md }\n    - { path: none.md, optional: true }\n    - { path: far.md, repository: team/other }\n',
      ),
      'docs/a.md': '',
    },
    expected: ['services.yaml:10:15 CK-R-083 there is no file or directory docs/missing.md'],
  },
  {
    name: 'a singleton outside of a cluster environment',
    files: {
      ...stack(
        service('      scope: infrastructure-singleton\n      manifests: [{ path: web.yaml }]\n'),
      ),
      'web.yaml': configMap,
    },
    expected: [
      'services.yaml:11:14 CK-R-077 web is an infrastructure-singleton, and dev is no cluster environment',
    ],
  },
];

describe('diagnostics', () => {
  for (const { name, files, inputs, expected } of cases) {
    it(`point at ${name}`, async () => {
      expect(await findingsOf(files, inputs)).to.deep.equal(expected);
    });
  }

  it('are shown by a test for every code there is', async () => {
    const shown = new Set(
      cases.flatMap(({ expected }) => expected).map((line) => /CK-R-\d+/.exec(line)?.[0]),
    );
    // Rooms that find something of their own show it in a test beside them.
    const source = new URL('../', import.meta.url);
    for (const path of await readdir(source, { recursive: true })) {
      if (!path.endsWith('.test.ts')) continue;
      const text = await readFile(new URL(path, source), 'utf8');
      for (const [code] of text.matchAll(/CK-R-\d{3}/g)) shown.add(code);
    }
    expect(
      Object.values(codes)
        .map(({ code }) => code)
        .filter((code) => !shown.has(code)),
    ).to.deep.equal([]);
  });

  it('have codes that are unique', () => {
    const all = Object.values(codes).map(({ code }) => code);
    expect(new Set(all).size).to.equal(all.length);
  });
});
