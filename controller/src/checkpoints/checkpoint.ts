/**
 * The named places between two effects of the main path. A checkpoint is awaited before or after
 * an effect, so that a test can stop the process exactly there; in production it does nothing.
 */
export type CheckpointName =
  | 'delivery.recorded'
  | 'run.started'
  | 'run.rendered'
  | 'state.committing'
  | 'state.committed'
  | 'run.recorded'
  | 'apply.object'
  | 'apply.hook'
  | 'apply.applied'
  | 'apply.recorded'
  | 'apply.pruned';

/** Awaited at each named place; injected at the composition root. */
export type Checkpoint = (name: CheckpointName) => Promise<void>;

/** The production checkpoint. */
export const passCheckpoint: Checkpoint = () => Promise.resolve();
