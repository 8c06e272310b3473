export { runProgram, spawnModule, type Ended, type RunningModule } from './children.ts';
