#!/usr/bin/env node
import module from 'node:module';

// Most of a short run is reading code: Node keeps what it has compiled in its own cache directory.
// Node 20 cannot yet.
const { enableCompileCache }: Partial<typeof module> = module;
enableCompileCache?.();
const { runProgram } = await import('./cli/index.ts');
process.exitCode = await runProgram(process.argv.slice(2), process);
