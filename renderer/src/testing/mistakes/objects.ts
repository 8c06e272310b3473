import { stackText } from '../render-texts.ts';
import type { Mistake } from './parts.ts';

export const objectsMistakes: readonly Mistake[] = [
  {
    name: 'a field that is misspelt',
    files: {
      'services.yaml': stackText(
        '  environments:\n    dev:\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: web.yaml }]\n',
      ),
      'web.yaml':
        'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selectors: { app: web }\n  ports: [{ port: 80 }]\n',
    },
    expected: ['web.yaml:6:3 CK-R-150 Service web: unknown field selectors in spec'],
    fix: [{ file: 'web.yaml', from: 'selectors', to: 'selector' }],
  },
  {
    name: 'an object without what it needs',
    files: {
      'services.yaml': stackText(
        '  environments:\n    dev:\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: web.yaml }]\n',
      ),
      'web.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector: { matchLabels: { app: web } }\n  template:\n    metadata: { labels: { app: web } }\n    spec:\n      restartPolicy: Always\n',
    },
    expected: [
      'web.yaml:10:7 CK-R-151 Deployment web: containers is missing in spec.template.spec',
    ],
    fix: [
      {
        file: 'web.yaml',
        from: '      restartPolicy: Always\n',
        to: "      containers: [{ name: web, image: 'nginx:1.29.1', resources: { limits: { memory: 64Mi } } }]\n",
      },
    ],
  },
  {
    name: 'a text where a number is due',
    files: {
      'services.yaml': stackText(
        '  environments:\n    dev:\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: web.yaml }]\n',
      ),
      'web.yaml':
        'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: { app: web }\n  ports: [{ port: "80" }]\n',
    },
    expected: [
      'web.yaml:7:19 CK-R-152 Service web: spec.ports[0].port must be an integer of 32 bits, not string "80"',
    ],
    fix: [{ file: 'web.yaml', from: '"80"', to: '80' }],
  },
  {
    name: 'a value that is none of those allowed',
    files: {
      'services.yaml': stackText(
        '  environments:\n    dev:\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: web.yaml }]\n',
      ),
      'web.yaml':
        'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  type: Public\n  selector: { app: web }\n  ports: [{ port: 80 }]\n',
    },
    expected: [
      'web.yaml:6:9 CK-R-153 Service web: spec.type must be one of ClusterIP, ExternalName, LoadBalancer, NodePort, not "Public"',
    ],
    fix: [{ file: 'web.yaml', from: 'Public', to: 'ClusterIP' }],
  },
  {
    name: 'two ports that are the same to Kubernetes',
    files: {
      'services.yaml': stackText(
        '  environments:\n    dev:\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: web.yaml }]\n',
      ),
      'web.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector: { matchLabels: { app: web } }\n  template:\n    metadata: { labels: { app: web } }\n    spec:\n      containers:\n        - name: web\n          image: nginx:1.29.1\n          resources: { limits: { memory: 64Mi } }\n          env:\n            - { name: MODE, value: a }\n            - { name: MODE, value: b }\n',
    },
    expected: ['web.yaml:16:15 CK-R-154 Deployment web: name MODE stands in this list twice'],
    fix: [{ file: 'web.yaml', from: '            - { name: MODE, value: b }\n', to: '' }],
  },
  {
    name: 'a kind that the target version does not have',
    files: {
      'services.yaml': stackText(
        '  environments:\n    dev:\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: web.yaml }]\n',
      ),
      'web.yaml':
        'apiVersion: autoscaling/v2\nkind: HorizontalAutoscaler\nmetadata:\n  name: web\n',
    },
    expected: [
      'web.yaml:2:7 CK-R-155 HorizontalAutoscaler web: Kubernetes 1.36 has no autoscaling/v2 HorizontalAutoscaler',
    ],
    fix: [
      {
        file: 'web.yaml',
        from: 'HorizontalAutoscaler\nmetadata:\n  name: web\n',
        to: 'HorizontalPodAutoscaler\nmetadata:\n  name: web\nspec:\n  maxReplicas: 3\n  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }\n',
      },
    ],
  },
  {
    name: 'a custom object whose definition nobody gives',
    files: {
      'services.yaml': stackText(
        '  environments:\n    dev:\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: web.yaml }]\n',
      ),
      'web.yaml': 'apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: web\n',
    },
    expected: [
      'web.yaml:2:7 CK-R-156 Thing web: example.com/v1 Thing is not checked: its definition is not known',
    ],
  },
  {
    name: 'a target that no schema is known for',
    files: {
      'services.yaml': stackText(
        "  environments:\n    dev:\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: web.yaml }]\n  kubernetes: { version: '1.20' }\n",
      ),
      'web.yaml':
        'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: { app: web }\n  ports: [{ port: 80 }]\n',
    },
    expected: [
      'services.yaml:12:26 CK-R-157 objects are checked against Kubernetes 1.34, not 1.20',
    ],
    fix: [{ from: "'1.20'", to: "'1.36'" }],
  },
  {
    name: 'definitions that are none',
    files: {
      'services.yaml': stackText(
        '  environments:\n    dev:\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      manifests: [{ path: web.yaml }]\n  kubernetes: { definitions: [things.yaml] }\n',
      ),
      'web.yaml':
        'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: { app: web }\n  ports: [{ port: 80 }]\n',
      'things.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: things\n',
    },
    expected: ['things.yaml:1:1 CK-R-158 ConfigMap is no CustomResourceDefinition'],
    fix: [{ from: '  kubernetes: { definitions: [things.yaml] }\n', to: '' }],
  },
];
