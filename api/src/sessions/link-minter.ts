import { createTokenSigner } from './signed-token.ts';

/** The path that turns a one-time link into a session. */
export const openPath = '/open';

/** Makes the one-time links that stand for sign-in until it exists. */
export interface LinkMinter {
  /** A link under the listener's origin; it opens one session, within its lifetime. */
  mintLink(origin: string): string;
  /** True exactly once for a token of a link; false for used, expired and foreign ones. */
  consumeLink(token: string): boolean;
}

export interface LinkMinterOptions {
  /** The secret of this installation. */
  installToken: string;
  /** Milliseconds a link may be opened in (default one hour). */
  lifetimeMs?: number;
  now?: () => number;
}

/**
 * Links are signed, so any process that knows the install token may mint one. Which ones were used is
 * remembered in memory; what was minted before this minter began is refused, so that a used link stays used
 * across a restart.
 */
export function createLinkMinter({
  installToken,
  lifetimeMs = 60 * 60_000,
  now = Date.now,
}: LinkMinterOptions): LinkMinter {
  const signer = createTokenSigner(installToken, 'link');
  const began = now();
  const used = new Map<string, number>();
  return {
    mintLink: (origin) => `${origin}${openPath}?token=${signer.sign(now())}`,
    consumeLink(token) {
      const link = signer.read(token);
      const time = now();
      for (const [id, at] of used) if (at + lifetimeMs < time) used.delete(id);
      if (!link || link.at < began || link.at + lifetimeMs < time || used.has(link.id))
        return false;
      used.set(link.id, link.at);
      return true;
    },
  };
}
