export { git, gitTreeOf } from './git.ts';
export {
  findingsOf,
  renderFine,
  renderTexts,
  stackText,
  textOf,
  type TextInputs,
} from './render-texts.ts';
