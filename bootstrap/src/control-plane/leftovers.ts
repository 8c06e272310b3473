import { endProcess, isAlive } from '../processes/index.ts';
import type { Layout } from './layout.ts';
import { readState } from './state.ts';

/** Ends what a supervisor that died left running, exactly as recorded; returns the names. */
export async function endLeftovers(layout: Layout): Promise<string[]> {
  const state = readState(layout);
  if (!state) return [];
  const left = Object.entries(state.components).filter(([, identity]) => isAlive(identity));
  await Promise.all(left.map(([, identity]) => endProcess(identity, { graceMs: 5_000 })));
  return left.map(([name]) => name);
}
