/** How many tests of some files ended how. */
export interface Counts {
  passes: number;
  failures: number;
  pending: number;
}

/** What a lane is told: run this file. */
export interface RunFile {
  file: string;
  grep?: string;
}

/** What a lane answers when the file is done, with everything its reporter would have printed. */
export interface FileDone extends Counts {
  file: string;
  output: string;
}
