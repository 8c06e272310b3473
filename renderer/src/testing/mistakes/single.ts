import { stackText } from '../render-texts.ts';
import type { Mistake } from './parts.ts';

export const singleMistakes: readonly Mistake[] = [
  {
    name: 'a kind that is misspelt',
    files: {
      'services.yaml': stackText('  environments:\n    dev: {}\n').replace('Stack', 'Stacks'),
    },
    expected: ['services.yaml:2:7 CK-R-007 kind is not ServiceStack'],
    fix: [{ from: 'ServiceStacks', to: 'ServiceStack' }],
  },
  {
    name: 'a renderer that does not exist yet',
    files: {
      'services.yaml': stackText(
        "  requires: { renderer: '>=99' }\n  environments:\n    dev: {}\n",
      ),
    },
    expected: ['services.yaml:6:25 CK-R-008 the file needs a renderer >=99; this is 0.1.0'],
    fix: [{ from: "'>=99'", to: "'>=0.1'" }],
  },
  {
    name: 'a manifest beside the repository',
    files: {
      'services.yaml': stackText(
        '  environments:\n    dev: {}\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: ../web.yaml }]\n',
      ),
    },
    expected: ['services.yaml:11:27 CK-R-010 ../web.yaml leads outside of the source'],
    fix: [
      { from: '../web.yaml', to: 'web.yaml' },
      {
        file: 'web.yaml',
        from: '',
        to: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n',
      },
    ],
  },
  {
    name: 'a field of a workload at the service',
    files: {
      'services.yaml': stackText(
        "  environments:\n    dev: {}\n  images: { web: { from: 'nginx:1.29.1' } }\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      replicas: 2\n      workload:\n        image: web\n        resources: { limits: { memory: 64Mi } }\n",
      ),
    },
    expected: ['services.yaml:12:7 CK-R-020 unknown field replicas'],
    fix: [
      {
        from: '      replicas: 2\n      workload:\n',
        to: '      workload:\n        replicas: 2\n',
      },
    ],
  },
  {
    name: 'an alias that is an environment',
    files: {
      'services.yaml': stackText(
        '  environments:\n    dev: { aliases: [staging] }\n    staging: {}\n',
      ),
    },
    expected: ['services.yaml:7:22 CK-R-033 staging would mean staging and dev'],
    fix: [{ from: '{ aliases: [staging] }', to: '{ aliases: [sandbox] }' }],
  },
  {
    name: 'one namespace for all slots',
    files: {
      'services.yaml': stackText('  environments:\n    ai: { namespaceTemplate: shop-ai }\n'),
    },
    inputs: { environment: 'ai', slot: 1 },
    expected: ['services.yaml:7:30 CK-R-034 every slot of ai would have the namespace shop-ai'],
    fix: [{ from: 'shop-ai', to: "'shop-ai-{{ .Slot }}'" }],
  },
  {
    name: 'a value for a variable that is misspelt',
    files: {
      'services.yaml': stackText(
        '  vars: { replicas: { type: integer, default: 1 } }\n  environments:\n    dev: { vars: { replica: 3 } }\n',
      ),
    },
    expected: ['services.yaml:8:20 CK-R-043 the variable replica is not declared'],
    fix: [{ from: 'replica: 3', to: 'replicas: 3' }],
  },
  {
    name: 'the platform under the name that exists',
    files: {
      'services.yaml': stackText(
        '  environments:\n    dev: {}\n    production: { namespaceTemplate: "{{ .Project }}-prod" }\n',
        'codex-k8s',
      ),
    },
    expected: [
      'services.yaml:8:38 CK-R-051 environments.production.namespaceTemplate must be "{{ .Project }}-production"',
      'services.yaml:8:38 CK-R-051 namespaceOverrides must map codex-k8s-production to codex-k8s-prod',
    ],
    fix: [
      {
        from: '{{ .Project }}-prod" }\n',
        to: '{{ .Project }}-production" }\n  namespaceOverrides: { codex-k8s-production: codex-k8s-prod }\n',
      },
    ],
  },
  {
    name: 'a service that is only a name',
    files: {
      'services.yaml': stackText(
        '  environments:\n    dev: {}\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n',
      ),
    },
    expected: ['services.yaml:9:13 CK-R-060 web has neither a workload nor manifests'],
    fix: [
      {
        from: '      codeUpdateStrategy: rebuild\n',
        to: '      codeUpdateStrategy: rebuild\n      manifests: [{ path: web.yaml }]\n',
      },
      {
        file: 'web.yaml',
        from: '',
        to: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n',
      },
    ],
  },
  {
    name: 'a schedule for what runs all the time',
    files: {
      'services.yaml': stackText(
        "  environments:\n    dev: {}\n  images: { web: { from: 'nginx:1.29.1' } }\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      workload:\n        image: web\n        resources: { limits: { memory: 64Mi } }\n        schedule: '0 3 * * *'\n",
      ),
    },
    expected: ['services.yaml:15:19 CK-R-062 only a CronJob has a schedule'],
    fix: [{ from: '        schedule:', to: '        kind: CronJob\n        schedule:' }],
  },
  {
    name: 'a document without a name',
    files: {
      'services.yaml': stackText(
        '  environments:\n    dev: {}\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: web.yaml }]\n',
      ),
      'web.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n',
    },
    expected: ['web.yaml:1:1 CK-R-063 the ConfigMap has no metadata.name'],
    fix: [{ file: 'web.yaml', from: 'metadata: {}', to: 'metadata: { name: web }' }],
  },
  {
    name: 'a hook that nothing runs in',
    files: {
      'services.yaml': stackText(
        "  environments:\n    dev: {}\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: web.yaml }]\n      hooks:\n        - name: warm\n          on: afterHealthy\n          command: [curl, 'http://web']\n",
      ),
      'web.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n',
    },
    expected: [
      'services.yaml:13:11 CK-R-066 warm names no image, and web has no workload to take it from',
    ],
    fix: [
      {
        from: '          on: afterHealthy\n',
        to: '          on: afterHealthy\n          image: curl\n',
      },
      { from: 'spec:\n', to: "spec:\n  images: { curl: { from: 'curlimages/curl:8.15.0' } }\n" },
      { from: '  images: {}\n', to: '' },
    ],
  },
  {
    name: 'one marker for every slot',
    files: {
      'services.yaml': stackText(
        '  instanceScope: { marker: shop }\n  environments:\n    ai: { namespaceTemplate: "{{ .Project }}-{{ .Slot }}" }\n',
      ),
    },
    inputs: { environment: 'ai', slot: 1 },
    expected: ['services.yaml:6:28 CK-R-078 every slot would have the marker shop'],
    fix: [{ from: 'marker: shop', to: "marker: 'shop-{{ .Slot }}'" }],
  },
  {
    name: 'a secret that nobody declared',
    files: {
      'services.yaml': stackText(
        "  environments:\n    dev: {}\n  images: { web: { from: 'nginx:1.29.1' } }\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      workload:\n        image: web\n        resources: { limits: { memory: 64Mi } }\n        env: { TOKEN: { secret: { name: api, key: token } } }\n",
      ),
    },
    expected: ['services.yaml:15:41 CK-R-080 the secret api is not declared'],
    fix: [
      {
        from: '  images:',
        to: '  secrets: [{ name: api, keys: [token], source: platform }]\n  images:',
      },
    ],
  },
  {
    name: 'a key that is misspelt',
    files: {
      'services.yaml': stackText(
        "  environments:\n    dev: {}\n  secrets: [{ name: api, keys: [token], source: platform }]\n  images: { web: { from: 'nginx:1.29.1' } }\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      workload:\n        image: web\n        resources: { limits: { memory: 64Mi } }\n        env: { TOKEN: { secret: { name: api, key: tokn } } }\n",
      ),
    },
    expected: ['services.yaml:16:51 CK-R-081 the secret api has no key tokn'],
    fix: [{ from: 'tokn', to: 'token' }],
  },
  {
    name: 'a secret of production in dev',
    files: {
      'services.yaml': stackText(
        "  environments:\n    dev: {}\n    production: {}\n  secrets: [{ name: api, keys: [token], source: platform, environments: [production] }]\n  images: { web: { from: 'nginx:1.29.1' } }\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      workload:\n        image: web\n        resources: { limits: { memory: 64Mi } }\n        env: { TOKEN: { secret: { name: api, key: token } } }\n",
      ),
    },
    expected: ['services.yaml:17:41 CK-R-082 the secret api is not for dev'],
    fix: [{ from: ', environments: [production]', to: '' }],
  },
  {
    name: 'a document that moved',
    files: {
      'services.yaml': stackText(
        '  environments:\n    dev: {}\n  projectDocs: [{ path: docs/handbook.md }]\n',
      ),
    },
    expected: ['services.yaml:8:25 CK-R-083 there is no file or directory docs/handbook.md'],
    fix: [{ from: '{ path: docs/handbook.md }', to: '{ path: docs/handbook.md, optional: true }' }],
  },
  {
    name: 'a tag in production that may move',
    files: {
      'services.yaml': stackText(
        "  environments:\n    dev: { protected: true }\n  images: { web: { from: 'nginx:1.29.1' } }\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      workload:\n        image: web\n        resources: { limits: { memory: 64Mi } }\n",
      ),
    },
    expected: ['services.yaml:8:26 CK-R-110 nginx:1.29.1 is not locked, and dev is protected'],
    fix: [
      {
        from: 'nginx:1.29.1',
        to: 'nginx@sha256:1111111111111111111111111111111111111111111111111111111111111111',
      },
    ],
  },
  {
    name: 'a lock that lacks an image',
    files: {
      'services.yaml': stackText(
        "  environments:\n    dev: {}\n  images: { web: { from: 'nginx:1.29.1' } }\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      workload:\n        image: web\n        resources: { limits: { memory: 64Mi } }\n",
      ),
      'images.lock': 'apiVersion: codex-k8s.dev/v1alpha1\nkind: ImagesLock\nimages: {}\n',
    },
    expected: ['services.yaml:8:26 CK-R-111 nginx:1.29.1 is not in images.lock'],
    fix: [
      {
        file: 'images.lock',
        from: 'images: {}',
        to: 'images:\n  docker.io/library/nginx:1.29.1: sha256:1111111111111111111111111111111111111111111111111111111111111111',
      },
    ],
  },
  {
    name: 'a build without its Dockerfile',
    files: {
      'services.yaml': stackText(
        '  environments:\n    dev: {}\n  images: { web: { type: build, repository: registry.example.com/web, context: web } }\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      workload:\n        image: web\n        resources: { limits: { memory: 64Mi } }\n',
      ),
      'web/index.html': 'words\n',
    },
    expected: ['services.yaml:8:80 CK-R-112 there is no Dockerfile web/Dockerfile'],
    fix: [
      {
        file: 'web/Dockerfile',
        from: '',
        to: 'FROM nginx@sha256:1111111111111111111111111111111111111111111111111111111111111111\nCOPY . /usr/share/nginx/html\n',
      },
    ],
  },
  {
    name: 'mounted code in production',
    files: {
      'services.yaml': stackText(
        '  environments:\n    production: {}\n  images: { web: { type: build, repository: registry.example.com/web, context: web } }\n  services:\n    - name: web\n      codeUpdateStrategy: hot-reload\n      hotReload: { source: web/src, mountPath: /app }\n      workload:\n        image: web\n        resources: { limits: { memory: 64Mi } }\n',
      ),
      'web/Dockerfile':
        'FROM nginx@sha256:1111111111111111111111111111111111111111111111111111111111111111\n',
      'web/src/index.html': 'words\n',
    },
    inputs: { environment: 'production' },
    expected: [
      'services.yaml:11:27 CK-R-113 web is hot-reload, and production is a production environment',
    ],
    fix: [
      {
        from: 'codeUpdateStrategy: hot-reload',
        to: 'codeUpdateStrategy: \'{{ ternary (eq .Env "production") "rebuild" "hot-reload" }}\'',
      },
    ],
  },
  {
    name: 'mounted code from nowhere',
    files: {
      'services.yaml': stackText(
        '  environments:\n    dev: {}\n  images: { web: { type: build, repository: registry.example.com/web, context: web } }\n  services:\n    - name: web\n      codeUpdateStrategy: hot-reload\n      workload:\n        image: web\n        resources: { limits: { memory: 64Mi } }\n',
      ),
      'web/Dockerfile':
        'FROM nginx@sha256:1111111111111111111111111111111111111111111111111111111111111111\n',
      'web/src/index.html': 'words\n',
    },
    expected: ['services.yaml:11:27 CK-R-115 web is hot-reload, and says nothing of its source'],
    fix: [
      {
        from: 'codeUpdateStrategy: hot-reload\n',
        to: 'codeUpdateStrategy: hot-reload\n      hotReload: { source: web/src, mountPath: /usr/share/nginx/html }\n',
      },
    ],
  },
  {
    name: 'a restart that nothing sets off',
    files: {
      'services.yaml': stackText(
        "  environments:\n    dev: {}\n  images: { web: { from: 'nginx:1.29.1' } }\n  services:\n    - name: web\n      codeUpdateStrategy: restart\n      workload:\n        image: web\n        resources: { limits: { memory: 64Mi } }\n",
      ),
    },
    expected: [
      'services.yaml:11:27 CK-R-115 web is restart, and says of no source that it restarts it',
    ],
    fix: [
      {
        from: 'codeUpdateStrategy: restart\n',
        to: 'codeUpdateStrategy: restart\n      restart: { sources: [config/] }\n',
      },
      { file: 'config/site.conf', from: '', to: 'gzip on;\n' },
    ],
  },
];
