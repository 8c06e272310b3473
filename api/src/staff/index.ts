export { createChangeLog, type ChangeLog } from './change-log.ts';
export { createChangeStreams, type ChangeStreams } from './change-stream.ts';
export { summarise } from './operations.ts';
export type {
  Change,
  ChangeFeed,
  DiffView,
  EnvironmentView,
  ObjectView,
  Readiness,
  ReadinessPart,
  RunDetailView,
  RunFilter,
  RunPage,
  RunStatus,
  RunView,
  StaffViews,
} from './ports.ts';
export { isAuthenticated, registerStaffRoutes } from './routes.ts';
