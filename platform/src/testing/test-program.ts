/**
 * The program as tests run it in a process of its own: the same composition, with a checkpoint that
 * can stop. Says one JSON line when it is ready, and one when it stands at the checkpoint.
 */
import { parseArgs } from 'node:util';
import type { CheckpointName } from '@codex-k8s/controller';
import { readConfig } from '../config.ts';
import { startProgram } from '../program/index.ts';
import { stoppingCheckpoint } from './stopping-checkpoint.ts';

const { values } = parseArgs({
  options: { 'stop-at': { type: 'string' }, nth: { type: 'string', default: '1' } },
});
const say = (fields: Record<string, unknown>): void =>
  void process.stdout.write(`${JSON.stringify(fields)}\n`);
const stopAt = values['stop-at'];
// A test that died must not leave its programs behind.
process.stdin.on('end', () => process.exit(0)).resume();

const program = await startProgram(readConfig(), {
  checkpoint: stoppingCheckpoint(
    stopAt === undefined ? undefined : { name: stopAt as CheckpointName, nth: Number(values.nth) },
    (name) => say({ stoppedAt: name }),
  ),
  onError: (error) => process.stderr.write(`${JSON.stringify(error)}\n`),
});
say({ ready: true, public: program.api?.publicUrl, private: program.api?.privateUrl });
process.once('SIGTERM', () => {
  void program.stop().then(() => process.exit(0));
});
