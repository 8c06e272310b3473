import { stackText } from '../render-texts.ts';
import { configMap, service, stack, type Mistake } from './parts.ts';

export const safeguardsMistakes: readonly Mistake[] = [
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
    fix: [{ from: '      scope: infrastructure-singleton\n', to: '' }],
  },
];
