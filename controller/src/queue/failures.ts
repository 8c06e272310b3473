import { CodexError } from '../errors/index.ts';
import type { ErrorData } from '../errors/index.ts';
import { queueCodes } from './codes.ts';
import type { WorkItem } from './types.ts';

/** The item is no longer this worker's: the lease ran out, was taken over, or the epoch changed. */
export class FencingLost extends CodexError {
  constructor(items: readonly WorkItem[]) {
    const [first] = items;
    super({
      code: 'CK-QUEUE-001',
      message: `the lease of ${items.length === 1 ? 'work item' : `one of ${items.length} work items, the first`} ${first?.kind}/${first?.key} was lost`,
      where: {
        kind: first?.kind ?? '',
        key: first?.key ?? '',
        item: first?.id ?? '',
        fencingToken: first?.fencingToken ?? '',
      },
      hint: queueCodes['CK-QUEUE-001'].hint,
    });
    this.name = 'FencingLost';
  }
}

/** What is written on an item whose worker died with it. */
export const workerGone: ErrorData = {
  code: 'CK-QUEUE-002',
  message: 'the lease ran out: the process that worked on it went away',
  hint: queueCodes['CK-QUEUE-002'].hint,
};
