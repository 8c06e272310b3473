/** Every setting of the program: its variable, meaning, default and shape. The documentation page is made from this table. */
export const settings = {
  role: {
    variable: 'CODEXK8S_ROLE',
    about:
      'Which part of the program this process is: `all` (one process, embedded database allowed), `api`, `controller` or `apply`. Any number of each may run against one PostgreSQL.',
    schema: { type: 'string', enum: ['all', 'api', 'controller', 'apply'], default: 'all' },
  },
  dataDirectory: {
    variable: 'CODEXK8S_DATA_DIR',
    about: 'Where mirrors, keys and the embedded database lie. Created with mode 0700.',
    schema: { type: 'string', minLength: 1, default: '.codex-k8s' },
  },
  databaseUrl: {
    variable: 'CODEXK8S_DATABASE_URL',
    about:
      'PostgreSQL 15 or newer with pgvector. Without it, role `all` keeps an embedded database in the data directory.',
    secret: true,
    schema: { type: 'string', pattern: '^postgres(ql)?://' },
  },
  databasePoolSize: {
    variable: 'CODEXK8S_DB_POOL_SIZE',
    about: 'Connections this process may hold.',
    schema: { type: 'integer', minimum: 2, maximum: 200, default: 10 },
  },
  encryptionKeyFile: {
    variable: 'CODEXK8S_ENCRYPTION_KEY_FILE',
    about:
      'The key that encrypts tokens and webhook secrets (32 bytes, kept outside Postgres, mode 0600). Created in the data directory when not given.',
    schema: { type: 'string', minLength: 1 },
  },
  publicListen: {
    variable: 'CODEXK8S_PUBLIC_LISTEN',
    about: 'Address of the public listener: the webhook ingress and nothing else.',
    schema: { type: 'string', pattern: '^[^\\s:]+:\\d{1,5}$', default: '127.0.0.1:8080' },
  },
  privateListen: {
    variable: 'CODEXK8S_PRIVATE_LISTEN',
    about:
      'Address of the private listener: staff API, portal, health, metrics. Loopback only until sign-in exists.',
    schema: { type: 'string', pattern: '^[^\\s:]+:\\d{1,5}$', default: '127.0.0.1:8081' },
  },
  webhookMaxBodyBytes: {
    variable: 'CODEXK8S_WEBHOOK_MAX_BODY_BYTES',
    about: 'Longest webhook body that is read; a longer one is refused with 413.',
    schema: { type: 'integer', minimum: 1024, maximum: 26214400, default: 1048576 },
  },
  installTokenFile: {
    variable: 'CODEXK8S_INSTALL_TOKEN_FILE',
    about:
      'The per-install token behind the one-time staff link. Created in the data directory when not given.',
    schema: { type: 'string', minLength: 1 },
  },
  cluster: {
    variable: 'CODEXK8S_CLUSTER',
    about: 'Name of the cluster that this process applies to, as environments are bound to it.',
    schema: { type: 'string', minLength: 1, maxLength: 63, default: 'local' },
  },
  kubeconfig: {
    variable: 'CODEXK8S_KUBECONFIG',
    about:
      'Credentials of that cluster. The current context of your own kubeconfig is never used silently.',
    schema: { type: 'string', minLength: 1 },
  },
  kubeContext: {
    variable: 'CODEXK8S_KUBE_CONTEXT',
    about: 'The context to use in that file; its current context when not given.',
    schema: { type: 'string', minLength: 1 },
  },
  workLeaseMs: {
    variable: 'CODEXK8S_WORK_LEASE_MS',
    about:
      'How long a claimed step of work stays with a process that says nothing, in milliseconds. Renewed while it works.',
    schema: { type: 'integer', minimum: 500, maximum: 600000, default: 15000 },
  },
  environmentLeaseMs: {
    variable: 'CODEXK8S_ENVIRONMENT_LEASE_MS',
    about: 'How long an apply process keeps an environment without renewing, in milliseconds.',
    schema: { type: 'integer', minimum: 500, maximum: 600000, default: 20000 },
  },
  toolsDirectory: {
    variable: 'CODEXK8S_TOOLS_DIR',
    about:
      'Where `codex-k8s-renderer tools install` puts helm and kustomize, for stacks that bring charts or kustomizations. The user’s cache directory when not given.',
    schema: { type: 'string', minLength: 1 },
  },
  sweepIntervalMs: {
    variable: 'CODEXK8S_SWEEP_INTERVAL_MS',
    about:
      'How often heads are compared with what was brought, in case a webhook was lost, in milliseconds.',
    schema: { type: 'integer', minimum: 200, maximum: 86400000, default: 60000 },
  },
} as const;

export type SettingName = keyof typeof settings;
