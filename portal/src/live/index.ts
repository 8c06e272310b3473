export {
  AnswerError,
  endSession,
  readDiff,
  readObjects,
  readOverview,
  readRun,
  readRuns,
  SignedOutError,
  type Filter,
  type Overview,
} from './api-client.ts';
export { coalesce, type Coalesced } from './coalesce.ts';
export { followChanges, type Connection } from './follow-changes.ts';
