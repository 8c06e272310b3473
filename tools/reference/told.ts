/** An example of a code that no small stack of texts leads to: it needs helm, or a repository. */
export interface Told {
  title: string;
  /** What was there, and what was asked; as Markdown. */
  mistake: string;
  said: string;
  /** What puts it right; as Markdown. */
  remedy: string;
}

const block = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\`\n`;

/** By code. What is said is what the tests of the room expect. */
export const told: Readonly<Record<string, Told>> = {
  'CK-R-122': {
    title: 'a number that is a word',
    mistake: `\`services.yaml\`, for a chart whose values.schema.json says that \`replicas\` is an integer:\n\n${block('yaml', '  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      helm:\n        chart: charts/web\n        values: { replicas: two }')}`,
    said: 'services.yaml:11:28 CK-R-122 web.replicas: got string, want integer',
    remedy: block('diff', '-        values: { replicas: two }\n+        values: { replicas: 2 }'),
  },
  'CK-R-123': {
    title: 'a value that the chart reads and nobody gives',
    mistake: `\`charts/web/templates/config.yaml\`:\n\n${block('yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  x: {{ .Values.nothing.there }}')}`,
    said: 'charts/web/templates/config.yaml:6:14 CK-R-123 template: web/templates/config.yaml:6:13: executing "web/templates/config.yaml" at <.Values.nothing.there>: nil pointer evaluating interface {}.there',
    remedy: `Give the value in \`helm.values\`, or a default in the chart.\n`,
  },
  'CK-R-125': {
    title: 'a password that a chart makes up',
    mistake: `\`charts/web/templates/config.yaml\`:\n\n${block('yaml', 'data:\n  password: {{ randAlphaNum 12 }}')}`,
    said: 'charts/web/templates/config.yaml:7:13 CK-R-125 ConfigMap web is different each time the chart charts/web is rendered (data.password)',
    remedy: `Let the platform make it once, and let the chart use the Secret:\n\n${block('yaml', '  secrets:\n    - { name: web, keys: [password], source: generated }')}`,
  },
  'CK-R-126': {
    title: 'a chart that does not end',
    mistake: `A template that includes itself, or prints without measure.\n`,
    said: 'services.yaml:12:16 CK-R-126 the chart charts/web was stopped: it takes more than 30 s',
    remedy: `Look for a template that includes itself, or a \`range\` over too much. The limits are 30 seconds, 32 MiB of output and 1 GiB of memory.\n`,
  },
  'CK-R-127': {
    title: 'a Job that helm would run before an installation',
    mistake: `\`charts/web/templates/job.yaml\`:\n\n${block('yaml', "metadata:\n  name: prepare\n  annotations:\n    'helm.sh/hook': pre-install,pre-upgrade")}`,
    said: 'charts/web/templates/job.yaml:7:21 CK-R-127 Job prepare is a hook of the chart (pre-install, pre-upgrade)',
    remedy: block(
      'diff',
      '       helm:\n         chart: charts/web\n+        hooks: skip\n+      migrations:\n+        - name: prepare\n+          image: tools\n+          command: [prepare]',
    ),
  },
  'CK-R-190': {
    title: 'a folder that is no clone',
    mistake: block('sh', 'cd /tmp && codex-k8s-renderer diff --base main'),
    said: 'CK-R-190 /tmp lies in no git repository',
    remedy: `Run it inside of a clone, or compare with a rendered directory: \`--against DIR\`.\n`,
  },
  'CK-R-191': {
    title: 'a branch that is misspelt',
    mistake: block('sh', 'codex-k8s-renderer diff --base mian'),
    said: 'CK-R-191 there is no revision mian',
    remedy: block('sh', 'codex-k8s-renderer diff --base main'),
  },
  'CK-R-192': {
    title: 'a clone of one commit, as CI makes it',
    mistake: block(
      'yaml',
      '- uses: actions/checkout@v4\n- run: npx @codex-k8s/renderer diff --base HEAD~1',
    ),
    said: 'CK-R-192 HEAD~1 is not in this shallow clone',
    remedy: block('diff', ' - uses: actions/checkout@v4\n+  with:\n+    fetch-depth: 0'),
  },
  'CK-R-193': {
    title: 'a clone without its objects',
    mistake: block(
      'sh',
      'git clone --filter=blob:none URL shop && cd shop\ncodex-k8s-renderer diff --base HEAD~1',
    ),
    said: 'CK-R-193 the history cannot be read',
    remedy: block('sh', 'git clone URL shop'),
  },
  'CK-R-194': {
    title: 'a file that no plan names',
    mistake: `A file was put by hand into a state repository:\n\n${block('sh', 'codex-k8s-renderer diff --against ../state --env production')}`,
    said: 'CK-R-194 shop/manifests/api/stray.yaml stands in no plan: shop/plan.json names it not',
    remedy: `Take the file away: what a stack holds is written by a render, all of it.\n`,
  },
};
