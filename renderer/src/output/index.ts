export { commentLimit, diffMarker } from './diff-markdown.ts';
export {
  formatDiff,
  formatValidation,
  reportFormats,
  type ReportFormat,
  type ReportOptions,
} from './formats.ts';
