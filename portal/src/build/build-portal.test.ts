import { mkdir, mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { buildPortal, portalIsCurrent } from './build-portal.ts';

describe('the build of the portal', function () {
  this.timeout(60_000);
  let outDir = '';

  before(async () => {
    outDir = await mkdtemp(join(tmpdir(), 'codex-k8s-portal-'));
  });
  after(() => rm(outDir, { recursive: true, force: true }));

  it('yields a page without anything inline, and is done again only when it has to be', async () => {
    expect(await portalIsCurrent({ outDir })).to.equal(false);
    const { directory, built } = await buildPortal({ outDir });
    expect([built, await portalIsCurrent({ outDir })]).to.deep.equal([true, true]);

    const page = await readFile(join(directory, 'index.html'), 'utf8');
    expect(page).to.match(/<script type="module"[^>]* src="\/assets\/[^"]+\.js"><\/script>/);
    expect(page.replaceAll(/<script[^>]* src=[^>]*><\/script>/g, '')).not.to.match(
      /<script|<style|style=|onclick/,
    );
    const assets = await readdir(join(directory, 'assets'));
    const name =
      assets.find((asset) => /^index-.*js$/.test(asset)) ?? expect.fail('there is no script');
    const script = await readFile(join(directory, 'assets', name), 'utf8');
    expect(script.length).to.be.lessThan(150_000);

    expect(await buildPortal({ outDir })).to.include({ directory, built: false });
    const old = join(outDir, 'of-older-sources');
    await mkdir(old);
    await utimes(old, 0, 0);
    await rm(directory, { recursive: true });
    // Two starts at once build for themselves; both end with the one directory.
    const both = await Promise.all([buildPortal({ outDir }), buildPortal({ outDir })]);
    expect(both.map((portal) => portal.directory)).to.deep.equal([directory, directory]);
    expect(await readdir(outDir)).to.deep.equal([basename(directory)]);
  });
});
