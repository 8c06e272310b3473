import { stackText, type TextInputs } from '../render-texts.ts';

/** A text of a file – services.yaml when none is named – that is replaced; of '', the file is new. */
export interface Edit {
  file?: string;
  from: string;
  to: string;
}

/** A stack with mistakes, and everything the renderer says about it. */
export interface Mistake {
  name: string;
  files: Readonly<Record<string, string>>;
  inputs?: TextInputs;
  /** `file:line:column code message`, one line each, all of them. */
  expected: readonly string[];
  /** How it is put right: texts are replaced; then the first code is found no more. */
  fix?: readonly Edit[];
}

export const environments = '  environments:\n    dev:\n'; // lines 6 and 7
export const stack = (rest: string, name?: string) => ({
  'services.yaml': stackText(environments + rest, name),
});
export const service = (lines: string) =>
  `  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n${lines}`; // from line 8
export const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n';
