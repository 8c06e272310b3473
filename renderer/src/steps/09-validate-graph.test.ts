import { expect } from 'chai';
import fc from 'fast-check';
import { renderFine, stackText } from '../testing/index.ts';

interface UnitSpec {
  name: string;
  phase: number;
  after: string[];
}

const phases = ['stateful', 'migrations', 'internal', 'edge', 'frontend'];

/** Units whose dependencies point back, to the same phase or an earlier one. */
const graph = fc
  .array(fc.tuple(fc.nat(4), fc.array(fc.nat(7), { maxLength: 3 })), { minLength: 1, maxLength: 8 })
  .map((units) => {
    const sorted = units.toSorted(([a], [b]) => a - b);
    return sorted.map(([phase, after], index): UnitSpec => {
      const earlier = [...new Set(after)].filter((other) => other < index);
      return { name: `u${index}`, phase, after: earlier.map((other) => `u${other}`) };
    });
  });

function texts(units: readonly UnitSpec[]): Record<string, string> {
  const services = units.map(
    ({ name, phase, after }) =>
      `    - name: ${name}\n      codeUpdateStrategy: restart\n      deployGroup: ${phases[phase]}\n      dependsOn: [${after.join(', ')}]\n      manifests: [{ path: ${name}.yaml }]\n`,
  );
  const manifests = units.map(({ name }) => [
    `${name}.yaml`,
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`,
  ]);
  return {
    'services.yaml': stackText(`  environments:\n    dev:\n  services:\n${services.join('')}`),
    ...Object.fromEntries(manifests),
  };
}

describe('the deploy graph', () => {
  it('puts each unit after those it depends on and after earlier phases, however it is written', async () => {
    await fc.assert(
      fc.asyncProperty(graph, fc.integer(), async (units, seed) => {
        const { plan } = await renderFine(texts(units));
        const order = plan.units.map(({ name }) => name);
        expect(order.toSorted()).to.deep.equal(units.map(({ name }) => name).toSorted());
        for (const unit of plan.units) {
          const position = order.indexOf(unit.name);
          for (const name of unit.dependsOn) expect(order.indexOf(name)).to.be.lessThan(position);
        }
        const ranks = plan.units.map(({ phase }) => plan.phases.indexOf(phase));
        expect(ranks).to.deep.equal(ranks.toSorted((a, b) => a - b));
        const shuffled = units.toSorted((a, b) => hash(a.name, seed) - hash(b.name, seed));
        expect(
          (await renderFine(texts(shuffled))).plan.units.map(({ name }) => name),
        ).to.deep.equal(order);
      }),
      { numRuns: 60 },
    );
  });

  it('breaks ties by name', async () => {
    const units = ['c', 'a', 'b'].map((name) => ({ name, phase: 2, after: [] }));
    const { plan } = await renderFine(texts(units));
    expect(plan.units.map(({ name }) => name)).to.deep.equal(['a', 'b', 'c']);
  });
});

function hash(text: string, seed: number): number {
  return [...new TextEncoder().encode(text)].reduce(
    (sum, byte) => (sum * 31 + byte * seed) % 1009,
    7,
  );
}
