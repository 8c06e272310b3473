import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './root.ts';

/** Licences of the packages whose code is part of a bundle, as their terms demand. */
export async function thirdPartyNotices(inputs: readonly string[]): Promise<string> {
  const folders = new Set(inputs.flatMap((path) => packageFolder(path) ?? []));
  const sections = [...folders].toSorted().map(noticeOf);
  return `# Licences of bundled packages\n\n${(await Promise.all(sections)).join('\n')}`;
}

function packageFolder(path: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

async function noticeOf(folder: string): Promise<string> {
  const { name, version, license } = packageFacts(
    JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')),
  );
  const file = (await readdir(join(root, folder))).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : await readFile(join(root, folder, file), 'utf8');
  return `## ${name} ${version} (${license})\n\n${text.trim()}\n`;
}

function packageFacts(value: unknown): { name: string; version: string; license: string } {
  const fact = (field: string): string => {
    const found: unknown =
      typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined;
    return typeof found === 'string' ? found : 'unknown';
  };
  return { name: fact('name'), version: fact('version'), license: fact('license') };
}
