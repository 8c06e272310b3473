/** Work that is asked for more often than it can be done. */
export interface Coalesced {
  /** Asks for the work: at once when idle, once more afterwards when it is being done. */
  request(): void;
  stop(): void;
}

/**
 * Does work one round at a time, with a pause between rounds: a burst of requests becomes two rounds at most,
 * and every request is followed by a whole round. The work handles its own failures.
 */
export function coalesce(work: (signal: AbortSignal) => Promise<void>, pauseMs: number): Coalesced {
  const stopping = new AbortController();
  let requested = 0;
  let answered = 0;
  let working = false;

  const run = async (): Promise<void> => {
    working = true;
    while (answered < requested && !stopping.signal.aborted) {
      const upTo = requested;
      await work(stopping.signal);
      answered = upTo;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    working = false;
  };
  return {
    request() {
      requested += 1;
      if (!working) void run();
    },
    stop: () => stopping.abort(),
  };
}
