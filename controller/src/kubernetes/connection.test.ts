import { expect } from 'chai';
import { eventually, sharedControlPlane, uniqueName } from '@codex-k8s/testing';
import { silentTelemetry } from '../telemetry/index.ts';
import { ClusterError } from './cluster-error.ts';
import { connectCluster } from './connection.ts';
import { reflect } from './reflector.ts';
import type { ClusterConnection, KubernetesObject } from './types.ts';

async function errorOf(promise: Promise<unknown>): Promise<ClusterError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ClusterError)) throw new Error('no ClusterError', { cause: error });
  return error;
}

describe('a connection to a real API server', () => {
  let kubeconfig: string;
  let cluster: ClusterConnection;
  let namespace: string;
  const observed: Record<string, string>[] = [];

  before(async () => {
    kubeconfig = (await sharedControlPlane()).kubeconfigPath;
    const telemetry = {
      ...silentTelemetry,
      duration: (_metric: string, _seconds: number, labels: Record<string, string> = {}) => {
        observed.push(labels);
      },
    };
    cluster = await connectCluster({ name: 'local', kubeconfig: { file: kubeconfig }, telemetry });
    namespace = uniqueName('connection');
    const body = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    });
    const reference = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
    await cluster.apply(reference, body, { fieldManager: 'test', force: false });
  });

  after(async () => {
    await cluster.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
    await cluster.close();
  });

  const config = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name });
  const yaml = (name: string, color: string) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\n  labels: {part: ${name}}\ndata:\n  color: ${color}\n`;

  async function apply(name: string, color: string, fieldManager = 'one', force = false) {
    return cluster.apply(config(name), yaml(name, color), { fieldManager, force });
  }

  it('applies raw YAML, and says whether it made the object', async () => {
    const first = await apply('a', 'red');
    expect(first.created).to.equal(true);
    expect(first.object).to.deep.include({ data: { color: 'red' } });
    const second = await apply('a', 'red');
    expect(second.created).to.equal(false);
    expect(second.object.metadata.resourceVersion).to.equal(first.object.metadata.resourceVersion);
    expect(observed.at(-1)).to.deep.equal({ verb: 'apply', resource: 'configmaps', code: '200' });
  });

  it('writes nothing on a dry run', async () => {
    const options = { fieldManager: 'one', force: false, dryRun: true };
    await cluster.apply(config('dry'), yaml('dry', 'red'), options);
    expect((await errorOf(cluster.get(config('dry')))).kind).to.equal('not-found');
  });

  it('names managers and fields of a conflict, and takes them over when forced', async () => {
    await apply('conflict', 'red', 'one');
    const error = await errorOf(apply('conflict', 'blue', 'two'));
    expect(error).to.include({ kind: 'conflict', status: 409, retryable: false });
    expect(error.causes).to.deep.equal([
      { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.color' },
    ]);
    expect(error.message).to.contain(`apply ConfigMap/${namespace}/conflict`);
    const { object } = await apply('conflict', 'blue', 'two', true);
    expect(object).to.deep.include({ data: { color: 'blue' } });
  });

  it('reads metadata alone when asked to', async () => {
    await apply('partial', 'red');
    const object = await cluster.get(config('partial'), { metadataOnly: true });
    expect(object).to.have.keys('apiVersion', 'kind', 'metadata');
    expect(object.kind).to.equal('ConfigMap');
    const collection = { apiVersion: 'v1', kind: 'ConfigMap', namespace };
    const listed = await cluster.list(collection, {
      labelSelector: 'part=partial',
      metadataOnly: true,
    });
    expect(listed.items.map(({ kind, metadata }) => [kind, metadata.name])).to.deep.equal([
      ['ConfigMap', 'partial'],
    ]);
    expect(listed.items[0]).not.to.have.property('data');
    expect(listed.resourceVersion).to.match(/^\d+$/u);
  });

  it('deletes only the object it means', async () => {
    const { object } = await apply('gone', 'red');
    const { uid, resourceVersion } = object.metadata;
    expect((await errorOf(cluster.delete(config('gone'), { uid: 'another' }))).kind).to.equal(
      'conflict',
    );
    await apply('gone', 'blue');
    expect((await errorOf(cluster.delete(config('gone'), { uid, resourceVersion }))).kind).to.equal(
      'conflict',
    );
    await cluster.delete(config('gone'), { uid });
    expect((await errorOf(cluster.get(config('gone')))).kind).to.equal('not-found');
    expect((await errorOf(cluster.delete(config('gone'), { uid }))).kind).to.equal('not-found');
  });

  it('tells an invalid object from an unknown field and an unknown kind', async () => {
    const kind = { apiVersion: 'v1', kind: 'Service' };
    const service = { ...kind, namespace, name: 's' };
    const invalid = JSON.stringify({
      ...kind,
      metadata: { name: 's' },
      spec: { ports: [{ port: 99_999, protocol: 'TCP' }] },
    });
    const options = { fieldManager: 'one', force: false };
    const error = await errorOf(cluster.apply(service, invalid, options));
    expect(error).to.include({ kind: 'invalid', status: 422, retryable: false });
    expect(error.causes[0]?.field).to.equal('spec.ports[0].port');
    const unknown = JSON.stringify({ ...kind, metadata: { name: 's' }, spec: { colour: 1 } });
    expect(await errorOf(cluster.apply(service, unknown, options))).to.include({
      kind: 'rejected',
      retryable: false,
    });
    const noKind = { apiVersion: 'nowhere.example.com/v1', kind: 'Nothing', name: 'x' };
    expect(await errorOf(cluster.apply(noKind, '{}', options))).to.include({
      kind: 'no-match',
      retryable: false,
    });
  });

  it('writes as another identity, and says what that one may not do', async () => {
    const user = `system:serviceaccount:${namespace}:deployer`;
    const impersonate = { user, groups: ['system:serviceaccounts', 'system:authenticated'] };
    const options = { fieldManager: 'one', force: false, impersonate };
    const error = await errorOf(
      cluster.apply(config('forbidden'), yaml('forbidden', 'red'), options),
    );
    expect(error).to.include({ kind: 'forbidden', status: 403, retryable: false });
    expect(error.message).to.contain(user).and.to.contain('configmaps');
  });

  it('gives up at the deadline, and when told to', async () => {
    const late = await errorOf(cluster.get(config('a'), { deadline: performance.now() - 1 }));
    expect(late).to.include({ kind: 'deadline', retryable: true });
    const told = await errorOf(cluster.get(config('a'), { signal: AbortSignal.abort() }));
    expect(told).to.include({ kind: 'aborted', retryable: false });
  });

  it('says that nothing answers where nothing answers', async () => {
    const file = await kubeconfigTo('https://127.0.0.1:1');
    const nowhere = await connectCluster({ name: 'nowhere', kubeconfig: { file: file.path } });
    const error = await errorOf(nowhere.get(config('a')));
    expect(error).to.include({ kind: 'unavailable', retryable: true });
    expect(error.data.code).to.equal('CK-K8S-001');
    await nowhere.close();
    await file.remove();
  });

  it('refuses a kubeconfig or a context that does not exist', async () => {
    const missing = connectCluster({ name: 'x', kubeconfig: { file: '/nowhere/kubeconfig' } });
    expect(await errorOf(missing)).to.include({ kind: 'kubeconfig' });
    const context = connectCluster({
      name: 'x',
      kubeconfig: { file: kubeconfig, context: 'nobody' },
    });
    expect((await errorOf(context)).message).to.contain("there is no context 'nobody'");
  });

  it('watches from a position, in order, and ends when told to', async () => {
    const { resourceVersion } = await cluster.list({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace,
    });
    const ending = new AbortController();
    const events: string[] = [];
    const watching = (async () => {
      const collection = { apiVersion: 'v1', kind: 'ConfigMap', namespace };
      const options = { resourceVersion, labelSelector: 'part=watched', signal: ending.signal };
      for await (const event of cluster.watch(collection, options)) {
        if (event.type === 'opened' || event.type === 'bookmark') events.push(event.type);
        else events.push(`${event.type} ${JSON.stringify(event.object['data'])}`);
      }
    })();
    await apply('watched', 'red');
    await apply('unwatched', 'red');
    await apply('watched', 'blue');
    await cluster.delete(config('watched'));
    const expected = [
      'opened',
      'added {"color":"red"}',
      'modified {"color":"blue"}',
      'deleted {"color":"blue"}',
    ];
    await eventually(() => expect(events).to.deep.equal(expected));
    ending.abort();
    await errorOf(watching);
  });

  it('says when a position is too old to watch from', async () => {
    // The server remembers changes of a kind since it began to serve it: of a new kind, none of the first.
    await withDefinition('Aged', 'aged', async (group) => {
      const collection = { apiVersion: `${group}/v1`, kind: 'Aged' };
      // Until it is served, watching it is refused for other reasons.
      await eventually(() => cluster.list(collection));
      const options = { resourceVersion: '1', signal: AbortSignal.timeout(10_000) };
      const drained = (async () => {
        for await (const event of cluster.watch(collection, options))
          expect(event.type).to.equal('opened');
      })();
      expect(await errorOf(drained)).to.include({ kind: 'gone', retryable: true });
    });
  });

  it('reflects a collection: the whole first, then each change', async () => {
    await apply('reflected', 'red');
    const seen = new Map<string, KubernetesObject>();
    const reflection = reflect(
      cluster,
      { apiVersion: 'v1', kind: 'ConfigMap', namespace },
      {
        replaced(objects) {
          seen.clear();
          for (const object of objects) seen.set(object.metadata.name, object);
        },
        changed: (object) => seen.set(object.metadata.name, object),
        deleted: (object) => seen.delete(object.metadata.name),
      },
      { labelSelector: 'part in (reflected,later)' },
    );
    await reflection.synced;
    expect([...seen.keys()]).to.deep.equal(['reflected']);
    await apply('later', 'red');
    await apply('reflected', 'blue');
    await eventually(() => {
      expect([...seen.keys()].toSorted()).to.deep.equal(['later', 'reflected']);
      expect(seen.get('reflected')).to.deep.include({ data: { color: 'blue' } });
    });
    await cluster.delete(config('later'));
    await eventually(() => expect([...seen.keys()]).to.deep.equal(['reflected']));
    await reflection.stop();
  });

  it('learns of a kind that came later', async () => {
    const before = await errorOf(cluster.resolve(`${namespace}.example.com/v1`, 'Late'));
    expect(before.kind).to.equal('no-match');
    await withDefinition('Late', 'late', async (group) => {
      await eventually(async () => {
        expect(await cluster.resolve(`${group}/v1`, 'Late')).to.include({
          resource: 'late',
          namespaced: false,
        });
      });
    });
  });

  /** A cluster-scoped kind of this test's own, for as long as the work takes. */
  async function withDefinition(
    kind: string,
    plural: string,
    work: (group: string) => Promise<void>,
  ): Promise<void> {
    const group = `${namespace}.example.com`;
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope: 'Cluster',
        names: { plural, singular: plural, kind },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object' } },
          },
        ],
      },
    };
    const reference = { ...definition, name: definition.metadata.name };
    await cluster.apply(reference, JSON.stringify(definition), {
      fieldManager: 'one',
      force: false,
    });
    try {
      await work(group);
    } finally {
      await cluster.delete(reference);
    }
  }

  async function kubeconfigTo(server: string) {
    const { temporaryDirectory } = await import('@codex-k8s/testing');
    const { readFile, writeFile } = await import('node:fs/promises');
    const directory = await temporaryDirectory('kubeconfig');
    const text = await readFile(kubeconfig, 'utf8');
    const path = `${directory.path}/kubeconfig`;
    await writeFile(path, text.replace(/server:.*/u, `server: ${server}`));
    return { path, remove: () => directory.remove() };
  }
});
