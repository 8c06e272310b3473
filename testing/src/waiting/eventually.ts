import { setTimeout as sleep } from 'node:timers/promises';

/** How long to wait (default 10 s) and how often to look (default every 25 ms). */
export interface WaitOptions {
  timeoutMs?: number;
  intervalMs?: number;
}

/**
 * Runs `check` until it neither throws nor returns `false`, and returns what it returned.
 * Past the deadline it throws, with the last failure as its cause and in its message.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<T> {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const began = performance.now();
  let looks = 0;
  for (;;) {
    const seen = await look(check);
    looks += 1;
    if ('value' in seen) return seen.value;
    const waited = performance.now() - began;
    if (waited >= timeoutMs)
      throw new Error(
        `not so after ${Math.round(waited)} ms and ${looks} looks: ${seen.failure.message}`,
        { cause: seen.failure },
      );
    await sleep(Math.min(options.intervalMs ?? 25, timeoutMs - waited));
  }
}

/** Looks until `find` gives something other than `undefined`; `what` names it in the failure. */
export async function found<T>(
  what: string,
  find: () => T | undefined | Promise<T | undefined>,
  options: WaitOptions = {},
): Promise<T> {
  return eventually(async () => {
    const value = await find();
    if (value === undefined) throw new Error(`${what} was not found`);
    return value;
  }, options);
}

async function look<T>(check: () => T | Promise<T>): Promise<{ value: T } | { failure: Error }> {
  try {
    const value = await check();
    return value === false ? { failure: new Error('the check returned false') } : { value };
  } catch (error) {
    return { failure: error instanceof Error ? error : new Error(String(error)) };
  }
}
