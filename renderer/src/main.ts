import { enableCompileCache } from 'node:module';

// Most of a short run is reading TypeScript: Node keeps what it has read in its own cache directory.
enableCompileCache();
const { runProgram } = await import('./cli/index.ts');
process.exitCode = await runProgram(process.argv.slice(2), process);
