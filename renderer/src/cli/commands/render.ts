import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-code.ts';
import { requireOption, withSourceOptions, type RenderOptions } from '../options.ts';

/** `render`: writes the stack directory of one environment. */
export function registerRender(program: Command, context: CliContext): void {
  const command = withSourceOptions(program.command('render'));
  requireOption(command, '-e, --env <name>', 'environment to render');
  requireOption(
    command,
    '--out <directory>',
    'directory to write; what an earlier render left there goes; - prints the objects instead',
  )
    .description('write the stack directory of one environment')
    .option('--check', 'write nothing; exit with 2 when the directory is not what would be written')
    .addHelpText('after', examples)
    .action(async (options: Options) => context.finish(await render(context, options)));
}

const examples = `
Examples:
  codex-k8s-renderer render --env dev --out rendered
  codex-k8s-renderer render --file examples/shop/services.yaml --env production --var replicas=5 --out rendered
  codex-k8s-renderer render --env ai --slot 3 --vars-from-env SHOP_ --out rendered --output json
  codex-k8s-renderer render --env production --out rendered --check
  codex-k8s-renderer render --env dev --out - | kubectl apply --server-side -f -`;

type Options = RenderOptions & { out: string; check?: true };

async function render(context: CliContext, options: Options): Promise<number> {
  const { fail, printData, renderOne } = await import('../rendering.ts');
  const { objectStream, refuseBesideStream } = await import('../object-stream.ts');
  const printsObjects = options.out === '-';
  if (printsObjects) refuseBesideStream(options);
  const result = await renderOne(options, context.environment);
  if (!result.ok) return fail(context, options, result.diagnostics);
  const { rendered } = result;
  if (printsObjects) {
    context.output.diagnostics(rendered.diagnostics);
    context.output.data(objectStream(rendered));
    return exitCodes.fine;
  }
  const { compareDirectory, writeDirectory } = await import('../write-directory.ts');
  const { stack, project, plan, contentHash, inputHash, provenance, diagnostics } = rendered;
  const differences = options.check === true ? compareDirectory(options.out, rendered.files) : [];
  if (options.check !== true) writeDirectory(options.out, rendered.files);
  const files = rendered.files.map(({ path, digest }) => ({ path, digest }));
  if (options.output !== 'text') {
    const { environment, namespace } = plan;
    const head = { ok: true, project, stack, environment, namespace };
    const compared = options.check === true ? { differences } : {};
    printData(context, options.output, {
      ...head,
      contentHash,
      inputHash,
      provenance,
      files,
      ...compared,
      diagnostics,
    });
  } else {
    context.output.diagnostics(diagnostics);
    context.output.data(differences.map(({ path, change }) => `${change} ${path}\n`).join(''));
    const verb = options.check !== true ? 'in' : differences.length > 0 ? 'differ from' : 'as in';
    const count = differences.length > 0 ? differences.length : files.length;
    context.output.message(
      `${stack}: ${count} files ${verb} ${options.out}, content ${contentHash}\n`,
    );
  }
  return differences.length > 0 ? exitCodes.differences : exitCodes.fine;
}
