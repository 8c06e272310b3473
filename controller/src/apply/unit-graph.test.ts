import { expect } from 'chai';
import { sketchPlan, type UnitSketch } from './testing/plans.ts';
import { buildUnitGraph } from './unit-graph.ts';

function before(units: Omit<UnitSketch, 'objects'>[]): Record<string, string[]> | string[] {
  const graph = buildUnitGraph(sketchPlan(units.map((unit) => ({ ...unit, objects: [] }))).plan);
  if ('cycle' in graph) return graph.cycle;
  return Object.fromEntries(
    [...graph.before].map(([name, names]) => [name, [...names].toSorted()]),
  );
}

describe('the graph of units', () => {
  it('puts earlier phases and declared dependencies first', () => {
    expect(
      before([
        { name: 'db', phase: 'stateful' },
        { name: 'cache', phase: 'internal' },
        { name: 'api', phase: 'internal', dependsOn: ['cache'] },
        { name: 'web', phase: 'frontend' },
      ]),
    ).to.deep.equal({ db: [], cache: ['db'], api: ['cache', 'db'], web: ['api', 'cache', 'db'] });
  });

  it('lets a declared dependency win over a phase, through others too', () => {
    expect(
      before([
        { name: 'seed', phase: 'stateful', dependsOn: ['tool'] },
        { name: 'tool', phase: 'internal', dependsOn: ['base'] },
        { name: 'base', phase: 'frontend' },
      ]),
    ).to.deep.equal({ seed: ['tool'], tool: ['base'], base: [] });
    expect(
      before([
        { name: 'seed', phase: 'stateful', dependsOn: ['late'] },
        { name: 'api', phase: 'internal' },
        { name: 'late', phase: 'frontend' },
      ]),
    ).to.deep.equal({ seed: ['api', 'late'], api: [], late: ['api'] });
  });

  it('names the units of a cycle', () => {
    expect(
      before([
        { name: 'a', dependsOn: ['b'] },
        { name: 'b', dependsOn: ['c'] },
        { name: 'c', dependsOn: ['b'] },
      ]),
    ).to.deep.equal(['b', 'c', 'b']);
  });
});
