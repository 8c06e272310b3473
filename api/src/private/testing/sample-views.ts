import type {
  Change,
  ChangeFeed,
  DiffView,
  EnvironmentView,
  ObjectView,
  RunPage,
  RunView,
  StaffViews,
} from '../../index.ts';

export const sampleIds = {
  production: '6f1c3c56-0d0e-4c58-9a6d-5f1d6f3a7a01',
  staging: '6f1c3c56-0d0e-4c58-9a6d-5f1d6f3a7a02',
  preview: '6f1c3c56-0d0e-4c58-9a6d-5f1d6f3a7a03',
  head: 'c0ffee0123456789abcdef0123456789abcdef01',
  parent: 'badc0de123456789abcdef0123456789abcdef02',
  failedRun: '00000000-0000-4000-8000-000000000002',
};

/** A small data source that tests change while it is shown. */
export interface SampleViews extends StaffViews, ChangeFeed {
  environments: EnvironmentView[];
  runs: RunView[];
  objects: ObjectView[];
  diff: DiffView;
  readonly listeners: number;
  emit(change: Partial<Change>): void;
}

/** @param now milliseconds since the epoch that the sample is told relative to */
export function createSampleViews(now = Date.now()): SampleViews {
  const listeners = new Set<(change: Change) => void>();
  const ago = (seconds: number): string => new Date(now - seconds * 1000).toISOString();
  const views: SampleViews = {
    environments: sampleEnvironments(ago),
    runs: sampleRuns(ago),
    objects: [],
    diff: sampleDiff(),
    get listeners() {
      return listeners.size;
    },
    emit(change) {
      for (const listener of listeners) listener({ type: 'run.updated', at: ago(0), ...change });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    listEnvironments: async () => views.environments,
    listObjects: async (id) =>
      views.environments.some((one) => one.id === id) ? views.objects : undefined,
    async listRuns({ environmentId, status, cursor, limit }): Promise<RunPage> {
      const matching = views.runs.filter(
        (run) =>
          (environmentId === undefined || run.environmentId === environmentId) &&
          (status === undefined || run.status === status),
      );
      const start = Number(cursor ?? 0);
      const items = matching.slice(start, start + limit);
      return start + limit < matching.length
        ? { items, nextCursor: String(start + limit) }
        : { items };
    },
    async getRun(id) {
      const run = views.runs.find((one) => one.id === id);
      if (!run) return undefined;
      const at = run.createdAt;
      const events = [{ id: '1', type: 'run.started', actor: 'controller', at }];
      return {
        run,
        contentHash: 'e83c5163316f89bfbde7d9ab23ca2e25604af290',
        renderer: '0.1.0/1',
        events,
      };
    },
    getStateDiff: async (environmentId, commit) =>
      views.environments.some((one) => one.id === environmentId && one.headCommit === commit)
        ? { ...views.diff, commit }
        : undefined,
  };
  return views;
}

type Ago = (seconds: number) => string;

function sampleEnvironments(ago: Ago): EnvironmentView[] {
  const stack = {
    stack: 'shop',
    contentHash: 'e83c5163316f89bfbde7d9ab23ca2e25604af290',
    sourceSha: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
    repository: 'local/shop',
  };
  return [
    {
      id: sampleIds.production,
      project: 'shop',
      name: 'production',
      cluster: 'local',
      clusterSimulated: true,
      namespace: 'shop-production',
      branch: 'env/production',
      health: 'healthy',
      headCommit: sampleIds.head,
      lastAppliedCommit: sampleIds.head,
      lastAppliedAt: ago(42),
      conditions: [],
      objects: { total: 24, current: 24, progressing: 0, failed: 0 },
      stacks: [stack, { ...stack, stack: 'billing', repository: 'local/billing' }],
    },
    {
      id: sampleIds.staging,
      project: 'shop',
      name: 'staging',
      cluster: 'local',
      clusterSimulated: true,
      namespace: 'shop-staging',
      branch: 'env/staging',
      health: 'progressing',
      headCommit: sampleIds.head,
      lastAppliedCommit: sampleIds.parent,
      lastAppliedAt: ago(310),
      conditions: [],
      objects: { total: 24, current: 19, progressing: 5, failed: 0 },
      stacks: [stack],
    },
    {
      id: sampleIds.preview,
      project: 'shop',
      name: 'preview',
      cluster: 'fra-1',
      clusterSimulated: false,
      namespace: 'shop-preview',
      branch: 'env/preview',
      health: 'degraded',
      headCommit: sampleIds.parent,
      lastAppliedCommit: sampleIds.parent,
      lastAppliedAt: ago(86_400),
      conditions: [
        {
          type: 'rewound',
          message: 'the head of env/preview does not descend from the last applied commit badc0de',
          hint: 'nothing is deleted; push a commit that descends from badc0de, or let the next render commit on top',
        },
        {
          type: 'unrecognised',
          stack: 'shop',
          message: 'the content of shop at the head was not rendered by this platform',
        },
      ],
      objects: { total: 23, current: 20, progressing: 1, failed: 2 },
      stacks: [stack],
    },
  ];
}

const without = (source: RunView, ...keys: (keyof RunView)[]): RunView => {
  const copy = { ...source };
  for (const key of keys) delete copy[key];
  return copy;
};

function sampleRuns(ago: Ago): RunView[] {
  const run = (number: number, seconds: number, fields: Partial<RunView>): RunView => ({
    id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    project: 'shop',
    environmentId: sampleIds.production,
    environment: 'production',
    repository: 'local/shop',
    stack: 'shop',
    status: 'succeeded',
    outcome: 'deployed',
    phase: 'healthy',
    sourceRef: 'refs/heads/main',
    sourceSha: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
    stateCommit: sampleIds.head,
    correlationId: '0b0d9e8a-4e1f-4a9c-9c93-3f0f8f6a1c11',
    steps: [
      { name: 'received', at: ago(seconds), durationMs: 3 },
      { name: 'rendered', at: ago(seconds), durationMs: 12 },
      { name: 'committed', at: ago(seconds), durationMs: 18 },
      { name: 'applied', at: ago(seconds), durationMs: 46 },
      { name: 'healthy', at: ago(seconds - 1), durationMs: 810 },
    ],
    diagnostics: [],
    createdAt: ago(seconds),
    finishedAt: ago(seconds - 1),
    deliveries: 1,
    ...fields,
  });
  const running = run(1, 4, {
    environmentId: sampleIds.staging,
    environment: 'staging',
    status: 'running',
    phase: 'committed',
    steps: [
      { name: 'received', at: ago(4), durationMs: 4 },
      { name: 'rendered', at: ago(4), durationMs: 15 },
      { name: 'committed', at: ago(4), durationMs: 22 },
      { name: 'applied' },
      { name: 'healthy' },
    ],
  });
  const failed = run(2, 95, {
    status: 'failed',
    outcome: 'failed',
    phase: 'received',
    steps: [
      { name: 'received', at: ago(95), durationMs: 3 },
      { name: 'rendered' },
      { name: 'committed' },
      { name: 'applied' },
      { name: 'healthy' },
    ],
    diagnostics: [
      {
        code: 'CK-R-014',
        severity: 'error',
        message: 'service "web" depends on "databse", which is no unit of this stack',
        file: 'services.yaml',
        line: 31,
        column: 18,
        path: 'spec.services[1].dependsOn[0]',
        hint: 'did you mean "database"?',
      },
    ],
    error: {
      code: 'CK-RUN-002',
      message: 'the stack shop does not render',
      hint: 'fix the first diagnostic and push again',
    },
  });
  return [
    without(running, 'outcome', 'finishedAt'),
    without(failed, 'stateCommit'),
    run(3, 600, {
      outcome: 'unchanged',
      steps: [
        { name: 'received', at: ago(600), durationMs: 3 },
        { name: 'rendered', at: ago(600), durationMs: 9 },
        { name: 'committed' },
        { name: 'applied' },
        { name: 'healthy' },
      ],
    }),
    run(4, 3_700, {
      status: 'canceled',
      outcome: 'superseded',
      supersededBy: '00000000-0000-4000-8000-000000000003',
      steps: [{ name: 'received', at: ago(3_700), durationMs: 3 }],
    }),
    ...Array.from({ length: 30 }, (_, index) =>
      run(5 + index, 7_200 + index * 1_800, {
        deliveries: 1 + (index % 3),
        stack: index % 2 ? 'billing' : 'shop',
      }),
    ),
  ];
}

function sampleDiff(): DiffView {
  return {
    commit: sampleIds.head,
    parent: sampleIds.parent,
    truncated: false,
    files: [
      {
        path: 'shop/manifests/web/deployment-web.yaml',
        change: 'modified',
        truncated: false,
        patch: [
          '@@ -18,7 +18,7 @@ spec:',
          '     spec:',
          '       containers:',
          '         - name: web',
          '-          image: registry.example/shop/web:1.4.2',
          '+          image: registry.example/shop/web:1.5.0',
          '           ports:',
          '             - containerPort: 8080',
          '           resources:',
          '@@ -61,3 +61,5 @@ spec:',
          '           readinessProbe:',
          '             httpGet:',
          '               path: /healthz',
          '+              port: 8080',
          '+            periodSeconds: 5',
          '',
        ].join('\n'),
      },
      {
        path: 'shop/manifests/web/configmap-web-settings.yaml',
        change: 'added',
        truncated: false,
        patch:
          '@@ -0,0 +1,4 @@\n+apiVersion: v1\n+kind: ConfigMap\n+metadata:\n+  name: web-settings\n\\ No newline at end of file\n',
      },
      {
        path: 'shop/manifests/legacy/service-legacy.yaml',
        change: 'removed',
        truncated: true,
        patch: '@@ -1,3 +0,0 @@\n-apiVersion: v1\n-kind: Service\n-metadata:\n',
      },
    ],
  };
}
