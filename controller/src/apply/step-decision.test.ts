import { expect } from 'chai';
import fc from 'fast-check';
import { objectKey } from './identity.ts';
import { defaultPruneLimit } from './prune.ts';
import type { ObjectFact, Situation } from './situation.ts';
import { decide, type Decision } from './step-decision.ts';
import { inventoryOf, keyOf, sketchStack, type UnitSketch } from './testing/plans.ts';

const quiet: ObjectFact = { health: 'current' };

function situation(part: Partial<Situation> & { facts?: Record<string, ObjectFact> }): Situation {
  const { facts = {}, ...rest } = part;
  return {
    stacks: [],
    wantedElsewhere: new Set(),
    inventory: new Map(),
    factOf: (key) => facts[key] ?? quiet,
    failures: new Map(),
    rollouts: new Set(),
    unreadySince: new Map(),
    patience: new Map(),
    driftPolicy: 'correct',
    pruneLimit: defaultPruneLimit,
    hooks: {
      clusterUid: 'cluster',
      runs: [],
      unsaved: new Set(),
      sightOf: () => 'absent',
      jobs: [],
      runningSince: new Map(),
    },
    now: 0,
    ...rest,
  };
}

function appliedNames(decision: Decision): string[] {
  return decision.apply.map(({ object }) => object.name).toSorted();
}

function prunedNames(decision: Decision): string[] {
  return decision.prune.map(({ name }) => name);
}

const db: UnitSketch = { name: 'db', phase: 'stateful', objects: [['Deployment', 'db', 'd1']] };
const api: UnitSketch = { name: 'api', objects: [['Deployment', 'api', 'a1']] };
const web: UnitSketch = { name: 'web', phase: 'frontend', objects: [['Deployment', 'web', 'w1']] };

function changed(unit: UnitSketch, payloadHash: string): UnitSketch {
  return { ...unit, objects: unit.objects.map(([kind, name]) => [kind, name, payloadHash]) };
}

function many(count: number): UnitSketch {
  return {
    name: 'many',
    objects: Array.from({ length: count }, (_, index) => ['ConfigMap', `c${index}`, 'x']),
  };
}

describe('the decision about a step', () => {
  it('applies the first phase of a new stack and lets the others wait', () => {
    const decision = decide(situation({ stacks: [sketchStack('r1', [db, api, web])] }));
    expect(appliedNames(decision)).to.deep.equal(['db']);
    expect([...decision.waiting]).to.deep.equal([
      ['shop/api', ['db']],
      ['shop/web', ['db', 'api']],
    ]);
    expect(decision.stacks[0]).to.include({ state: 'waiting' });
    expect(decision.stacks[0]?.message).to.contain('api waits for db');
  });

  it('applies units of one phase at once', () => {
    const other = {
      ...api,
      name: 'jobs',
      objects: [['Deployment', 'jobs', 'j1']],
    } satisfies UnitSketch;
    expect(
      appliedNames(decide(situation({ stacks: [sketchStack('r1', [api, other])] }))),
    ).to.deep.equal(['api', 'jobs']);
  });

  it('goes on when what comes before is current, not when it was only applied', () => {
    const stack = sketchStack('r1', [db, api]);
    const inventory = inventoryOf(sketchStack('r1', [db]));
    const waiting = decide(
      situation({
        stacks: [stack],
        inventory,
        facts: { [keyOf('Deployment', 'db')]: { health: 'progressing' } },
      }),
    );
    expect(appliedNames(waiting)).to.deep.equal([]);
    expect(appliedNames(decide(situation({ stacks: [stack], inventory })))).to.deep.equal(['api']);
  });

  it('does not wait for units that the revision left alone, however ill they are', () => {
    const inventory = inventoryOf(sketchStack('r1', [db, api]));
    const stacks = [sketchStack('r2', [db, changed(api, 'a2')])];
    const decision = decide(
      situation({
        stacks,
        inventory,
        facts: { [keyOf('Deployment', 'db')]: { health: 'failed', message: 'broken' } },
      }),
    );
    expect(appliedNames(decision)).to.deep.equal(['api']);
    expect(decision.stacks[0]).to.include({ state: 'failed' });
  });

  it('waits for a unit whose roll-out of the revision before is under way', () => {
    const inventory = inventoryOf(sketchStack('r1', [db, api]));
    const stacks = [sketchStack('r2', [db, changed(api, 'a2')])];
    const facts = { [keyOf('Deployment', 'db')]: { health: 'progressing' } } as const;
    const rollouts = new Set(['shop/db']);
    expect(appliedNames(decide(situation({ stacks, inventory, facts, rollouts })))).to.deep.equal(
      [],
    );
    expect(appliedNames(decide(situation({ stacks, inventory, facts })))).to.deep.equal(['api']);
  });

  it('lets a fix through to a unit that is broken itself', () => {
    const inventory = inventoryOf(sketchStack('r1', [db, api]));
    const stacks = [sketchStack('r2', [db, changed(api, 'a2')])];
    const facts = { [keyOf('Deployment', 'api')]: { health: 'failed' } } as const;
    expect(appliedNames(decide(situation({ stacks, inventory, facts })))).to.deep.equal(['api']);
  });

  it('stops only what depends on a broken unit', () => {
    const lone: UnitSketch = {
      name: 'lone',
      phase: 'stateful',
      objects: [['ConfigMap', 'lone', 'l2']],
    };
    const inventory = inventoryOf(sketchStack('r1', [db]));
    const stacks = [sketchStack('r1', [db, lone, { ...api, dependsOn: ['db'] }])];
    const facts = {
      [keyOf('Deployment', 'db')]: { health: 'failed', message: 'no image' },
    } as const;
    const decision = decide(situation({ stacks, inventory, facts }));
    expect(appliedNames(decision)).to.deep.equal(['lone']);
    expect(decision.waiting.get('shop/api')).to.deep.equal(['db', 'lone']);
    expect(decision.conditions).to.deep.equal([
      { type: 'unit-failed', stack: 'shop', message: 'db: Deployment/shop/db: no image' },
    ]);
  });

  it('fails a unit that is not ready in its time, with the reason, and says when that would be', () => {
    const inventory = inventoryOf(sketchStack('r1', [db]));
    const base = {
      stacks: [sketchStack('r1', [db])],
      inventory,
      facts: {
        [keyOf('Deployment', 'db')]: { health: 'progressing', message: '0 of 1 ready' } as const,
      },
      unreadySince: new Map([['shop/db', 1_000]]),
    };
    const early = decide(situation({ ...base, now: 60_999 }));
    expect(early.deadline).to.equal(61_000);
    expect(early.stacks[0]).to.include({ state: 'applied' });
    const late = decide(situation({ ...base, now: 61_000 }));
    expect(late.stacks[0]).to.include({
      state: 'failed',
      message: 'Deployment/shop/db: 0 of 1 ready (not ready within 60 s)',
    });
    expect(late.deadline).to.equal(undefined);
  });

  it('is healthy, with nothing to do, when everything was applied and is current', () => {
    const stack = sketchStack('r1', [db, api, web]);
    const decision = decide(situation({ stacks: [stack], inventory: inventoryOf(stack) }));
    expect(decision).to.deep.include({ apply: [], prune: [], conditions: [] });
    expect(decision.stacks).to.deep.equal([{ stack: 'shop', contentHash: 'r1', state: 'healthy' }]);
  });

  it('applies only the object whose bytes differ', () => {
    const config: UnitSketch = {
      ...api,
      objects: [
        ['ConfigMap', 'one', '1'],
        ['ConfigMap', 'two', '2'],
      ],
    };
    const next: UnitSketch = {
      ...api,
      objects: [
        ['ConfigMap', 'one', '1'],
        ['ConfigMap', 'two', '2b'],
      ],
    };
    const inventory = inventoryOf(sketchStack('r1', [config]));
    expect(
      appliedNames(decide(situation({ stacks: [sketchStack('r2', [next])], inventory }))),
    ).to.deep.equal(['two']);
  });

  it('puts back what drifted at once, whatever else waits', () => {
    const stacks = [sketchStack('r2', [changed(db, 'd2'), api])];
    const inventory = inventoryOf(sketchStack('r1', [db, api]));
    const facts = {
      [keyOf('Deployment', 'api')]: {
        health: 'current',
        drift: { kind: 'edited', by: 'kubectl-edit' },
      },
    } as const;
    const decision = decide(situation({ stacks, inventory, facts }));
    expect(appliedNames(decision)).to.deep.equal(['api', 'db']);
    expect(decision.apply.find(({ object }) => object.name === 'api')?.drift).to.include({
      kind: 'edited',
    });
  });

  it('only reports drift where the policy says so, and still applies new bytes', () => {
    const stack = sketchStack('r1', [db, api]);
    const facts = {
      [keyOf('Deployment', 'api')]: {
        health: 'current',
        drift: { kind: 'edited', by: 'kubectl-edit', at: '2026-01-02' },
      },
    } as const;
    const base = { inventory: inventoryOf(stack), facts, driftPolicy: 'report' as const };
    const decision = decide(situation({ ...base, stacks: [stack] }));
    expect(appliedNames(decision)).to.deep.equal([]);
    expect(decision.conditions).to.deep.equal([
      {
        type: 'drift',
        stack: 'shop',
        message: 'Deployment/shop/api edited by kubectl-edit at 2026-01-02',
      },
    ]);
    const next = decide(
      situation({ ...base, stacks: [sketchStack('r2', [db, changed(api, 'a2')])] }),
    );
    expect(appliedNames(next)).to.deep.equal(['api']);
  });

  it('is patient with somebody who keeps changing an object back', () => {
    const stack = sketchStack('r1', [api]);
    const key = keyOf('Deployment', 'api');
    const facts = { [key]: { health: 'current', drift: { kind: 'edited' } } } as const;
    const base = {
      stacks: [stack],
      inventory: inventoryOf(stack),
      facts,
      patience: new Map([[key, 500]]),
    };
    const waiting = decide(situation({ ...base, now: 499 }));
    expect(appliedNames(waiting)).to.deep.equal([]);
    expect(waiting.deadline).to.equal(500);
    expect(waiting.conditions.map(({ type }) => type)).to.deep.equal(['drift']);
    expect(appliedNames(decide(situation({ ...base, now: 500 })))).to.deep.equal(['api']);
  });

  it('lets objects of a kind wait for its definition, and nothing else', () => {
    const unit: UnitSketch = {
      name: 'gadgets',
      objects: [
        ['CustomResourceDefinition', 'gadgets.example.com', 'c1'],
        ['Gadget', 'one', 'g1'],
        ['ConfigMap', 'other', 'o1'],
      ],
    };
    const stack = sketchStack('r1', [unit]);
    expect(appliedNames(decide(situation({ stacks: [stack] })))).to.deep.equal([
      'gadgets.example.com',
      'other',
    ]);
    const definition = keyOf('CustomResourceDefinition', 'gadgets.example.com');
    const inventory = inventoryOf(stack);
    inventory.delete(keyOf('Gadget', 'one'));
    const installing = { [definition]: { health: 'progressing' } } as const;
    const waiting = decide(situation({ stacks: [stack], inventory, facts: installing }));
    expect(appliedNames(waiting)).to.deep.equal([]);
    expect(waiting.stacks[0]).to.include({ state: 'waiting' });
    expect(appliedNames(decide(situation({ stacks: [stack], inventory })))).to.deep.equal(['one']);
  });

  it('does not try again in one step what failed in it, and says why', () => {
    const failures = new Map([
      [
        keyOf('Deployment', 'db'),
        { code: 'CK-APPLY-001' as const, message: 'field not declared', transient: false },
      ],
    ]);
    const decision = decide(situation({ stacks: [sketchStack('r1', [db, api])], failures }));
    expect(appliedNames(decision)).to.deep.equal([]);
    expect(decision.stacks[0]).to.include({ state: 'failed', message: 'field not declared' });
    expect(decision.conditions.map(({ type }) => type)).to.deep.equal(['apply-failed']);
  });

  it('waits, and has not failed, where time alone heals', () => {
    const failures = new Map([
      [
        keyOf('Deployment', 'db'),
        { code: 'CK-APPLY-001' as const, message: 'namespace is terminating', transient: true },
      ],
    ]);
    const decision = decide(situation({ stacks: [sketchStack('r1', [db])], failures }));
    expect(decision.stacks[0]).to.include({
      state: 'waiting',
      message: '1 of 1 objects are not applied yet; namespace is terminating',
    });
  });
});

describe('the decision about pruning', () => {
  const config: UnitSketch = {
    name: 'config',
    phase: 'stateful',
    objects: [
      ['ConfigMap', 'kept', 'k1'],
      ['ConfigMap', 'left', 'l1'],
    ],
  };
  const next: UnitSketch = { ...config, objects: [['ConfigMap', 'kept', 'k1']] };

  it('deletes what left, once what replaced it is healthy', () => {
    const inventory = inventoryOf(sketchStack('r1', [config, api]));
    const stacks = [sketchStack('r2', [next, changed(api, 'a2')])];
    expect(prunedNames(decide(situation({ stacks, inventory })))).to.deep.equal([]);
    const after = inventoryOf(sketchStack('r1', [config]), sketchStack('r2', [changed(api, 'a2')]));
    const progressing = { [keyOf('Deployment', 'api')]: { health: 'progressing' } } as const;
    expect(
      prunedNames(decide(situation({ stacks, inventory: after, facts: progressing }))),
    ).to.deep.equal([]);
    expect(prunedNames(decide(situation({ stacks, inventory: after })))).to.deep.equal(['left']);
  });

  it('deletes before, or right after applying, where the unit says so', () => {
    const inventory = inventoryOf(sketchStack('r1', [config, api]));
    const stacks = (prune: 'before' | 'afterApply') => [
      sketchStack('r2', [{ ...next, prune }, changed(api, 'a2')]),
    ];
    expect(prunedNames(decide(situation({ stacks: stacks('before'), inventory })))).to.deep.equal([
      'left',
    ]);
    expect(
      prunedNames(decide(situation({ stacks: stacks('afterApply'), inventory }))),
    ).to.deep.equal([]);
    const applied = inventoryOf(
      sketchStack('r1', [config]),
      sketchStack('r2', [changed(api, 'a2')]),
    );
    const facts = { [keyOf('Deployment', 'api')]: { health: 'progressing' } } as const;
    expect(
      prunedNames(decide(situation({ stacks: stacks('afterApply'), inventory: applied, facts }))),
    ).to.deep.equal(['left']);
  });

  it('deletes nothing while something could not be applied', () => {
    const inventory = inventoryOf(sketchStack('r1', [config]));
    const broken: UnitSketch = { ...next, objects: [['ConfigMap', 'kept', 'k2']] };
    const failures = new Map([
      [
        keyOf('ConfigMap', 'kept'),
        { code: 'CK-APPLY-001' as const, message: 'refused', transient: false },
      ],
    ]);
    expect(
      prunedNames(
        decide(situation({ stacks: [sketchStack('r2', [broken])], inventory, failures })),
      ),
    ).to.deep.equal([]);
  });

  it('keeps what moved to another unit or another stack', () => {
    const inventory = inventoryOf(sketchStack('r1', [config]));
    const moved: UnitSketch = { name: 'moved', objects: [['ConfigMap', 'left', 'l2']] };
    const within = decide(situation({ stacks: [sketchStack('r2', [next, moved])], inventory }));
    expect(prunedNames(within)).to.deep.equal([]);
    const between = decide(
      situation({
        stacks: [sketchStack('r2', [next]), sketchStack('b1', [moved], 'blog')],
        inventory,
      }),
    );
    expect(prunedNames(between)).to.deep.equal([]);
    expect(between.conditions).to.deep.equal([]);
  });

  it('keeps what a stack wants that is not applied now', () => {
    const inventory = inventoryOf(sketchStack('r1', [config]));
    const wantedElsewhere = new Set([keyOf('ConfigMap', 'left')]);
    expect(
      prunedNames(
        decide(situation({ stacks: [sketchStack('r2', [next])], inventory, wantedElsewhere })),
      ),
    ).to.deep.equal([]);
  });

  it('touches nothing of a stack that is not in the head', () => {
    const inventory = inventoryOf(sketchStack('r1', [config]), sketchStack('b1', [api], 'blog'));
    expect(
      prunedNames(decide(situation({ stacks: [sketchStack('r1', [config])], inventory }))),
    ).to.deep.equal([]);
  });

  it('never deletes kinds that take more with them', () => {
    const full: UnitSketch = {
      ...config,
      objects: [
        ...config.objects,
        ['PersistentVolumeClaim', 'data', 'p1'],
        ['Namespace', 'extra', 'n1'],
        ['CustomResourceDefinition', 'gadgets.example.com', 'c1'],
      ],
    };
    const decision = decide(
      situation({
        stacks: [sketchStack('r2', [next])],
        inventory: inventoryOf(sketchStack('r1', [full])),
      }),
    );
    expect(prunedNames(decision)).to.deep.equal(['left']);
    expect(decision.conditions).to.have.length(1);
    expect(decision.conditions[0]).to.include({ type: 'prune-limited', stack: 'shop' });
    expect(decision.conditions[0]?.message).to.contain('PersistentVolumeClaim/shop/data');
  });

  it('deletes nothing when too much of the stack left at once', () => {
    const inventory = inventoryOf(sketchStack('r1', [many(30)]));
    const half = decide(situation({ stacks: [sketchStack('r2', [many(15)])], inventory }));
    expect(half.prune).to.have.length(15);
    const more = decide(situation({ stacks: [sketchStack('r2', [many(14)])], inventory }));
    expect(more.prune).to.have.length(0);
    expect(more.conditions[0]?.message).to.contain('16 of 30 objects');
    const generous = decide(
      situation({
        stacks: [sketchStack('r2', [many(14)])],
        inventory,
        pruneLimit: { objects: 20, share: 0 },
      }),
    );
    expect(generous.prune).to.have.length(16);
    const few = decide(
      situation({
        stacks: [sketchStack('r2', [many(1)])],
        inventory: inventoryOf(sketchStack('r1', [many(11)])),
      }),
    );
    expect(few.prune).to.have.length(10);
  });

  it('deletes in the reverse of the order of applying', () => {
    const units: UnitSketch[] = [
      {
        name: 'db',
        phase: 'stateful',
        objects: [
          ['Service', 'db', 's'],
          ['Deployment', 'db-old', 'd'],
          ['ConfigMap', 'keep', 'k'],
        ],
      },
      {
        name: 'web',
        objects: [
          ['Deployment', 'web-old', 'w'],
          ['ConfigMap', 'keep-web', 'k'],
        ],
      },
      { name: 'gone', objects: [['Deployment', 'gone', 'g']] },
    ];
    const left: UnitSketch[] = [
      { name: 'db', phase: 'stateful', objects: [['ConfigMap', 'keep', 'k']] },
      { name: 'web', objects: [['ConfigMap', 'keep-web', 'k']] },
    ];
    const decision = decide(
      situation({
        stacks: [sketchStack('r2', left)],
        inventory: inventoryOf(sketchStack('r1', units)),
      }),
    );
    expect(prunedNames(decision)).to.deep.equal(['gone', 'web-old', 'db-old', 'db']);
  });

  it('tells two stacks that want one object, and lets the one that has it keep it', () => {
    const shop = sketchStack('r1', [api]);
    const blog = sketchStack('b1', [changed(api, 'other')], 'blog');
    const decision = decide(situation({ stacks: [blog, shop], inventory: inventoryOf(shop) }));
    expect(appliedNames(decision)).to.deep.equal([]);
    expect(decision.conditions).to.deep.equal([
      {
        type: 'conflict',
        stack: 'blog',
        message: "Deployment/shop/api belongs to stack 'shop'; stack 'blog' declares it too",
      },
    ]);
  });
});

describe('any sequence of decisions', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const phases = ['stateful', 'internal', 'frontend'];
  const unitsArbitrary = fc
    .array(
      fc.record({
        phase: fc.constantFrom(...phases),
        dependsOn: fc.subarray(names),
        hash: fc.constantFrom('1', '2'),
      }),
      { minLength: 1, maxLength: names.length },
    )
    .map((entries) =>
      entries.map((entry, index): UnitSketch => ({
        name: names[index] ?? '',
        phase: entry.phase,
        // Only units before this one: no cycles.
        dependsOn: entry.dependsOn.filter((name) => names.indexOf(name) < index),
        objects: [['Deployment', names[index] ?? '', entry.hash]],
      })),
    );

  it('applies everything once, each unit after what comes before it, and prunes exactly what left', () => {
    fc.assert(
      fc.property(unitsArbitrary, unitsArbitrary, (before, after) => {
        const desired = sketchStack('r2', after);
        const inventory = inventoryOf(sketchStack('r1', before));
        const left = [...inventory.keys()].filter((key) => !desired.objects.has(key));
        const order: string[] = [];
        const deleted: string[] = [];
        for (let round = 0; round < 20; round += 1) {
          const decision = decide(situation({ stacks: [desired], inventory }));
          if (decision.apply.length + decision.prune.length === 0) break;
          for (const { object } of decision.apply) {
            for (const other of desired.graph.before.get(object.unit) ?? []) {
              expect(decision.apply.map((entry) => entry.object.unit)).not.to.include(other);
            }
            order.push(object.key);
            const row = inventoryOf(desired).get(object.key);
            if (row) inventory.set(object.key, row);
          }
          for (const object of decision.prune) {
            deleted.push(objectKey(object));
            inventory.delete(objectKey(object));
          }
        }
        expect(new Set(order).size).to.equal(order.length);
        expect(deleted).to.have.members(left);
        expect([...inventory.keys()]).to.have.members([...desired.objects.keys()]);
        for (const [key, object] of desired.objects) {
          expect(inventory.get(key)?.payloadHash).to.equal(object.payloadHash);
        }
      }),
      { numRuns: 300 },
    );
  });
});
