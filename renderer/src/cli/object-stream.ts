import type { RenderedStack } from '../rendered-stack.ts';
import { CliError } from './exit-code.ts';

/**
 * Every object of a stack as one YAML text, in the order of the plan: for `kubectl`, and for whatever
 * else reads a stream. The Jobs of hooks are left out: the plan says when they run.
 */
export function objectStream({ plan, files }: RenderedStack): string {
  const decoder = new TextDecoder();
  const bytesByPath = new Map(files.map(({ path, bytes }) => [path, bytes]));
  const texts = plan.units.flatMap(({ objects }) =>
    objects.map(({ file }) => decoder.decode(bytesByPath.get(file))),
  );
  return texts.map((text) => `---\n${text}`).join('');
}

/** Says what does not go together with objects on stdout. */
export function refuseBesideStream(options: { check?: true; output: string }): void {
  if (options.check === true) throw new CliError('--check compares a directory: --out names none');
  if (options.output !== 'text')
    throw new CliError(`--out - prints the objects: leave --output ${options.output} out`);
}
