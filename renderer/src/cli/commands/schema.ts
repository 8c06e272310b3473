import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { CliError, exitCodes } from '../exit-code.ts';

/** `schema`: prints a published JSON Schema. */
export function registerSchema(program: Command, context: CliContext): void {
  program
    .command('schema')
    .description('print a published JSON Schema; without a name, list them')
    .argument('[name]', 'name of the schema, such as services')
    .addHelpText('after', examples)
    .action(async (name: string | undefined) => context.finish(await printSchema(context, name)));
}

const examples = `
Examples:
  codex-k8s-renderer schema
  codex-k8s-renderer schema services > services.schema.json
  codex-k8s-renderer schema execution-plan`;

async function printSchema(context: CliContext, name: string | undefined): Promise<number> {
  const { reportSchemas, schemas } = await import('@codex-k8s/schema');
  const published = new Map(
    Object.values({ ...schemas, ...reportSchemas }).map((schema) => [nameOf(schema.$id), schema]),
  );
  if (name === undefined) {
    const width = Math.max(...[...published.keys()].map((each) => each.length));
    for (const [each, { description }] of [...published].toSorted(([a], [b]) => (a < b ? -1 : 1)))
      context.output.data(`${each.padEnd(width)}  ${description}\n`);
    return exitCodes.fine;
  }
  const schema = published.get(name);
  if (schema === undefined) {
    const { suggest } = await import('../../diagnostics/index.ts');
    const hint =
      suggest(name, published.keys()) ?? `There are: ${[...published.keys()].join(', ')}.`;
    throw new CliError(`there is no schema ${name}\n${hint}`);
  }
  context.output.data(`${JSON.stringify(schema, undefined, 2)}\n`);
  return exitCodes.fine;
}

/** `services` of `https://…/services.schema.json`. */
function nameOf(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1).replace(/\.schema\.json$/, '');
}
