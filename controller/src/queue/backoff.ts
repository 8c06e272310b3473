const firstPauseMs = 250;
const longestPauseMs = 60_000;

/**
 * The pause before the next attempt: doubled each time up to a minute, of which a random half is
 * left out, so that what failed together does not come back together.
 *
 * @param attempts failed attempts so far, this one included
 * @param random a number in [0, 1)
 */
export function pauseAfter(attempts: number, random: number = Math.random()): number {
  const full = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempts - 1, 20));
  return Math.round(full * (0.5 + random / 2));
}
