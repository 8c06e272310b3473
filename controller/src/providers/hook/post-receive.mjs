// Tells the platform about pushes to this repository: one signed webhook per updated ref, in the
// shape of GitHub's push event. It never fails a push; what it cannot deliver, the platform's
// sweep picks up. Settings are read at each push from codex-k8s-hook.json in the repository, the
// secret from a file beside this one, so a restarted platform rewrites those and nothing else.
import { execFileSync } from 'node:child_process';
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ZERO = '0'.repeat(40);
const ATTEMPTS = 3;
const TIMEOUT_MS = 2000;
const COMMITS_TOLD = 20;

const say = (text) => process.stdout.write(`codex-k8s: ${text}\n`);
// The pusher's own git configuration must not change what the commands print.
const environment = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
const git = (...args) =>
  execFileSync('git', args, {
    encoding: 'utf8',
    env: environment,
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'ignore'],
  });

try {
  await main();
} catch (error) {
  say(`this push was not announced (${error.message}); the sweep will pick it up`);
}
process.exit(0);

async function main() {
  const here = dirname(fileURLToPath(import.meta.url));
  const repository = resolve(process.env.GIT_DIR ?? join(here, '..'));
  const settings = JSON.parse(readFileSync(join(repository, 'codex-k8s-hook.json'), 'utf8'));
  const secret = readFileSync(join(here, 'webhook-secret'), 'utf8').trim();
  const updates = readFileSync(0, 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter((parts) => parts.length === 3);
  for (const [before, after, ref] of updates) {
    const answer = await deliver(
      settings.url,
      secret,
      payload(settings, repository, before, after, ref),
    );
    const name = updates.length > 1 ? ` ${ref}:` : '';
    if (answer === undefined) {
      say(`the platform could not be reached at ${settings.url}; the sweep will pick this push up`);
      return;
    }
    const correlation = answer.body.correlation_id ?? answer.body.correlationId ?? 'unknown';
    const reason = answer.body.reason === undefined ? '' : ` (${answer.body.reason})`;
    if (answer.status === 202) say(`${name} accepted, correlation ${correlation}`.trim());
    else if (answer.status === 200)
      say(`${name} ${answer.body.status ?? 'ignored'}${reason}, correlation ${correlation}`.trim());
    else
      say(
        `${name} the platform answered ${answer.status}; the sweep will pick this push up`.trim(),
      );
  }
}

function payload({ fullName, defaultBranch }, repository, before, after, ref) {
  const created = before === ZERO;
  const deleted = after === ZERO;
  const [owner, name] = fullName.includes('/') ? fullName.split(/\/(.*)/s) : ['local', fullName];
  const url = pathToFileURL(repository).href;
  const login = userInfo().username;
  const commits = deleted
    ? []
    : commitsOf(
        url,
        created ? [after, '--not', `--exclude=${ref}`, '--branches'] : [after, `^${before}`],
      );
  const user = { name: login, email: `${login}@localhost` };
  return {
    ref,
    before,
    after,
    created,
    deleted,
    forced: !created && !deleted && !isAncestor(before, after),
    base_ref: null,
    compare: url,
    commits,
    head_commit: deleted ? null : (commitsOf(url, ['--no-walk', after])[0] ?? null),
    repository: {
      id: numberOf(fullName),
      name,
      full_name: fullName,
      private: true,
      owner: { name: owner, login: owner, id: numberOf(owner), type: 'User' },
      html_url: url,
      url,
      clone_url: url,
      default_branch: defaultBranch,
    },
    pusher: user,
    sender: { login, id: numberOf(login), type: 'User' },
  };
}

function commitsOf(url, range) {
  const mark = randomUUID();
  const format = `${mark}%H%x00%T%x00%cI%x00%an%x00%ae%x00%cn%x00%ce%x00%B%x00`;
  const text = git(
    'log',
    `--max-count=${COMMITS_TOLD}`,
    `--format=${format}`,
    '--name-status',
    '-z',
    '--no-renames',
    ...range,
    '--',
  );
  const commits = text
    .split(mark)
    .slice(1)
    .map((part) => {
      const [id, tree_id, timestamp, an, ae, cn, ce, message, ...changes] = part.split('\0');
      const files = { A: [], D: [], M: [] };
      const lines = changes
        .map((change) => change.replace(/^\n+/, ''))
        .filter((change) => change !== '');
      for (let at = 0; at + 1 < lines.length; at += 2)
        (files[lines[at][0]] ?? files.M).push(lines[at + 1]);
      return {
        id,
        tree_id,
        distinct: true,
        message: message.trimEnd(),
        timestamp,
        url: `${url}#${id}`,
        author: { name: an, email: ae },
        committer: { name: cn, email: ce },
        added: files.A,
        removed: files.D,
        modified: files.M,
      };
    });
  return commits.toReversed();
}

function isAncestor(before, after) {
  try {
    git('merge-base', '--is-ancestor', before, after);
    return true;
  } catch {
    return false;
  }
}

// A stable number where GitHub has one; 31 bits of a hash.
function numberOf(text) {
  return createHash('sha256').update(text).digest().readUInt32BE(0) >>> 1;
}

async function deliver(url, secret, event) {
  const body = Buffer.from(JSON.stringify(event));
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': body.length,
    'User-Agent': 'codex-k8s-hook',
    'X-GitHub-Event': 'push',
    'X-GitHub-Delivery': randomUUID(),
    'X-Hub-Signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const answer = await post(url, headers, body);
    if (answer !== undefined && answer.status < 500) return answer;
    if (attempt === ATTEMPTS) break;
    await new Promise((wake) => setTimeout(wake, 150 * attempt));
  }
  return undefined;
}

function post(url, headers, body) {
  return new Promise((done) => {
    const client = url.startsWith('https:') ? https : http;
    const request = client.request(
      url,
      { method: 'POST', headers, agent: false, timeout: TIMEOUT_MS },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => (text = (text + chunk).slice(0, 65536)));
        response.on('end', () => done({ status: response.statusCode, body: parse(text) }));
        response.on('error', () => done(undefined));
      },
    );
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', () => done(undefined));
    request.end(body);
  });
}

function parse(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
