/** The rules of the house, as pure functions over file texts: what may import what, and how a room looks. */

/** One source file: repo-relative path with `/`, and its text. */
export interface SourceText {
  path: string;
  text: string;
}

/** A broken rule, with the place and what to do. */
export interface Violation {
  path: string;
  line: number;
  rule: string;
  message: string;
}

/** Which packages a package may import (design §2: dependencies point one way). */
export const allowedPackages: Record<string, readonly string[]> = {
  schema: [],
  renderer: ['schema'],
  controller: ['schema', 'renderer'],
  api: ['schema', 'controller'],
  portal: ['schema'],
  bootstrap: ['schema', 'renderer', 'controller'],
  testing: ['schema', 'bootstrap'],
  platform: ['schema', 'renderer', 'controller', 'api', 'portal', 'bootstrap'],
};

const bannedNames = /(^|\/)(utils?|helpers?|misc|common|manager\d*)(\.ts|\/)/;
const importPattern =
  /^\s*(?:import|export)\b[^'"]*?from\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/;
const longest = 600;

/** Every violation in the given files. */
export function checkStructure(files: readonly SourceText[]): Violation[] {
  const paths = new Set(files.map((file) => file.path));
  return [
    ...files.flatMap((file) => [...checkFile(file), ...checkImports(file)]),
    ...checkRooms(paths),
  ];
}

function checkFile(file: SourceText): Violation[] {
  const found: Violation[] = [];
  const lines = file.text.split('\n');
  if (isGenerated(file.path)) return found;
  if (lines.length > longest)
    found.push(
      violation(
        file.path,
        1,
        'file-length',
        `${lines.length} lines; a file has at most ${longest}: split it by verb or noun`,
      ),
    );
  if (bannedNames.test(file.path))
    found.push(violation(file.path, 1, 'name', 'name the file after the verb or noun it owns'));
  const readsEnvironment = !mayReadEnvironment(file.path);
  lines.forEach((line, index) => {
    if (readsEnvironment && /\bprocess\.env\b/.test(line))
      found.push(
        violation(
          file.path,
          index + 1,
          'environment',
          'environment variables are read in config.ts alone: pass the value in',
        ),
      );
  });
  if (isFace(file.path)) {
    const other = lines.findIndex((line) =>
      /^(?:export )?(?:async )?(?:function|const|let|class)\b/.test(line),
    );
    if (other >= 0)
      found.push(
        violation(
          file.path,
          other + 1,
          'index',
          'index.ts only re-exports: it is the public face of its room',
        ),
      );
  }
  return found;
}

function checkImports(file: SourceText): Violation[] {
  const found: Violation[] = [];
  file.text.split('\n').forEach((line, index) => {
    const match = importPattern.exec(line);
    const target = match?.[1] ?? match?.[2];
    if (!target) return;
    const wrong = packageImport(file.path, target) ?? roomImport(file.path, target);
    if (wrong) found.push(violation(file.path, index + 1, wrong.rule, wrong.message));
  });
  return found;
}

function packageImport(
  path: string,
  target: string,
): { rule: string; message: string } | undefined {
  const match = /^@codex-k8s\/([^/]+)(\/.*)?$/.exec(target);
  if (!match) return undefined;
  const [, name = '', inner] = match;
  if (inner)
    return {
      rule: 'package-face',
      message: `import ${name} through its index: @codex-k8s/${name}`,
    };
  const from = path.split('/')[0] ?? '';
  const allowed = allowedPackages[from];
  // Tests of any package may use the real parts; the bench and the tools compose everything.
  if (!allowed || name === from || (name === 'testing' && isTest(path))) return undefined;
  if (isTest(path) && from === 'testing') return undefined;
  return allowed.includes(name)
    ? undefined
    : { rule: 'direction', message: `${from} may not import ${name}: dependencies point one way` };
}

function roomImport(path: string, target: string): { rule: string; message: string } | undefined {
  if (!target.startsWith('.')) return undefined;
  const resolved = resolve(path, target);
  const [fromPackage] = path.split('/');
  const [toPackage] = resolved.split('/');
  if (
    allowedPackages[fromPackage ?? ''] &&
    allowedPackages[toPackage ?? ''] &&
    fromPackage !== toPackage
  )
    return { rule: 'package-face', message: `import ${toPackage} by its package name` };
  const from = roomOf(path);
  const to = roomOf(resolved);
  if (!to || from === to || isTest(path)) return undefined;
  return resolved.endsWith(`${to}/index.ts`)
    ? undefined
    : { rule: 'room-face', message: `import the room through ${to}/index.ts` };
}

function checkRooms(paths: ReadonlySet<string>): Violation[] {
  const rooms = new Set([...paths].map(roomOf).filter((room) => room !== undefined));
  return [...rooms]
    .filter((room) => !paths.has(`${room}/index.ts`))
    .filter((room) =>
      [...paths].some((path) => path.startsWith(`${room}/`) && !isTest(path) && !isGenerated(path)),
    )
    .map((room) => violation(room, 1, 'room', 'a room has one index.ts, its public face'));
}

/** The room of a file: `<package>/src/<room>`; files right under `src` have none. */
function roomOf(path: string): string | undefined {
  const match = /^([^/]+\/src\/[^/]+)\/.+/.exec(path);
  return match && allowedPackages[path.split('/')[0] ?? ''] ? match[1] : undefined;
}

function resolve(path: string, target: string): string {
  const parts = path.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

const isTest = (path: string): boolean =>
  /(\.test\.tsx?|\/contract\.ts)$/.test(path) ||
  /\/(test|testing|testdata|contracts)\//.test(path) ||
  path.startsWith('testing/');
const isGenerated = (path: string): boolean => path.includes('/generated/');
/** The face of a package or of a room; deeper folders are a room's own business. */
const isFace = (path: string): boolean => /^[^/]+\/src\/([^/]+\/)?index\.ts$/.test(path);
const mayReadEnvironment = (path: string): boolean =>
  // `process-environment.ts` hands an allow-list on to child programs; it decides nothing by it.
  isTest(path) ||
  /(^|\/)(config|process-environment)\.ts$/.test(path) ||
  /^(tools|bench|testing)\//.test(path);

function violation(path: string, line: number, rule: string, message: string): Violation {
  return { path, line, rule, message };
}
