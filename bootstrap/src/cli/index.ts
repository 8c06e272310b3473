export { addLocalCommands, type LocalCommandsContext } from './local.ts';
