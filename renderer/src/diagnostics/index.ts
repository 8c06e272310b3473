export { codes, type CodeEntry, type ProblemName } from './codes.ts';
export { Findings, type FindingDetails } from './findings.ts';
export { formatDiagnostics } from './format.ts';
export { suggest } from './suggest.ts';
