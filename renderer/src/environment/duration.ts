const factors = { h: 3600, m: 60, s: 1 } as const;

/** Seconds of a duration such as `1h30m`; the contract has checked its form. */
export function secondsOf(duration: string): number {
  let seconds = 0;
  for (const [, amount = '0', unit] of duration.matchAll(/([0-9]+)([hms])/g))
    seconds += Number(amount) * (unit === 'h' ? factors.h : unit === 'm' ? factors.m : factors.s);
  return seconds;
}
