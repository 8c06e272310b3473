import type { PromptCommand, PromptService } from '@codex-k8s/schema';

/** What hints are made from. */
export interface HintedEnvironment {
  environment: string;
  namespace: string;
  slot: number | undefined;
  production: boolean;
  services: readonly PromptService[];
  /** Directories whose content is mounted, by the name of a unit that is hot-reload. */
  mounted: ReadonlyMap<string, string>;
}

const sentences = {
  rebuild: 'new code reaches it by a new image, built when its sources are committed',
  restart: 'its pods are replaced when the sources it names change; no image is built',
} as const;

/** What to know before changing anything: one sentence each, the same for the same stack. */
export function hintsFor(target: HintedEnvironment): string[] {
  const { environment, slot, production, services, mounted, namespace } = target;
  const where = slot === undefined ? `environment ${environment}` : `slot ${slot}`;
  const hints = [`Everything of ${where} lies in the namespace ${namespace}; no other is touched.`];
  if (production)
    hints.push(`${environment} is an environment that people rely on: look, and change nothing.`);
  for (const { name, codeUpdateStrategy: strategy } of services) {
    if (strategy === undefined) continue;
    const source = mounted.get(name);
    const sentence =
      strategy === 'hot-reload'
        ? `a changed file${source === undefined ? '' : ` under ${source || '.'}`} reaches the running pods without a new image`
        : sentences[strategy];
    hints.push(`${name} is ${strategy}: ${sentence}.`);
  }
  if (services.some(({ hooks = [] }) => hooks.length > 0))
    hints.push('Migrations and hooks run by themselves when what they run changes.');
  hints.push('Objects are made from services.yaml: a change by hand in the cluster is put back.');
  return hints;
}

/** Commands that show how the environment stands. */
export function commandsFor(
  namespace: string,
  services: readonly PromptService[],
): PromptCommand[] {
  const kubectl = `kubectl -n ${namespace}`;
  const logs = services.flatMap(({ name, objects }) =>
    objects
      .filter((object) => /^(?:Deployment|StatefulSet|DaemonSet)\//.test(object))
      .map((object) => ({
        purpose: `Last lines that ${name} wrote`,
        command: `${kubectl} logs ${object.toLowerCase()} --all-containers --tail=200`,
      })),
  );
  return [
    { purpose: 'Pods and their state', command: `${kubectl} get pods -o wide` },
    {
      purpose: 'What happened lately',
      command: `${kubectl} get events --sort-by=.lastTimestamp`,
    },
    ...logs,
  ];
}
