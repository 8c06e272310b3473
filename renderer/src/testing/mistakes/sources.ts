import { configMap, service, stack, type Mistake } from './parts.ts';

const chart = {
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
  'charts/web/templates/config.yaml': configMap,
};
const head = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n';
const kustomization = (lines: string) => ({
  ...stack(service('      kustomize: { path: deploy }\n')),
  'deploy/kustomization.yaml': head + lines,
  'deploy/web.yaml': configMap,
});

export const sourcesMistakes: readonly Mistake[] = [
  {
    name: 'a chart where nothing runs helm',
    files: { ...stack(service('      helm:\n        chart: charts/web\n')), ...chart },
    expected: [
      'services.yaml:12:16 CK-R-120 the chart charts/web needs helm, and nothing runs programs here',
    ],
  },
  {
    name: 'values of a chart that has no schema',
    files: {
      ...stack(
        service(
          '      helm:\n        chart: charts/web\n        valuesFiles: [web.yaml]\n        values: { title: Hello }\n',
        ),
      ),
      ...chart,
      'web.yaml': 'replicas: 2\n',
    },
    expected: [
      'services.yaml:14:17 CK-R-121 there is no charts/web/values.schema.json: nothing says what these values may be',
    ],
    fix: [
      {
        file: 'charts/web/values.schema.json',
        from: '',
        to: '{\n  "type": "object",\n  "additionalProperties": false,\n  "properties": {\n    "title": { "type": "string" },\n    "replicas": { "type": "integer" }\n  }\n}\n',
      },
    ],
  },
  {
    name: 'bases and patches from elsewhere',
    files: kustomization(
      'resources:\n  - https://example.com/base?ref=v1\n  - web.yaml\npatches:\n  - path: https://example.com/patch.yaml\n',
    ),
    expected: [
      'deploy/kustomization.yaml:4:5 CK-R-124 https://example.com/base?ref=v1 would be fetched',
      'deploy/kustomization.yaml:7:11 CK-R-124 https://example.com/patch.yaml would be fetched',
    ],
  },
  {
    name: 'a kustomization that runs plugins',
    files: kustomization('resources:\n  - web.yaml\ntransformers:\n  - plugin.yaml\n'),
    expected: ['deploy/kustomization.yaml:5:1 CK-R-128 transformers is not run here'],
    fix: [{ file: 'deploy/kustomization.yaml', from: 'transformers:\n  - plugin.yaml\n', to: '' }],
  },
];
