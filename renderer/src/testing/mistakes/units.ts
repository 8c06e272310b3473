import { configMap, service, stack, type Mistake } from './parts.ts';

export const unitsMistakes: readonly Mistake[] = [
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
    fix: [{ from: 'backend', to: 'internal' }],
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
    fix: [{ file: 'web.yaml', from: '  labels:\n    codex-k8s.dev/unit: other\n', to: '' }],
  },
  {
    name: 'a condition that is neither true nor false',
    files: stack(service('      when: "{{ .Env }}"\n')),
    expected: ['services.yaml:11:13 CK-R-065 when must be true or false, not "dev"'],
    fix: [{ from: '"{{ .Env }}"', to: '\'{{ eq .Env "dev" }}\'' }],
  },
  {
    name: 'a dependency that does not exist',
    files: {
      ...stack(service('      dependsOn: [db]\n      manifests: [{ path: web.yaml }]\n')),
      'web.yaml': configMap,
    },
    expected: ['services.yaml:11:19 CK-R-070 web depends on db, which does not exist'],
    fix: [{ from: '      dependsOn: [db]\n', to: '' }],
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
    fix: [{ from: '      dependsOn:\n        - a\n', to: '' }],
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
    fix: [
      {
        from: '      dependsOn: [web]\n',
        to: '      deployGroup: frontend\n      dependsOn: [web]\n',
      },
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
    fix: [
      {
        from: '    - name: web\n      manifests: [{ path: a.yaml }]',
        to: '    - name: web-data\n      manifests: [{ path: a.yaml }]',
      },
    ],
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
    fix: [{ file: 'db.yaml', from: 'name: web', to: 'name: db' }],
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
    fix: [{ file: 'web.yaml.tpl', from: 'kind: ClusterRole', to: 'kind: Role' }],
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
    fix: [{ file: 'web.yaml', from: '  namespace: kube-system\n', to: '' }],
  },
];
