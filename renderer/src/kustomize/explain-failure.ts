/** What kustomize says is wrong, without the trail that leads there. */
export interface ExplainedFailure {
  /** The directory that it was in, relative to the source; undefined when it does not say. */
  path: string | undefined;
  message: string;
}

/** One step on the way down: it tried a file, then the directory. */
const step =
  /accumulat(?:ing|ion)(?:(?!recursed accumulation of path).)*recursed accumulation of path '([^']*)': /gs;

/** Finds the deepest directory and the reason in the message of kustomize. */
export function explainFailure(said: string): ExplainedFailure {
  let path: string | undefined;
  const message = said
    .replace(/^Error: /, '')
    .replaceAll(step, (_, directory: string) => {
      path = inSource(directory);
      return '';
    })
    .replaceAll(/(?<=['"` ])source\//g, '')
    .trim();
  return { path, message };
}

function inSource(directory: string): string | undefined {
  if (directory === 'source') return '';
  const index = directory.indexOf('source/');
  return index < 0 ? undefined : directory.slice(index + 'source/'.length);
}
