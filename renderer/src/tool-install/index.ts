export { installTools, type InstallOptions, type InstallResult } from './install.ts';
