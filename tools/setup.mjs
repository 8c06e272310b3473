// Installs what is missing before any script runs. Plain JavaScript for Node 20, without dependencies:
// it is what makes every npm script work on a fresh clone, and Node 26 comes with the packages.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stamp = join(modules, '.codex-k8s-setup');
const lock = join(root, '.codex-k8s-setup.lock');

main().catch((error) => fail(error instanceof Error ? error.message : String(error)));

async function main() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20)
    fail(
      `Node.js 20 or newer is needed to start; this is ${process.version}. Install it from nodejs.org, then run the command again.`,
    );
  if (spawnSync('git', ['--version'], { stdio: 'ignore' }).error)
    fail('git is needed and was not found. Install git, then run the command again.');

  const wanted = fingerprint();
  if (isCurrent(wanted)) return;
  const release = await takeLock(wanted);
  if (!release) return;
  try {
    if (isCurrent(wanted)) return;
    await install();
    writeFileSync(stamp, wanted);
  } finally {
    release();
  }
}

function fingerprint() {
  const hash = createHash('sha256');
  hash.update(readFileSync(join(root, 'package-lock.json')));
  hash.update(`${process.platform} ${process.arch}`);
  return hash.digest('hex');
}

function isCurrent(wanted) {
  return (
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === wanted &&
    existsSync(join(modules, '.bin', 'node'))
  );
}

/** Takes the lock, or waits until another process has installed the same thing. */
async function takeLock(wanted) {
  for (let told = false; ;) {
    try {
      const file = openSync(lock, 'wx');
      writeSync(file, String(process.pid));
      closeSync(file);
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isCurrent(wanted)) return undefined;
    if (!holderLives()) {
      rmSync(lock, { force: true });
      continue;
    }
    if (!told)
      process.stderr.write('another process is installing the packages; waiting for it …\n');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function holderLives() {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    // An empty file is a lock whose holder has not written its id yet; give it a moment.
    if (!pid) return Date.now() - statSync(lock).mtimeMs < 5000;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function install() {
  const npm = process.env.npm_execpath;
  if (!npm) fail('start this through npm, for example: npm start');
  const began = Date.now();
  process.stderr.write('installing packages (once; about half a minute) …\n');
  mkdirSync(modules, { recursive: true });
  const child = spawn(
    process.execPath,
    [npm, 'ci', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      env: cleanEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  // npm's own words go to stderr: stdout belongs to the command that follows.
  child.stdout.pipe(process.stderr, { end: false });
  child.stderr.pipe(process.stderr, { end: false });
  const beat = setInterval(
    () =>
      process.stderr.write(`  … still installing, ${Math.round((Date.now() - began) / 1000)} s\n`),
    10_000,
  );
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearInterval(beat);
      if (code === 0) {
        process.stderr.write(
          `packages installed in ${((Date.now() - began) / 1000).toFixed(1)} s\n`,
        );
        resolve(undefined);
      } else
        reject(
          new Error(
            `npm ci ended with ${signal ?? `code ${code}`}; its words are above. Mend the cause and run the command again.`,
          ),
        );
    });
  });
}

/** What the outer npm run set for itself would change the inner install; only where packages come from stays. */
function cleanEnvironment() {
  const kept =
    /^npm_config_(.*registry|cafile|ca|cert|key|proxy|https_proxy|noproxy|strict_ssl|userconfig|globalconfig|cache|offline|prefer_offline|_auth.*|\/\/.*)$/i;
  const environment = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (
      /^npm_(config|lifecycle|package|command|node_execpath|execpath)/i.test(name) &&
      !kept.test(name)
    )
      continue;
    environment[name] = value;
  }
  return environment;
}

function fail(message) {
  process.stderr.write(`setup: ${message}\n`);
  process.exit(1);
}
