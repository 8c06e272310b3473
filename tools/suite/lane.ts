/** A process that runs the test files it is given, one after the other, each with a report of its own. */
import { format } from 'node:util';
import Mocha from 'mocha';
import type { FileDone, RunFile } from './lane-messages.ts';

const send = (message: FileDone): void => void process.send?.(message);

process.on('message', (message: RunFile) => {
  void runFile(message).then(send);
});

async function runFile({ file, grep }: RunFile): Promise<FileDone> {
  const lines: string[] = [];
  // Two lanes that print at the same time would be read by nobody.
  Mocha.reporters.Base.consoleLog = (...parts: unknown[]) => void lines.push(format(...parts));
  try {
    const mocha = new Mocha({
      timeout: 60_000,
      slow: 5000,
      reporter: 'spec',
      color: process.env['FORCE_COLOR'] !== undefined,
      ...(grep === undefined ? {} : { grep: new RegExp(grep) }),
    });
    mocha.addFile(file);
    await mocha.loadFilesAsync();
    const counts = await new Promise<{ passes: number; failures: number; pending: number }>(
      (resolve) => {
        const runner = mocha.run(() => {
          const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
          resolve({ passes, failures, pending });
        });
      },
    );
    return { file, ...counts, output: lines.join('\n') };
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      file,
      passes: 0,
      failures: 1,
      pending: 0,
      output: `  ${file} could not be loaded\n${reason}`,
    };
  }
}
