export {
  createLinkMinter,
  openPath,
  type LinkMinter,
  type LinkMinterOptions,
} from './link-minter.ts';
export { allowedHosts, refuseForeign, type RequestSource } from './origin-guard.ts';
export { createSessions, type Session, type Sessions, type SessionsOptions } from './sessions.ts';
