import { spawn } from 'node:child_process';

/** A stack of many services, three objects each, and a history in which every commit changes one service. */
export interface Workload {
  services: number;
  /** Commit ids, oldest first; the first holds the whole stack. */
  commits: string[];
}

/** The stack's `services.yaml`: every unit brings its own manifests, one document a file. */
export function servicesYaml(project: string, services: number): string {
  const units = Array.from({ length: services }, (_, index) => {
    const name = unitName(index);
    return `    - name: ${name}
      codeUpdateStrategy: rebuild
      deployGroup: internal
      manifests:
        - path: k8s/${name}/config.yaml
        - path: k8s/${name}/deployment.yaml
        - path: k8s/${name}/service.yaml
`;
  });
  return `apiVersion: codex-k8s.dev/v1alpha1
kind: ServiceStack
metadata:
  name: ${project}
spec:
  environments:
    bench:
      namespaceTemplate: "{{ .Project }}-bench"
  images: {}
  infrastructure: []
  orchestration: {}
  webhookRuntime: {}
  services:
${units.join('')}`;
}

/** The files of one service; `revision` is what a push changes. */
export function serviceFiles(index: number, revision: number): Map<string, string> {
  const name = unitName(index);
  return new Map([
    [
      `k8s/${name}/config.yaml`,
      `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  mode: quiet\n  region: here\n`,
    ],
    [
      `k8s/${name}/service.yaml`,
      `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\nspec:\n  selector:\n    app: ${name}\n  ports:\n    - name: http\n      port: 80\n      targetPort: 8080\n      protocol: TCP\n`,
    ],
    [`k8s/${name}/deployment.yaml`, deployment(name, revision)],
  ]);
}

export const unitName = (index: number): string => `svc-${String(index).padStart(3, '0')}`;

function deployment(name: string, revision: number): string {
  return `apiVersion: apps/v1
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
        - name: app
          image: registry.example.com/${name}:1.0.0
          env:
            - name: REVISION
              value: "${revision}"
          ports:
            - name: http
              containerPort: 8080
              protocol: TCP
          readinessProbe:
            httpGet:
              path: /healthz
              port: http
          resources:
            requests:
              cpu: 10m
              memory: 16Mi
            limits:
              memory: 64Mi
`;
}

/** Writes the history into a bare repository by one fast-import; commits stand under refs/bench/<n>. */
export async function writeHistory(
  repository: string,
  project: string,
  services: number,
  pushes: number,
): Promise<Workload> {
  const stream: string[] = [];
  const first = new Map([['services.yaml', servicesYaml(project, services)]]);
  for (let index = 0; index < services; index += 1)
    for (const [path, text] of serviceFiles(index, 0)) first.set(path, text);
  stream.push(commit(1, undefined, 'the stack', first));
  for (let push = 1; push <= pushes; push += 1) {
    const name = unitName((push - 1) % services);
    stream.push(
      commit(
        push + 1,
        push,
        `push ${push}`,
        new Map([[`k8s/${name}/deployment.yaml`, deployment(name, push)]]),
      ),
    );
  }
  const marks = await fastImport(repository, stream.join(''));
  return { services, commits: marks };
}

function commit(
  mark: number,
  parent: number | undefined,
  message: string,
  files: ReadonlyMap<string, string>,
): string {
  const changes = [...files].map(
    ([path, text]) => `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
  );
  return `commit refs/bench/history\nmark :${mark}\ncommitter Bench <bench@example.com> ${1_700_000_000 + mark} +0000\ndata ${message.length}\n${message}\n${parent === undefined ? '' : `from :${parent}\n`}${changes.join('')}\nget-mark :${mark}\n`;
}

async function fastImport(repository: string, stream: string): Promise<string[]> {
  const child = spawn(
    'git',
    ['-C', repository, 'fast-import', '--quiet', '--cat-blob-fd=1', '--done'],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.end(`${stream}done\n`);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`git fast-import ended with ${code ?? 'a signal'}`);
  return output.trim().split('\n');
}
