import { expect } from 'chai';
import { observe } from './observation.ts';
import { orphansOf } from './orphans.ts';
import { inventoryOf, sketchStack } from './testing/plans.ts';

const manager = 'codex-k8s-e1';
const desired = sketchStack('r2', [{ name: 'u', objects: [['ConfigMap', 'wanted', 'w']] }]);

function seen(
  name: string,
  change: { labels?: Record<string, string>; by?: string; deletionTimestamp?: string } = {},
) {
  const { labels = {}, by = manager, deletionTimestamp } = change;
  return observe(
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name,
        namespace: 'shop',
        uid: `uid-${name}`,
        resourceVersion: '7',
        labels: {
          'codex-k8s.dev/stack': 'shop',
          'codex-k8s.dev/unit': 'old',
          'applyset.kubernetes.io/part-of': desired.plan.applySet,
          ...labels,
        },
        managedFields: [{ manager: by, operation: 'Apply', fieldsV1: { 'f:data': {} } }],
        ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      },
    },
    manager,
  );
}

function found(...observations: ReturnType<typeof seen>[]): string[] {
  return orphansOf(observations, inventoryOf(desired), [desired], new Set(['uid-pruned'])).map(
    ({ name }) => name,
  );
}

describe('what a crash left without a record', () => {
  it('is found by its labels and our own entry', () => {
    expect(orphansOf([seen('left')], inventoryOf(desired), [desired], new Set())).to.deep.include({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'shop',
      name: 'left',
      stack: 'shop',
      unit: 'old',
      file: '',
      payloadHash: '',
      revision: '',
      uid: 'uid-left',
      resourceVersion: '7',
      ownedFieldsHash: seen('left').ownedFieldsHash,
      health: 'current',
    });
  });

  it('is not what is wanted, recorded, being deleted, or pruned a moment ago', () => {
    expect(
      found(seen('wanted'), seen('left', { deletionTimestamp: 'now' }), seen('pruned')),
    ).to.deep.equal([]);
    expect(orphansOf([seen('wanted')], new Map(), [desired], new Set())).to.deep.equal([]);
  });

  it('is not what somebody else applied, or what belongs to another set or stack', () => {
    expect(
      found(
        seen('other', { by: 'helm' }),
        seen('set', { labels: { 'applyset.kubernetes.io/part-of': 'applyset-other-v1' } }),
        seen('stack', { labels: { 'codex-k8s.dev/stack': 'blog' } }),
      ),
    ).to.deep.equal([]);
  });
});
