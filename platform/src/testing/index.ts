export { deliver } from './deliver.ts';
export { startProgramProcess } from './program-process.ts';
export { openScenario } from './scenario.ts';
export type { Scenario, ScenarioProject, ScenarioSource } from './scenario.ts';
export { stackFiles } from './stacks.ts';
export { addNotes, editByHand, emptyBranch } from './state-damage.ts';
export {
  conditionsOf,
  configMap,
  endedRun,
  gitOut,
  runsOf,
  settled,
  stateCommits,
  stateHead,
} from './watching.ts';
export type { SeenRun } from './watching.ts';
