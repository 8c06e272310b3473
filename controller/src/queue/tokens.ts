import type { WorkItem } from './types.ts';

/** Ids, token numbers and the epoch of claimed items, as the statements want them; all of one claim's epoch. */
export function tokensOf(
  items: readonly WorkItem[],
): [ids: string[], tokens: string[], epoch: string] {
  const epoch = items[0]?.fencingToken.split('.')[0] ?? '';
  // Items claimed in different epochs never meet: the older ones' tokens are void.
  const current = items.filter((item) => item.fencingToken.startsWith(`${epoch}.`));
  return [
    current.map((item) => item.id),
    current.map((item) => item.fencingToken.slice(epoch.length + 1)),
    epoch,
  ];
}
