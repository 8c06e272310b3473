/** What became of the field after a change: nothing, another value, or it is not there to be seen. */
export type Effect = 'same' | 'changed' | 'gone';

/**
 * Finds which of many candidates a value depends on by trying: all of them are changed at once, and
 * halves of those that had an effect again. A few dozen tries do for hundreds of candidates.
 *
 * @param tryChanging changes the given candidates together and tells the effect; `variant` says in
 * which way, for a value whose first change is not allowed
 * @param variants how many ways there are to change one candidate
 * @param groupOf candidates that must change together to keep a stack whole, such as a port's name
 * and what refers to it, share a group
 */
export async function findInfluences<Candidate>(
  candidates: readonly Candidate[],
  tryChanging: (set: readonly Candidate[], variant: number) => Promise<Effect>,
  groupOf: (candidate: Candidate) => string,
  variants: number,
): Promise<Candidate[]> {
  async function search(set: readonly Candidate[]): Promise<Candidate[]> {
    if (set.length === 0) return [];
    let effect = await tryChanging(set, 0);
    if (effect === 'same') return [];
    if (set.length === 1) {
      for (let variant = 1; effect === 'gone' && variant < variants; variant += 1)
        effect = await tryChanging(set, variant);
      return effect === 'changed' ? [...set] : [];
    }
    const middle = Math.ceil(set.length / 2);
    return [...(await search(set.slice(0, middle))), ...(await search(set.slice(middle)))];
  }

  const found = await search(candidates);
  if (found.length > 0) return found;
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const name = groupOf(candidate);
    groups.set(name, [...(groups.get(name) ?? []), candidate]);
  }
  for (const group of groups.values())
    if (group.length > 1 && (await tryChanging(group, 0)) === 'changed') found.push(...group);
  return found;
}
