import { join } from 'node:path';
import { expect } from 'chai';
import { failureOf } from '../waiting/index.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../temporary-directory.ts';
import { createBareRepository, createWorkClone } from './work-clone.ts';

describe('a work clone', () => {
  let root: TemporaryDirectory;
  let bare: string;

  beforeEach(async () => {
    root = await temporaryDirectory('work-clone');
    bare = await createBareRepository(join(root.path, 'shop.git'));
  });
  afterEach(() => root.remove());

  it('starts an empty repository on main', async () => {
    await using clone = await createWorkClone(bare);
    const sha = await clone.publish({ 'services.yaml': 'a: 1\n' }, 'Begin');
    await using other = await createWorkClone(bare);
    expect(await other.git('rev-parse', 'main')).to.equal(sha);
  });

  it('removes files, makes branches and rewinds by force', async () => {
    await using clone = await createWorkClone(bare);
    const first = await clone.publish({ a: '1', b: '2' }, 'First');
    await clone.remove('b');
    await clone.commit('Second');
    await clone.push();
    expect(await clone.git('ls-tree', '--name-only', 'HEAD')).to.equal('a');
    await using branch = await createWorkClone(bare, { branch: 'feature' });
    await branch.publish({ c: '3' }, 'On a branch');
    await clone.git('reset', '--hard', first);
    const refused = await failureOf(clone.push());
    expect(String(refused)).to.contain('rejected');
    await clone.push({ force: true });
    await using other = await createWorkClone(bare);
    expect(await other.pull()).to.equal(first);
  });
});
