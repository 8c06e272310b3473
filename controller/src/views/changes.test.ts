import { expect } from 'chai';
import { eventually } from '@codex-k8s/testing';
import type { Database } from '../database/index.ts';
import { postgresDatabase } from '../database/testing/index.ts';
import type { DatabaseUnderTest } from '../database/testing/index.ts';
import { recordEvents } from '../events/index.ts';
import { openChangeStream } from './index.ts';

describe('the stream of changes', () => {
  let opened: DatabaseUnderTest;
  let db: Database;
  before(async () => {
    opened = await postgresDatabase('changes');
    db = opened.db;
  });
  after(() => opened.drop());

  it('tells every event once, also those whose transaction ended after later ones', async () => {
    const stream = await openChangeStream(db);
    const seen: string[] = [];
    stream.subscribe((event) => seen.push(event.type));
    const slow = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const slowOne = db.inTransaction(async (tx) => {
      await recordEvents(tx, [{ type: 'slow' }]);
      begun.resolve();
      await slow.promise;
    });
    await begun.promise;
    await db.inTransaction((tx) => recordEvents(tx, [{ type: 'first' }, { type: 'second' }]));
    await eventually(() => expect(seen).to.deep.equal(['first', 'second']));
    slow.resolve();
    await slowOne;
    await eventually(() => expect(seen).to.deep.equal(['first', 'second', 'slow']));
    await db.inTransaction((tx) => recordEvents(tx, [{ type: 'third' }]));
    await eventually(() => expect(seen.at(-1)).to.equal('third'));
    expect(seen).to.have.length(4);
    await stream.close();
  });
});
