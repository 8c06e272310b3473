import type { DetectedService } from './detect-services.ts';

const schemaAddress = 'https://codex-k8s.dev/schemas/services.schema.json';

/** A services.yaml to start from: it validates and renders as it is. */
export function starterText(stack: string, services: readonly DetectedService[]): string {
  const isBuilt = services.length > 0;
  const shown = isBuilt ? services : [example];
  return `# yaml-language-server: $schema=${schemaAddress}
#
# What this repository runs, in every environment. Useful commands:
#   codex-k8s-renderer validate            says everything that is wrong
#   codex-k8s-renderer plan --env dev      shows what is deployed, in which order
#   codex-k8s-renderer explain dev Deployment/${shown[0]?.name ?? ''} spec.replicas

apiVersion: codex-k8s.dev/v1alpha1
kind: ServiceStack

metadata:
  name: ${stack}

spec:
  # Values that differ between environments. Templates read them: {{ .Vars.replicas }}.
  vars:
    replicas: { type: integer, default: 1, description: Pods of each service }
${isBuilt ? '    registry: { default: registry.example.com, description: Where images are pushed }\n' : ''}
  # Where the stack can be deployed. \`from\` takes over everything of another environment.
  environments:
    dev:
    production:
      from: dev
      vars: { replicas: 2 }

  # Images by name. Those that are built are tagged by what they are built from.
  images:
${shown.map((service) => imageText(stack, service, isBuilt)).join('')}
  # What the services need: databases, queues. They are deployed first.
  infrastructure: []

  services:
${shown.map(serviceText).join('\n')}
  # Order and patience of a deployment; empty: the defaults.
  orchestration: {}

  # What events of the repository start; empty: the defaults of the platform.
  webhookRuntime: {}
`;
}

/** Stands for the service of a repository without a Dockerfile. */
const example: DetectedService = { name: 'web', context: '.', ports: [8080] };

function imageText(stack: string, { name, context }: DetectedService, isBuilt: boolean): string {
  if (!isBuilt)
    return `    # To be replaced by your own: { type: build, repository: registry.example.com/${stack}/web }
    ${name}: { from: "docker.io/nginxinc/nginx-unprivileged:1.29-alpine" }\n`;
  return `    ${name}:
      type: build
      repository: "{{ .Vars.registry }}/${stack}/${name}"
      context: ${context}\n`;
}

function serviceText({ name, ports }: DetectedService): string {
  const numbers = ports.map((port, index) =>
    index === 0 ? `{ port: ${port} }` : `{ name: port-${port}, port: ${port} }`,
  );
  const network =
    numbers.length === 0
      ? `        # ports: [{ port: 8080 }]   # makes a Service, and is what probes and ingress use\n`
      : `        ports: [${numbers.join(', ')}]
        probes: { readiness: { tcp: {} }, liveness: { tcp: {}, initialDelaySeconds: 10 } }\n`;
  return `    - name: ${name}
      # How new code reaches it: rebuild (a new image), restart, or hot-reload (never in production).
      codeUpdateStrategy: rebuild
      workload:
        image: ${name}
        replicas: "{{ .Vars.replicas }}"
${network}        env:
          ENVIRONMENT: "{{ .Env }}"
        resources: { requests: { cpu: 50m, memory: 64Mi }, limits: { memory: 256Mi } }
        security: { runAsNonRoot: true }
`;
}
