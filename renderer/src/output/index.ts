export { commentLimit, diffMarker } from './diff-markdown.ts';
export { formatDiff, formatValidation, type ReportFormat, type ReportOptions } from './formats.ts';
