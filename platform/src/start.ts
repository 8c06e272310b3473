/**
 * `npm start`: the whole path on this machine. Narration goes to stderr; with `--once` exactly one
 * JSON document goes to stdout and the program ends after the first healthy sync.
 */
import { parseArgs } from 'node:util';
import { errorData } from '@codex-k8s/controller';
import { mayColor } from './config.ts';
import { runLocally } from './local-run/index.ts';

const usage = `Runs codex-k8s on this machine: embedded database, local git, a real Kubernetes API server.

  npm start                                     until Ctrl-C
  npm start --silent -- --once                  ends after the first healthy sync, one JSON document on stdout
  npm start -- --kubeconfig FILE --context NAME on a cluster of yours instead of a local one

  --port N        port of the portal (default 7420, or a free one when it is taken)
  --data DIR      where state lies (default .codex-k8s)
  --no-cluster    without a cluster: everything up to the commit
  --help          this text
`;

try {
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean', default: false },
      kubeconfig: { type: 'string' },
      context: { type: 'string' },
      port: { type: 'string' },
      data: { type: 'string' },
      'no-cluster': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) process.stdout.write(usage);
  else
    process.exitCode = await runLocally({
      once: values.once,
      port: values.port === undefined ? undefined : Number(values.port),
      dataDirectory: values.data ?? '.codex-k8s',
      kubeconfig: values.kubeconfig,
      context: values.context,
      cluster: !values['no-cluster'],
      color: mayColor(process.stderr),
    });
} catch (error) {
  const data = errorData(error);
  process.stderr.write(
    `✗ ${data.code} ${data.message}\n${data.hint === undefined ? '' : `  → ${data.hint}\n`}`,
  );
  if ((error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS'))
    process.stderr.write(usage);
  process.exitCode = 1;
}
