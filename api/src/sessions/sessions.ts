import { createTokenSigner, sameSecret } from './signed-token.ts';

/** A session that holds. */
export interface Session {
  id: string;
  /** Milliseconds since the epoch. */
  endsAt: number;
}

/** Sessions of one installation, kept in the browser's cookie and signed with a key of the install token. */
export interface Sessions {
  readonly cookieName: string;
  /** Starts a session; the value of a Set-Cookie header. */
  start(): string;
  /** The session of a Cookie header. */
  read(cookieHeader: string | undefined): Session | undefined;
  /** Whether a session that was read still holds. */
  holds(session: Session): boolean;
  /** Ends a session; the value of a Set-Cookie header that removes the cookie. */
  end(session: Session): string;
  /** Whether an Authorization header bears the install token. */
  isInstallToken(authorization: string | undefined): boolean;
}

export interface SessionsOptions {
  installToken: string;
  /** Milliseconds a session lasts (default seven days). */
  lifetimeMs?: number;
  now?: () => number;
}

const attributes = 'Path=/; HttpOnly; SameSite=Strict';

/**
 * Sessions survive a restart because the signature is all they need; a new install token ends them all.
 * The cookie's name carries the installation: cookies do not tell ports apart, and two may run on one host.
 */
export function createSessions({
  installToken,
  lifetimeMs = 7 * 24 * 60 * 60_000,
  now = Date.now,
}: SessionsOptions): Sessions {
  const signer = createTokenSigner(installToken, 'session');
  const cookieName = `codexk8s_session_${signer.name}`;
  const ended = new Map<string, number>();
  const holds = ({ id, endsAt }: Session): boolean => endsAt > now() && !ended.has(id);
  return {
    cookieName,
    holds,
    start: () =>
      `${cookieName}=${signer.sign(now() + lifetimeMs)}; Max-Age=${Math.floor(lifetimeMs / 1000)}; ${attributes}`,
    read(cookieHeader) {
      const token = cookieValue(cookieHeader, cookieName);
      const signed = token === undefined ? undefined : signer.read(token);
      if (!signed) return undefined;
      const session = { id: signed.id, endsAt: signed.at };
      return holds(session) ? session : undefined;
    },
    end({ id, endsAt }) {
      for (const [other, end] of ended) if (end < now()) ended.delete(other);
      ended.set(id, endsAt);
      return `${cookieName}=; Max-Age=0; ${attributes}`;
    },
    isInstallToken(authorization) {
      const bearer = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization ?? '')?.[1];
      return bearer !== undefined && sameSecret(bearer, installToken);
    },
  };
}

function cookieValue(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name) return value;
  }
  return undefined;
}
