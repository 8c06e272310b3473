import {
  createFilesystemReader,
  createManifestPrograms,
  createRenderer,
  formatDiagnostics,
  locateSource,
} from '@codex-k8s/renderer';
import { Option, type Command } from 'commander';
import { BootstrapError } from '../errors/index.ts';

/** What the command needs from the process. */
export interface PlanCommandContext {
  /** Where helm and kustomize lie, for stacks that bring charts or kustomizations. */
  toolsDirectory: string;
  /** The plan, on stdout. */
  write: (text: string | Uint8Array) => void;
  /** Everything else, on stderr. */
  tell: (line: string) => void;
}

interface PlanOptions {
  file: string;
  env: string;
  root?: string;
  slot?: string;
}

/** Adds `plan`: what a first installation would bring to a cluster, by the renderer that everybody uses. */
export function addPlanCommand(program: Command, context: PlanCommandContext): void {
  program
    .command('plan')
    .description(
      'Print the execution plan of an environment: byte for byte the plan.json of its state branch.',
    )
    .option('-f, --file <path>', 'the services.yaml of the stack', 'services.yaml')
    .addOption(new Option('-e, --env <name>', 'the environment to plan').makeOptionMandatory(true))
    .option(
      '--root <path>',
      'the root of the repository: paths in the plan start there (the current directory when the file lies in it, else the file’s)',
    )
    .option('--slot <number>', 'the slot, for an environment of slots')
    .addHelpText(
      'after',
      `
Examples:
  $ npm run bootstrap -- plan --env production
  $ npm run bootstrap -- plan --file stacks/shop/services.yaml --env ai --slot 3`,
    )
    .action((options: PlanOptions) => plan(options, context));
}

async function plan(options: PlanOptions, context: PlanCommandContext): Promise<void> {
  const located = await locateSource(options.file, options.root);
  if (located.kind !== 'found')
    throw new BootstrapError({
      code: 'CK-PLAN-001',
      message:
        located.kind === 'no-root' || located.kind === 'outside'
          ? `there is no ${options.file} below ${options.root ?? ''}`
          : `there is no file ${options.file}`,
      hint: 'name the services.yaml of the stack: --file PATH',
    });
  const renderer = createRenderer({
    programs: createManifestPrograms({ toolsDirectory: context.toolsDirectory }),
  });
  const result = await renderer.render({
    reader: await createFilesystemReader(located.root),
    file: located.file,
    environment: options.env,
    ...(options.slot === undefined ? {} : { slot: Number(options.slot) }),
  });
  const diagnostics = result.ok ? result.rendered.diagnostics : result.diagnostics;
  if (diagnostics.length > 0)
    context.tell(formatDiagnostics(diagnostics, { colour: false }).trimEnd());
  const file = result.ok
    ? result.rendered.files.find((entry) => entry.path === 'plan.json')
    : undefined;
  if (file === undefined)
    throw new BootstrapError({
      code: 'CK-PLAN-002',
      message: `${options.file} cannot be planned for ${options.env}`,
      hint: 'mend what is named above',
    });
  context.write(file.bytes);
}
