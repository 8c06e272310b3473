import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import type { Plugin } from 'esbuild';
import { join } from 'node:path';
import { schemas } from '@codex-k8s/schema';
import { ajvOptions } from '../../schema/src/compile.ts';
import { partId, servicesParts } from '../../schema/src/validate.ts';
import { root } from './root.ts';

/**
 * Puts validators that are compiled now in place of the module that compiles them when they are asked
 * for: a package starts without Ajv, and a browser that forbids `eval` can run it.
 */
export const compiledValidators: Plugin = {
  name: 'compiled-validators',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]schema[/\\]src[/\\]compile\.ts$/ }, () => ({
      contents: validatorModule(),
      loader: 'js',
      resolveDir: join(root, 'schema/src'),
    }));
  },
};

/** A module in place of `schema/src/compile.ts`. */
export function validatorModule(): string {
  const ids = [...Object.values(schemas).map(({ $id }) => $id), ...servicesParts.map(partId)];
  const ajv = new Ajv2020({
    ...ajvOptions,
    code: { source: true, esm: true },
    schemas: Object.values(schemas),
  });
  const names = Object.fromEntries(ids.map((id, index) => [`validator${index}`, id]));
  const table = ids.map((id, index) => `${JSON.stringify(id)}:validator${index}`);
  return `${standalone.default(ajv, names)}
const byId = {${table.join(',')}};
export function compiled(id) {
  const validator = byId[id];
  if (validator === undefined) throw new Error('no schema ' + id);
  return validator;
}`;
}
