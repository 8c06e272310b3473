export {
  checkTool,
  findTool,
  sha256OfFile,
  type InstalledTool,
  type ToolRecord,
} from './record.ts';
export { toolsDirectoryOf } from './tools-directory.ts';
export { ToolError, type ToolProblem } from './tool-error.ts';
export {
  currentTarget,
  describeVersions,
  toolKey,
  toolNames,
  tools,
  type Target,
  type ToolName,
} from './versions.ts';
