export { formatDiff, formatValidation, type ReportFormat, type ReportOptions } from './formats.ts';
