// Keeps one comment on a pull request up to date.

const perPage = 100;
const tries = 3;

/**
 * Writes the comment, or changes the one that an earlier run wrote.
 *
 * @param {{ api: string, repository: string, token: string, number: number, key: string, body: string,
 *   isWorthNew: boolean }} comment `isWorthNew`: whether it is written when there is none yet
 * @returns {Promise<'created' | 'updated' | 'unchanged' | 'none'>}
 */
export async function keepComment({ api, repository, token, number, key, body, isWorthNew }) {
  const call = (method, path, content) =>
    request(`${api}/repos/${repository}${path}`, method, token, content);
  // No key can end the marker early.
  const marker = `<!-- codex-k8s diff: ${encodeURIComponent(key).replaceAll('-', '%2D')} -->`;
  const text = `${marker}\n${body}`;
  const own = await findComment(call, number, marker);
  if (own === undefined) {
    if (!isWorthNew) return 'none';
    await call('POST', `/issues/${number}/comments`, { body: text });
    return 'created';
  }
  if (own.body === text) return 'unchanged';
  await call('PATCH', `/issues/comments/${own.id}`, { body: text });
  return 'updated';
}

/** Only of a bot: a person's comment that begins alike is not ours to change. */
async function findComment(call, number, marker) {
  for (let page = 1; ; page += 1) {
    const comments = await call(
      'GET',
      `/issues/${number}/comments?per_page=${perPage}&page=${page}`,
    );
    const own = comments.find(({ body, user }) => user?.type === 'Bot' && body?.startsWith(marker));
    if (own !== undefined || comments.length < perPage) return own;
  }
}

async function request(url, method, token, content) {
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(url, {
      method,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        'user-agent': 'codex-k8s-diff',
        'x-github-api-version': '2022-11-28',
        ...(content === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(content === undefined ? {} : { body: JSON.stringify(content) }),
      signal: AbortSignal.timeout(30_000),
    });
    if (response.ok) return response.json();
    const answer = await response.text();
    const mayPass = response.status >= 500 || response.status === 429;
    if (!mayPass || attempt === tries)
      throw new Error(
        `${method} ${new URL(url).pathname}: ${response.status} ${answer.slice(0, 300)}`,
      );
    const seconds = Math.min(Number(response.headers.get('retry-after') ?? attempt), 20);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  }
}
