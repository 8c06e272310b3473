export { fieldsOf, isFields, listOf, textOf, textsOf, type Fields } from './fields.ts';
export type { YamlProblem, YamlText } from './library.ts';
export { placeInside } from './inside.ts';
export { mergeNodes, withoutRemovals, type ReplacementListener } from './merge.ts';
export {
  at,
  child,
  itemsOf,
  keyPlace,
  nearest,
  stringOf,
  toValue,
  type Place,
  type Value,
  type YamlEntry,
  type YamlMap,
  type YamlNode,
  type YamlScalar,
  type YamlSeq,
} from './nodes.ts';
export { pathOf } from './path.ts';
export { parseYaml } from './parse.ts';
export { printYaml } from './print.ts';
export { sourceText, type Position, type SourceText } from './source-text.ts';
