import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-code.ts';
import { withSourceOptions, type RenderOptions } from '../options.ts';

/** `render`: writes the stack directory of one environment. */
export function registerRender(program: Command, context: CliContext): void {
  withSourceOptions(program.command('render'))
    .description('write the stack directory of one environment')
    .requiredOption('-e, --env <name>', 'environment to render')
    .requiredOption(
      '--out <directory>',
      'directory to write; what an earlier render left there goes',
    )
    .addHelpText('after', examples)
    .action(async (options: RenderOptions & { out: string }) =>
      context.finish(await render(context, options)),
    );
}

const examples = `
Examples:
  codex-k8s-renderer render --env dev --out rendered
  codex-k8s-renderer render --file examples/shop/services.yaml --env production --var replicas=5 --out rendered
  codex-k8s-renderer render --env ai --slot 3 --vars-from-env SHOP_ --out rendered --output json`;

async function render(
  context: CliContext,
  options: RenderOptions & { out: string },
): Promise<number> {
  const { fail, printJson, renderOne } = await import('../rendering.ts');
  const { writeDirectory } = await import('../write-directory.ts');
  const result = await renderOne(options, context.environment);
  if (!result.ok) return fail(context, options, result.diagnostics);
  const { rendered } = result;
  await writeDirectory(options.out, rendered.files);
  const { stack, project, plan, contentHash, inputHash, provenance, diagnostics, files } = rendered;
  if (options.output === 'json') {
    const { environment, namespace } = plan;
    const paths = files.map(({ path, digest }) => ({ path, digest }));
    printJson(context, {
      ok: true,
      project,
      stack,
      environment,
      namespace,
      contentHash,
      inputHash,
      provenance,
      files: paths,
      diagnostics,
    });
  } else {
    context.output.diagnostics(diagnostics);
    context.output.message(
      `${stack}: ${files.length} files in ${options.out}, content ${contentHash}\n`,
    );
  }
  return exitCodes.fine;
}
