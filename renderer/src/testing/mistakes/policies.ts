import { stackText } from '../render-texts.ts';
import type { Mistake } from './parts.ts';

export const policiesMistakes: readonly Mistake[] = [
  {
    name: 'a password in plain sight',
    files: {
      'services.yaml': stackText(
        '  environments:\n    production:\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: web.yaml }]\n',
      ),
      'web.yaml':
        'apiVersion: v1\nkind: Secret\nmetadata:\n  name: database\nstringData:\n  password: hunter2\n',
    },
    inputs: { environment: 'production' },
    expected: ['web.yaml:6:13 CK-R-160 Secret database: its data stands in plain sight: password'],
    fix: [
      {
        from: '      manifests: [{ path: web.yaml }]\n',
        to: '      manifests: [{ path: config.yaml }]\n  secrets:\n    - { name: database, keys: [password], source: generated }\n',
      },
      {
        file: 'config.yaml',
        from: '',
        to: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n',
      },
    ],
  },
  {
    name: 'an image that is another one tomorrow',
    files: {
      'services.yaml': stackText(
        '  environments:\n    production:\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: web.yaml }]\n',
      ),
      'web.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector: { matchLabels: { app: web } }\n  template:\n    metadata: { labels: { app: web } }\n    spec:\n      containers:\n        - name: web\n          image: nginx:latest\n          resources: { limits: { memory: 64Mi } }\n',
    },
    inputs: { environment: 'production' },
    expected: [
      'web.yaml:12:18 CK-R-161 Deployment web: container web runs nginx:latest, a tag that moves',
    ],
    fix: [{ file: 'web.yaml', from: 'nginx:latest', to: 'nginx:1.29.1' }],
  },
  {
    name: 'a container without a limit',
    files: {
      'services.yaml': stackText(
        '  environments:\n    production:\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: web.yaml }]\n',
      ),
      'web.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector: { matchLabels: { app: web } }\n  template:\n    metadata: { labels: { app: web } }\n    spec:\n      containers:\n        - name: web\n          image: nginx:1.29.1\n',
    },
    inputs: { environment: 'production' },
    expected: ['web.yaml:11:11 CK-R-162 Deployment web: container web has no memory limit'],
    fix: [
      {
        file: 'web.yaml',
        from: '          image: nginx:1.29.1\n',
        to: '          image: nginx:1.29.1\n          resources: { limits: { memory: 64Mi } }\n',
      },
    ],
  },
  {
    name: 'a container that gets traffic without a probe',
    files: {
      'services.yaml': stackText(
        '  environments:\n    production:\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: web.yaml }]\n',
      ),
      'web.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector: { matchLabels: { app: web } }\n  template:\n    metadata: { labels: { app: web } }\n    spec:\n      containers:\n        - name: web\n          image: nginx:1.29.1\n          resources: { limits: { memory: 64Mi } }\n          ports: [{ containerPort: 80 }]\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: { app: web }\n  ports: [{ port: 80 }]\n',
    },
    inputs: { environment: 'production' },
    expected: [
      'web.yaml:11:11 CK-R-163 Deployment web: container web has ports and no readiness probe',
    ],
    fix: [
      {
        file: 'web.yaml',
        from: '          ports: [{ containerPort: 80 }]\n',
        to: '          ports: [{ containerPort: 80 }]\n          readinessProbe: { httpGet: { path: /, port: 80 } }\n',
      },
    ],
  },
  {
    name: 'a privileged container',
    files: {
      'services.yaml': stackText(
        '  environments:\n    production:\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: web.yaml }]\n',
      ),
      'web.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector: { matchLabels: { app: web } }\n  template:\n    metadata: { labels: { app: web } }\n    spec:\n      containers:\n        - name: web\n          image: nginx:1.29.1\n          resources: { limits: { memory: 64Mi } }\n          securityContext: { privileged: true }\n',
    },
    inputs: { environment: 'production' },
    expected: ['web.yaml:14:42 CK-R-164 Deployment web: container web is privileged'],
    fix: [{ file: 'web.yaml', from: '          securityContext: { privileged: true }\n', to: '' }],
  },
  {
    name: 'a directory of the node',
    files: {
      'services.yaml': stackText(
        '  environments:\n    production:\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: web.yaml }]\n',
      ),
      'web.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector: { matchLabels: { app: web } }\n  template:\n    metadata: { labels: { app: web } }\n    spec:\n      containers:\n        - name: web\n          image: nginx:1.29.1\n          resources: { limits: { memory: 64Mi } }\n      volumes: [{ name: logs, hostPath: { path: /var/log } }]\n',
    },
    inputs: { environment: 'production' },
    expected: ['web.yaml:14:49 CK-R-165 Deployment web: volume logs is /var/log of the node'],
    fix: [{ file: 'web.yaml', from: 'hostPath: { path: /var/log }', to: 'emptyDir: {}' }],
  },
  {
    name: 'an API that is on its way out',
    files: {
      'services.yaml': stackText(
        '  environments:\n    production:\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: web.yaml }]\n',
      ),
      'web.yaml': 'apiVersion: v1\nkind: Endpoints\nmetadata:\n  name: web\n',
    },
    inputs: { environment: 'production' },
    expected: [
      'web.yaml:1:13 CK-R-166 Endpoints web: v1 Endpoints is deprecated since Kubernetes 1.33',
    ],
  },
  {
    name: 'an API that is gone',
    files: {
      'services.yaml': stackText(
        '  environments:\n    production:\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: web.yaml }]\n',
      ),
      'web.yaml':
        'apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata:\n  name: web\nspec:\n  minAvailable: 1\n',
    },
    inputs: { environment: 'production' },
    expected: [
      'web.yaml:1:13 CK-R-167 PodDisruptionBudget web: policy/v1beta1 PodDisruptionBudget is not served any more since Kubernetes 1.25',
    ],
    fix: [{ file: 'web.yaml', from: 'policy/v1beta1', to: 'policy/v1' }],
  },
  {
    name: 'a slot that reads the secrets of others',
    files: {
      'services.yaml': stackText(
        '  environments:\n    ai: { namespaceTemplate: "{{ .Project }}-{{ .Slot }}" }\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: web.yaml }]\n  secrets:\n    - { name: payments, keys: [token], source: platform }\n',
      ),
      'web.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector: { matchLabels: { app: web } }\n  template:\n    metadata: { labels: { app: web } }\n    spec:\n      containers:\n        - name: web\n          image: nginx:1.29.1\n          resources: { limits: { memory: 64Mi } }\n          envFrom: [{ secretRef: { name: payments } }]\n',
    },
    inputs: { environment: 'ai', slot: 1 },
    expected: [
      'web.yaml:14:42 CK-R-168 Deployment web: its pods read the secret payments, which is not declared for slots',
    ],
    fix: [{ from: 'source: platform', to: 'source: generated' }],
  },
  {
    name: 'a waiver that nothing needs',
    files: {
      'services.yaml': stackText(
        '  environments:\n    production:\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: web.yaml }]\n  policies:\n    waivers:\n      - { rule: host-path, unit: web, reason: It reads the logs of the node }\n',
      ),
      'web.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector: { matchLabels: { app: web } }\n  template:\n    metadata: { labels: { app: web } }\n    spec:\n      containers:\n        - name: web\n          image: nginx:1.29.1\n          resources: { limits: { memory: 64Mi } }\n',
    },
    inputs: { environment: 'production' },
    expected: [
      'services.yaml:14:9 CK-R-169 the waiver of host-path for web is not needed: no object breaks the rule',
    ],
    fix: [
      {
        from: '  policies:\n    waivers:\n      - { rule: host-path, unit: web, reason: It reads the logs of the node }\n',
        to: '',
      },
    ],
  },
];
