import { expect } from 'chai';
import { createLinkMinter } from './link-minter.ts';
import { createSessions } from './sessions.ts';

const installToken = 'of this installation';
const hour = 60 * 60_000;

describe('one-time links and sessions', () => {
  let time = 0;
  const now = (): number => time;
  const tokenOf = (link: string): string => new URL(link).searchParams.get('token') ?? '';

  beforeEach(() => {
    time = Date.UTC(2026, 0, 1);
  });

  it('let a link be used once, within its hour', () => {
    const links = createLinkMinter({ installToken, now });
    const [used, late] = [links.mintLink('http://x'), links.mintLink('http://x')].map(tokenOf);
    time += hour;
    expect([links.consumeLink(used ?? ''), links.consumeLink(used ?? '')]).to.deep.equal([
      true,
      false,
    ]);
    time += 1;
    expect(links.consumeLink(late ?? '')).to.equal(false);
  });

  it('keep a used link used across a restart, and take links of other processes', () => {
    const first = createLinkMinter({ installToken, now });
    const used = tokenOf(first.mintLink('http://x'));
    expect(first.consumeLink(used)).to.equal(true);
    time += 1;
    const restarted = createLinkMinter({ installToken, now });
    expect(restarted.consumeLink(used)).to.equal(false);
    expect(restarted.consumeLink(tokenOf(first.mintLink('http://x')))).to.equal(true);
  });

  it('never take a link for a session, or a session for a link', () => {
    const links = createLinkMinter({ installToken, now });
    const sessions = createSessions({ installToken, now });
    const cookie = sessions.start().split(';')[0] ?? '';
    expect(sessions.read(cookie)).to.not.equal(undefined);
    expect(links.consumeLink(cookie.split('=')[1] ?? '')).to.equal(false);
    expect(sessions.read(`${sessions.cookieName}=${tokenOf(links.mintLink('http://x'))}`)).to.equal(
      undefined,
    );
  });

  it('take one spelling of a token: no other last character that decodes to the same bytes', () => {
    const sessions = createSessions({ installToken, now });
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const cookie = sessions.start().split(';')[0] ?? '';
    const read = Array.from(alphabet).filter(
      (last) => sessions.read(cookie.replace(/.$/, last)) !== undefined,
    );
    expect(read).to.deep.equal([cookie.at(-1)]);
  });

  it('end a session after a week, or when it is ended, for this session alone', () => {
    const sessions = createSessions({ installToken, now });
    const [one, other] = [sessions.start(), sessions.start()].map(
      (set) => `a=b; ${set.split(';')[0] ?? ''}; c=d`,
    );
    const session = sessions.read(one) ?? expect.fail('there is no session');
    sessions.end(session);
    expect([sessions.read(one), sessions.holds(session)]).to.deep.equal([undefined, false]);
    expect(sessions.read(other)).to.not.equal(undefined);
    time += 7 * 24 * hour;
    expect(sessions.read(other)).to.equal(undefined);
  });

  it('read no cookie that was changed in a single place', () => {
    const sessions = createSessions({ installToken, now });
    const cookie = sessions.start().split(';')[0] ?? '';
    for (let at = sessions.cookieName.length + 1; at < cookie.length - 1; at += 1) {
      const changed = cookie.slice(0, at) + (cookie[at] === 'x' ? 'y' : 'x') + cookie.slice(at + 1);
      expect(sessions.read(changed), changed).to.equal(undefined);
    }
    expect(sessions.read(undefined)).to.equal(undefined);
  });
});
