import { stackText, type TextInputs } from '../render-texts.ts';

/** A stack with mistakes, and everything the renderer says about it. */
export interface Mistake {
  name: string;
  files: Readonly<Record<string, string>>;
  inputs?: TextInputs;
  /** `file:line:column code message`, one line each, all of them. */
  expected: readonly string[];
  /** How it is put right: a text of one file is replaced; then none of these codes is found. */
  fix?: { file?: string; from: string; to: string };
}

export const environments = '  environments:\n    dev:\n'; // lines 6 and 7
export const stack = (rest: string, name?: string) => ({
  'services.yaml': stackText(environments + rest, name),
});
export const service = (lines: string) =>
  `  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n${lines}`; // from line 8
export const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n';
