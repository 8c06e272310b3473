import { configMap, service, stack, type Mistake } from './parts.ts';

export const imagesMistakes: readonly Mistake[] = [
  {
    name: 'an image without a reference',
    files: stack('  vars: { tag: {} }\n  images:\n    web: { from: "nginx:{{ .Vars.tag }}" }\n'),
    expected: ['services.yaml:10:18 CK-R-052 the image web would be "nginx:"'],
    fix: [{ from: 'tag: {}', to: "tag: { default: '1.29' }" }],
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
    fix: [{ from: 'image: wbe', to: 'image: web' }],
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
];
