export { SourceSet, type ParsedText } from './source-set.ts';
