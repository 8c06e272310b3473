import { expect } from 'chai';
import type { ManagedFieldsEntry, ObjectMetadata } from '../kubernetes/index.ts';
import { driftOf } from './drift.ts';
import {
  lastForeignWrite,
  managersInConflict,
  ownedFieldsHash,
  rivalEnvironments,
} from './managed-fields.ts';
import { isOlder, observe } from './observation.ts';
import { inventoryOf, keyOf, sketchStack } from './testing/plans.ts';

const manager = 'codex-k8s-e1';
const fieldsV1 = { 'f:data': { 'f:color': {} } };
const own: ManagedFieldsEntry = {
  manager,
  operation: 'Apply',
  apiVersion: 'v1',
  time: '2026-01-01T00:00:00Z',
  fieldsType: 'FieldsV1',
  fieldsV1,
};

function metadata(...managedFields: ManagedFieldsEntry[]): ObjectMetadata {
  return { name: 'config', namespace: 'shop', uid: 'u', resourceVersion: '5', managedFields };
}

function write(name: string, time: string, subresource?: string): ManagedFieldsEntry {
  const part = subresource === undefined ? {} : { subresource };
  return { manager: name, operation: 'Update', time, ...part };
}

describe('the fields we own', () => {
  it('hash alike whatever the time and whoever else owns other fields', () => {
    const edit: ManagedFieldsEntry = {
      manager: 'kubectl-edit',
      operation: 'Update',
      fieldsV1: { 'f:data': { 'f:other': {} } },
    };
    const hash = ownedFieldsHash(metadata(own), manager);
    expect(hash).to.be.a('string');
    expect(
      ownedFieldsHash(metadata(edit, { ...own, time: '2027-01-01T00:00:00Z' }), manager),
    ).to.equal(hash);
  });

  it('hash otherwise when one was taken over', () => {
    const less = { ...own, fieldsV1: { 'f:data': {} } };
    expect(ownedFieldsHash(metadata(less), manager)).not.to.equal(
      ownedFieldsHash(metadata(own), manager),
    );
  });

  it('are none when our entry is missing, an update, or of a subresource', () => {
    expect(ownedFieldsHash(metadata(), manager)).to.equal(undefined);
    expect(ownedFieldsHash(metadata({ ...own, operation: 'Update' }), manager)).to.equal(undefined);
    expect(ownedFieldsHash(metadata({ ...own, subresource: 'status' }), manager)).to.equal(
      undefined,
    );
  });

  it('tell the latest write of somebody else, status writers aside', () => {
    const entries = [
      own,
      write('kubectl-edit', '2026-02-02T00:00:00Z'),
      write('vim', '2026-01-02T00:00:00Z'),
      write('kubelet', '2026-03-03T00:00:00Z', 'status'),
    ];
    expect(lastForeignWrite(metadata(...entries), manager)).to.deep.equal({
      manager: 'kubectl-edit',
      operation: 'Update',
      time: '2026-02-02T00:00:00Z',
    });
    expect(lastForeignWrite(metadata(own), manager)).to.equal(undefined);
  });

  it('tell other environments that apply the object', () => {
    const rival = { ...own, manager: 'codex-k8s-e2' };
    expect(rivalEnvironments(metadata(own, rival), manager)).to.deep.equal(['e2']);
    expect(
      rivalEnvironments(metadata(own, { ...rival, operation: 'Update' }), manager),
    ).to.deep.equal([]);
  });

  it('know whom a conflict names', () => {
    expect(
      managersInConflict([
        'conflict with "kubectl-edit" using v1 at 2026-01-01T00:00:00Z',
        'conflict with "codex-k8s-e2"',
        'conflict with "kubectl-edit" using v1',
      ]),
    ).to.deep.equal(['codex-k8s-e2', 'kubectl-edit']);
  });
});

describe('drift', () => {
  const stack = sketchStack('r1', [
    {
      name: 'u',
      objects: [
        ['ConfigMap', 'config', 'h'],
        ['Job', 'migrate', 'j'],
      ],
    },
  ]);
  const row = (kind: string, name: string) => {
    const found = inventoryOf(stack).get(keyOf(kind, name));
    if (!found) throw new Error(`no ${kind} ${name}`);
    return found;
  };
  const seen = observe({ apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(own) }, manager);
  const applied = {
    ...row('ConfigMap', 'config'),
    uid: seen.uid,
    ownedFieldsHash: seen.ownedFieldsHash ?? '',
  };

  it('is none while nothing was seen, and while our fields are ours', () => {
    expect(driftOf(applied, 'unseen')).to.equal(undefined);
    expect(driftOf(applied, seen)).to.equal(undefined);
  });

  it('is an edit when our fields are others, a replacement when the uid is, a deletion when it is gone', () => {
    expect(driftOf({ ...applied, ownedFieldsHash: 'other' }, seen)).to.deep.equal({
      kind: 'edited',
    });
    expect(driftOf({ ...applied, uid: 'other' }, seen)).to.deep.equal({ kind: 'replaced' });
    expect(driftOf(applied, 'absent')).to.deep.equal({ kind: 'deleted' });
  });

  it('is none while the object is being deleted', () => {
    expect(
      driftOf({ ...applied, ownedFieldsHash: 'other' }, { ...seen, health: 'terminating' }),
    ).to.equal(undefined);
  });

  it('does not run a finished Job again that was cleared away', () => {
    const job = row('Job', 'migrate');
    expect(driftOf(job, 'absent')).to.equal(undefined);
    expect(driftOf({ ...job, health: 'progressing' }, 'absent')).to.deep.equal({ kind: 'deleted' });
  });
});

describe('resource versions', () => {
  it('compare as numbers, and what is no number is never older', () => {
    expect(isOlder('9', '10')).to.equal(true);
    expect(isOlder('10', '9')).to.equal(false);
    expect(isOlder('10', '10')).to.equal(false);
    expect(isOlder('a', '10')).to.equal(false);
  });
});
