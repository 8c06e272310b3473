import type { Checkpoint, CheckpointName } from '@codex-k8s/controller';

/**
 * A checkpoint that stops for good at the nth passing of a name and says so, so that a test can
 * kill the process exactly there.
 */
export function stoppingCheckpoint(
  stopAt: { name: CheckpointName; nth: number } | undefined,
  say: (name: CheckpointName) => void,
): Checkpoint {
  let passed = 0;
  return (name) => {
    if (name !== stopAt?.name) return Promise.resolve();
    passed += 1;
    if (passed !== stopAt.nth) return Promise.resolve();
    say(name);
    return new Promise(() => undefined);
  };
}
