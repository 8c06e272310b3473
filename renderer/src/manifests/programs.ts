/** One run of a program that turns files into manifests. */
export interface ProgramRequest {
  program: 'helm' | 'kustomize';
  args: readonly string[];
  /** Everything it may read, by path relative to the directory it runs in. */
  files: ReadonlyMap<string, Uint8Array>;
}

export type ProgramOutcome =
  /** It ran twice, at different places, and this is what it printed. */
  | { kind: 'printed'; texts: readonly [string, string] }
  /** It did not like what it was given; the message is its own. */
  | { kind: 'failed'; message: string }
  /** It took too much time, printed too much, or held too much memory. */
  | { kind: 'exceeded'; limit: string }
  /** It is not installed, or is not what was installed. */
  | { kind: 'missing'; message: string; hint: string };

/**
 * Runs helm and kustomize for the renderer. The only part of rendering charts and kustomizations
 * that has effects: the renderer works without it – in a browser – and then says what to install.
 */
export interface ManifestPrograms {
  /** The exact programs, such as `helm 3.22.0, kustomize 5.8.2`: what they print depends on them. */
  readonly versions: string;
  run(request: ProgramRequest): Promise<ProgramOutcome>;
}
