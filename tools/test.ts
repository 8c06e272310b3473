/**
 * `npm test`: starts the real parts that the suite needs, runs it, and ends with `N passed, N failed`.
 *
 *   npm test                                  everything, in two processes beside each other
 *   npm test -- controller/src/queue          the test files below a folder
 *   npm test -- --grep 'kill -9'              tests whose title matches
 *   npm test -- --lanes 1                     one file after the other
 */
import { globSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { runInLanes, startParts } from './suite/index.ts';
import type { Stop } from './suite/index.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    grep: { type: 'string' },
    lanes: { type: 'string', default: '2' },
    'no-parts': { type: 'boolean', default: false },
    bail: { type: 'boolean', default: false },
  },
});
const began = performance.now();
const stops: Stop[] = [];
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    interruption.abort();
    void stopAll().finally(() => process.exit(130));
  });

try {
  const files = testFiles(positionals);
  if (!values['no-parts']) await startParts(stops);
  const failed: string[] = [];
  const { passes, failures, pending } = await runInLanes(files, {
    lanes: Math.max(1, Number(values.lanes) || 1),
    grep: values.grep,
    bail: values.bail,
    signal: interruption.signal,
    onFile(done) {
      if (done.passes + done.failures + done.pending === 0) return;
      process.stdout.write(`${done.output}\n`);
      if (done.failures > 0) failed.push(`${done.file}\n${done.output}`);
    },
  });
  await stopAll();
  // What went wrong stands at the end, where it is looked for.
  if (failed.length > 0) process.stdout.write(`\nfailed:\n\n${failed.join('\n\n')}\n`);
  say(`suite: ${((performance.now() - began) / 1000).toFixed(0)} s`);
  process.stdout.write(
    `${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}\n`,
  );
  process.exit(failures === 0 && passes > 0 ? 0 : 1);
} catch (error) {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  if (!interruption.signal.aborted) await stopAll();
  process.stdout.write('0 passed, 1 failed\n');
  process.exit(1);
}

function testFiles(chosen: readonly string[]): string[] {
  const patterns =
    chosen.length === 0
      ? [
          // In the order in which they are begun: whole paths and clusters take longest.
          '{platform,controller}/src/**/*.test.ts',
          '{bootstrap,renderer}/src/**/*.test.ts',
          '{schema,api,portal,testing}/src/**/*.test.ts',
          'tools/**/*.test.ts',
          'bench/**/*.test.ts',
        ]
      : chosen.map((path) => (path.endsWith('.ts') ? path : `${path}/**/*.test.ts`));
  const files = patterns.flatMap((pattern) =>
    globSync(pattern, { exclude: (path) => path === 'node_modules' }).toSorted((one, other) =>
      one < other ? 1 : -1,
    ),
  );
  if (files.length === 0) throw new Error(`no test file matches ${patterns.join(' ')}`);
  return [...new Set(files)];
}

async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).toReversed())
    await stop().catch((error: unknown) => say(`stopping: ${String(error)}`));
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
