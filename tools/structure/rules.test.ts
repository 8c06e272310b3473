import { expect } from 'chai';
import { checkStructure } from './rules.ts';

const rulesOf = (path: string, text: string): string[] =>
  checkStructure([{ path, text }]).map((found) => found.rule);

describe('the structure check', () => {
  it('lets dependencies point one way only', () => {
    expect(rulesOf('renderer/src/a.ts', "import { x } from '@codex-k8s/schema';")).to.deep.equal(
      [],
    );
    expect(rulesOf('schema/src/a.ts', "import { x } from '@codex-k8s/renderer';")).to.deep.equal([
      'direction',
    ]);
    expect(rulesOf('api/src/a.ts', "import { x } from '@codex-k8s/bootstrap';")).to.deep.equal([
      'direction',
    ]);
  });

  it('enters another room through its face alone', () => {
    const text = "import { x } from '../queue/claim.ts';";
    expect(rulesOf('controller/src/a.ts', text)).to.deep.equal([]);
    expect(
      checkStructure([
        { path: 'controller/src/runs/a.ts', text },
        { path: 'controller/src/runs/index.ts', text: '' },
      ]).map((found) => found.rule),
    ).to.deep.equal(['room-face']);
  });

  it('asks for an index in each room, and for nothing but re-exports in it', () => {
    expect(rulesOf('controller/src/runs/a.ts', '')).to.deep.equal(['room']);
    expect(rulesOf('controller/src/runs/index.ts', 'export function f() {}')).to.deep.equal([
      'index',
    ]);
  });

  it('keeps environment variables in config.ts', () => {
    expect(rulesOf('api/src/a.ts', 'const x = process.env.HOME;')).to.deep.equal(['environment']);
    expect(rulesOf('platform/src/config.ts', 'const x = process.env.HOME;')).to.deep.equal([]);
  });

  it('refuses files that are too long and names that say nothing', () => {
    expect(rulesOf('api/src/a.ts', '\n'.repeat(700))).to.deep.equal(['file-length']);
    expect(rulesOf('api/src/helpers.ts', '')).to.deep.equal(['name']);
  });
});
