export { installTools, type InstallOptions, type InstallResult } from './install.ts';
export { checkTool, findTool, type InstalledTool } from './record.ts';
export { ToolError, type ToolProblem } from './tool-error.ts';
export { describeVersions, toolNames, tools, type ToolName } from './versions.ts';
