/** Holds the checkout against the rules of the house and prints what breaks them. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { checkStructure, type SourceText } from './rules.ts';
import { checkWorkflows, isWorkflow } from './workflows.ts';

function listFiles(...patterns: string[]): SourceText[] {
  const listed = spawnSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', ...patterns],
    { encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  return listed.stdout
    .split('\n')
    .filter((path) => path !== '' && existsSync(path))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

const files = listFiles('*.ts', '*.tsx');
const workflows = listFiles('*.yml', '*.yaml').filter(({ path }) => isWorkflow(path));
const violations = [...checkStructure(files), ...checkWorkflows(workflows)];
for (const { path, line, rule, message } of violations)
  process.stdout.write(`${path}:${line} ${rule}: ${message}\n`);
process.stdout.write(
  `structure: ${files.length} files, ${workflows.length} workflows, ${violations.length} violations\n`,
);
process.exitCode = violations.length === 0 ? 0 : 1;
