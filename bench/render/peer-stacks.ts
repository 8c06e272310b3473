import { imageOf, namespace, plainManifests, unitName, type Texts } from './stack.ts';

/** The same objects for kustomize: a base file per service, a namespace and a label. */
export function kustomizeStack(services: number, options: { patched: boolean }): Texts {
  const names = Array.from({ length: services }, (_, index) => unitName(index));
  const texts: Texts = {};
  for (const [index, name] of names.entries()) texts[`base/${name}.yaml`] = plainManifests(index);
  const list = (lines: readonly string[]): string => lines.join('');
  let kustomization = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: ${namespace}
labels:
  - pairs: { app.kubernetes.io/part-of: bench }
resources:
${list(names.map((name) => `  - base/${name}.yaml\n`))}`;
  if (options.patched) {
    const images = names.map(
      (name) => `  - { name: ${imageOf(name).split('@')[0] ?? ''}, newTag: '2' }\n`,
    );
    const patches = names.map(
      (name) => `  - target: { kind: Deployment, name: ${name} }
    patch: |-
      - { op: replace, path: /spec/replicas, value: 5 }
`,
    );
    kustomization += `images:\n${list(images)}patches:\n${list(patches)}`;
  }
  return { ...texts, 'kustomization.yaml': kustomization };
}

/** The same objects as a Helm chart: one template that ranges over the services in the values. */
export function helmChart(services: number): Texts {
  const values = Array.from(
    { length: services },
    (_, index) => `  - name: ${unitName(index)}
    image: ${imageOf(unitName(index))}
    shard: '${index % 16}'
    region: eu-central-${index % 3}
`,
  );
  return {
    'Chart.yaml': 'apiVersion: v2\nname: bench\nversion: 0.1.0\n',
    'values.yaml': `replicas: 3\ndomain: example.com\nlogLevel: info\nservices:\n${values.join('')}`,
    'templates/services.yaml': `{{- range $service := .Values.services }}\n---\n${helmTemplate()}{{- end }}\n`,
  };
}

/** The manifests of the first service with what differs between services put into actions. */
function helmTemplate(): string {
  const name = unitName(0);
  return plainManifests(0)
    .replaceAll(imageOf(name), '{{ $service.image }}')
    .replaceAll(`https://${name}.example.com`, 'https://{{ $service.name }}.{{ $.Values.domain }}')
    .replaceAll(`${name}.example.com`, '{{ $service.name }}.{{ $.Values.domain }}')
    .replaceAll(name, '{{ $service.name }}')
    .replace('replicas: 3', 'replicas: {{ $.Values.replicas }}')
    .replace('value: info', 'value: {{ $.Values.logLevel }}')
    .replace("value: '0'", 'value: {{ $service.shard | quote }}')
    .replace('eu-central-0', '{{ $service.region }}');
}
