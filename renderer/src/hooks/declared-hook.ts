import type { Hook, Migration, RollbackJob } from '@codex-k8s/schema';
import type { YamlNode } from '../yaml/index.ts';

/** A hook or migration of a unit, with every default. */
export interface DeclaredHook {
  type: 'hook' | 'migration';
  /** Unique in the unit. */
  name: string;
  on: 'beforeApply' | 'afterApply' | 'afterHealthy';
  run: 'once-per-content' | 'once-per-revision';
  onFailure: 'stop' | 'continue';
  deletePolicy: 'beforeNextRun' | 'afterSuccess' | 'never';
  retries: number;
  timeoutSeconds: number;
  job: RollbackJob;
  rollback: { policy: 'compatible' | 'blocked' | 'job'; job: RollbackJob | undefined } | undefined;
  node: YamlNode;
}

const defaultTimeoutSeconds = 600;

/** A migration with its defaults. Without a word about rollbacks, none may cross it. */
export function fromMigration(migration: Migration, node: YamlNode): DeclaredHook {
  const { rollback } = migration;
  return {
    ...commonOf(migration),
    type: 'migration',
    on: 'beforeApply',
    run: 'once-per-content',
    onFailure: 'stop',
    rollback: { policy: rollback?.policy ?? 'blocked', job: rollback?.job },
    node,
  };
}

/** A hook with its defaults. */
export function fromHook(hook: Hook, node: YamlNode): DeclaredHook {
  const { on, run = 'once-per-content', onFailure = 'stop' } = hook;
  return { ...commonOf(hook), type: 'hook', on, run, onFailure, rollback: undefined, node };
}

function commonOf(
  declared: Hook | Migration,
): Pick<DeclaredHook, 'name' | 'retries' | 'timeoutSeconds' | 'deletePolicy' | 'job'> {
  const { name, retries = 0, timeoutSeconds = defaultTimeoutSeconds } = declared;
  const { deletePolicy = 'beforeNextRun' } = declared;
  return { name, retries, timeoutSeconds, deletePolicy, job: jobOf(declared) };
}

function jobOf(declared: Hook | Migration): RollbackJob {
  const { image, command, args, env, resources, volumes, serviceAccount, security } = declared;
  return {
    ...(image === undefined ? {} : { image }),
    ...(command === undefined ? {} : { command }),
    ...(args === undefined ? {} : { args }),
    ...(env === undefined ? {} : { env }),
    ...(resources === undefined ? {} : { resources }),
    ...(volumes === undefined ? {} : { volumes }),
    ...(serviceAccount === undefined ? {} : { serviceAccount }),
    ...(security === undefined ? {} : { security }),
  };
}
