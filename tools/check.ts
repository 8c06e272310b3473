/** `npm run check`: types, lint, format, generated files and structure, each with its time. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

const bin = (name: string): string => `node_modules/.bin/${name}`;
const checks: [string, string[]][] = [
  ['types', [bin('tsc'), '-p', '.']],
  ['portal types', [bin('tsc'), '-p', 'portal']],
  ['lint', [bin('oxlint'), '--type-aware', '--deny-warnings']],
  ['format', [bin('oxfmt'), '--check', '.']],
  ['generated', [process.execPath, 'tools/generate.ts', '--check']],
  ['structure', [process.execPath, 'tools/structure/check.ts']],
];

let failed = 0;
for (const [name, command] of checks) {
  if (name === 'portal types' && !existsSync('portal/tsconfig.json')) continue;
  const began = performance.now();
  const { code, output } = await run(command);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)\n`);
  if (code !== 0) {
    process.stdout.write(output.replace(/^/gm, '  '));
    failed += 1;
  }
}
process.stdout.write(failed === 0 ? 'check: all well\n' : `check: ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

function run([program = '', ...parameters]: string[]): Promise<{ code: number; output: string }> {
  const child = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
