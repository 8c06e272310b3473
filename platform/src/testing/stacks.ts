/** Sources of small stacks, as text: what the tests of the main path push. */

/** A stack of ConfigMaps and one Deployment: it becomes healthy by simulated pods within moments. */
export function stackFiles(options: {
  project: string;
  stack: string;
  namespace: string;
  units: Record<string, string>;
  deployment?: boolean;
}): Record<string, string> {
  const files: Record<string, string> = {};
  const units = Object.entries(options.units).map(([name, value]) => {
    files[`k8s/${name}.yaml`] =
      `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${options.stack}-${name}\ndata:\n  value: ${JSON.stringify(value)}\n`;
    return unit(name, `k8s/${name}.yaml`);
  });
  if (options.deployment) {
    files['k8s/web.yaml'] = deployment(`${options.stack}-web`);
    units.push(unit('web', 'k8s/web.yaml'));
  }
  files['services.yaml'] = `apiVersion: codex-k8s.dev/v1alpha1
kind: ServiceStack
metadata:
  name: ${options.stack}
spec:
  project: ${options.project}
  environments:
    dev:
      namespaceTemplate: ${options.namespace}
  images: {}
  infrastructure: []
  orchestration: {}
  webhookRuntime: {}
  services:
${units.join('')}`;
  return files;
}

const unit = (name: string, path: string): string =>
  `    - name: ${name}\n      codeUpdateStrategy: rebuild\n      deployGroup: internal\n      manifests:\n        - path: ${path}\n`;

const deployment = (name: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 1
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: web
          image: registry.example.com/web:1.0.0
          resources:
            limits:
              memory: 32Mi
`;
