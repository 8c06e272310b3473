import type { ExecutionPlan } from '@codex-k8s/schema';
import type { RenderedFile } from '../rendered-stack.ts';

/** A stack directory as it is compared: a RenderedStack is one, and so is what a state repository holds. */
export interface StackContent {
  plan: ExecutionPlan;
  /** plan.json may be among them; it is not looked at. */
  files: readonly RenderedFile[];
  /** Git tree id of the directory. */
  contentHash: string;
}

/** A directory that says it holds a rendered stack, and does not. */
export class UnreadableStateError extends Error {}
