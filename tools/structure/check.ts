/** Holds the checkout against the rules of the house and prints what breaks them. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { checkStructure } from './rules.ts';

const listed = spawnSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx'],
  { encoding: 'utf8', maxBuffer: 1 << 26 },
);
const files = listed.stdout
  .split('\n')
  .filter((path) => path !== '' && existsSync(path))
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
const violations = checkStructure(files);
for (const { path, line, rule, message } of violations)
  process.stdout.write(`${path}:${line} ${rule}: ${message}\n`);
process.stdout.write(`structure: ${files.length} files, ${violations.length} violations\n`);
process.exitCode = violations.length === 0 ? 0 : 1;
