/**
 * Holds one server process for its owner: `node guard.ts LOG DIRECTORY COMMAND…` with an IPC
 * channel. When the channel closes (the owner ended, kill -9 included), the server is stopped and
 * DIRECTORY, when it is not empty, removed.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, rmSync } from 'node:fs';

export type GuardOrder = 'start' | 'halt' | 'stop';
export type GuardReport =
  | { kind: 'listening' | 'started' | 'halted' | 'stopped' }
  | { kind: 'ended'; code: number | null };

const [, , log = '', directory = '', program = '', ...parameters] = process.argv;
const output = openSync(log, 'a', 0o600);
let server: ChildProcess | undefined;
let stopping = false;

process.on('message', (order: GuardOrder) => void obey(order));
process.on('disconnect', () => void obey('stop'));
process.on('SIGTERM', () => void obey('stop'));
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
report({ kind: 'listening' });

async function obey(order: GuardOrder): Promise<void> {
  switch (order) {
    case 'start':
      start();
      return;
    case 'halt':
      await end('SIGQUIT');
      report({ kind: 'halted' });
      return;
    case 'stop':
      if (stopping) return;
      stopping = true;
      // Data that goes with the server needs no shutdown checkpoint.
      await end(directory === '' ? 'SIGINT' : 'SIGQUIT');
      if (directory !== '')
        rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
      process.exit();
  }
}

function start(): void {
  server = spawn(program, parameters, {
    stdio: ['ignore', output, output],
    env: { PATH: '/usr/bin:/bin', TZ: 'UTC', LC_ALL: 'C' },
  });
  const own = server;
  server.once('error', () => report({ kind: 'ended', code: 127 }));
  server.once('exit', (code) => {
    if (server === own) server = undefined;
    report({ kind: 'ended', code });
  });
  report({ kind: 'started' });
}

async function end(signal: NodeJS.Signals): Promise<void> {
  if (!server) return;
  const ended = once(server, 'exit');
  const last = setTimeout(() => server?.kill('SIGKILL'), 5_000);
  server.kill(signal);
  await ended;
  clearTimeout(last);
}

function report(message: GuardReport): void {
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}
