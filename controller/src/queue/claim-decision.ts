import type { Lane, WorkClass } from './types.ts';

/** How much of one kind a worker can take now. */
export interface Ask {
  kind: string;
  /** Items at most. */
  total: number;
  /** Items of the default lane at most, out of `total`; the rest is kept for short work. */
  ordinary?: number;
  /** Several events of one key may come together, oldest first; one that has failed comes alone. */
  batched?: boolean;
  /** Only these keys. */
  keys?: readonly string[] | undefined;
}

/** An item that is due and whose key is not held. */
export interface Candidate {
  id: string;
  class: WorkClass;
  kind: string;
  projectId: string;
  lane: Lane;
  key: string;
  attempts: number;
}

/** Candidates, the oldest of a project first, and how many items each project has in work. */
export interface Candidates {
  ready: readonly Candidate[];
  busy: readonly { kind: string; projectId: string; items: number }[];
}

/** A candidate that is to be taken, if all older picks of its group are taken too. */
export interface Pick {
  id: string;
  /** Events of one key stand or fall together, from the oldest on. */
  group: string;
  /** Place in the group, from 1. */
  nth: number;
}

/**
 * Decides which candidates a worker takes. Pure. Per kind: short work first, then projects in turn –
 * the one with the least in work, then the one served longest ago, then the oldest item – up to the
 * ask. Events of a key come in order: only the oldest, or in a batch the oldest ones together; an
 * event that has failed before is taken alone.
 *
 * @param served projects that this worker served lately, the latest last
 */
export function decideClaim(
  asks: readonly Ask[],
  candidates: Candidates,
  served: readonly string[] = [],
): Pick[] {
  return asks.flatMap((ask) => {
    const eligible = inKeyOrder(
      candidates.ready.filter((candidate) => candidate.kind === ask.kind),
      ask.batched ?? false,
    );
    const busy = new Map(
      candidates.busy
        .filter((entry) => entry.kind === ask.kind)
        .map((entry) => [entry.projectId, entry.items]),
    );
    const short = inTurns(
      eligible.filter((candidate) => candidate.lane === 'short'),
      busy,
      served,
    ).slice(0, ask.total);
    const ordinary = inTurns(
      eligible.filter((candidate) => candidate.lane !== 'short'),
      busy,
      served,
    ).slice(0, Math.max(0, Math.min(ask.ordinary ?? ask.total, ask.total - short.length)));
    return numbered([...short, ...ordinary]);
  });
}

/** Leaves out events that have to wait for an older one of their key. Keeps the order. */
function inKeyOrder(ready: readonly Candidate[], batched: boolean): Candidate[] {
  const seen = new Map<string, 'open' | 'closed'>();
  return ready.filter((candidate) => {
    if (candidate.class === 'state') return true;
    const key = keyOf(candidate);
    const before = seen.get(key);
    const alone = !batched || candidate.attempts > 0;
    if (before === 'closed' || (before === 'open' && alone)) {
      seen.set(key, 'closed');
      return false;
    }
    seen.set(key, alone ? 'closed' : 'open');
    return true;
  });
}

/** Orders so that projects take turns; the order inside a project stays. */
function inTurns(
  candidates: readonly Candidate[],
  busy: ReadonlyMap<string, number>,
  served: readonly string[],
): Candidate[] {
  const taken = new Map<string, number>();
  return candidates
    .map((candidate, place) => {
      const turn = (taken.get(candidate.projectId) ?? busy.get(candidate.projectId) ?? 0) + 1;
      taken.set(candidate.projectId, turn);
      return { candidate, place, turn, lately: served.lastIndexOf(candidate.projectId) };
    })
    .toSorted((a, b) => a.turn - b.turn || a.lately - b.lately || a.place - b.place)
    .map(({ candidate }) => candidate);
}

function numbered(picked: readonly Candidate[]): Pick[] {
  const counts = new Map<string, number>();
  return picked.map((candidate) => {
    const group = candidate.class === 'state' ? candidate.id : keyOf(candidate);
    const nth = (counts.get(group) ?? 0) + 1;
    counts.set(group, nth);
    return { id: candidate.id, group, nth };
  });
}

const keyOf = ({ kind, projectId, key }: Candidate): string =>
  JSON.stringify([kind, projectId, key]);
