export { addPlanCommand, type PlanCommandContext } from './plan.ts';
export { addLocalCommands, type LocalCommandsContext } from './local.ts';
