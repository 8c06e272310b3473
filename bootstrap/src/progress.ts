/** A step of long work, told while it goes on. */
export interface Progress {
  /** What is being done: looking, waiting for another process, fetching, building, starting; or that it is done. */
  phase: 'locate' | 'wait' | 'download' | 'build' | 'start' | 'ready' | 'warning';
  /** The binary or component it is about. */
  subject: string;
  /** One line for people. */
  message: string;
  /** Milliseconds since the work on this subject began. */
  elapsedMs: number;
}

export type OnProgress = (progress: Progress) => void;
