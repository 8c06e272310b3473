import { expect } from 'chai';
import { parseAggregated, parseResourceList } from './discovery.ts';

describe('discovery', () => {
  it('reads the aggregated document', () => {
    const resources = [
      {
        resource: 'deployments',
        responseKind: { group: 'apps', version: 'v1', kind: 'Deployment' },
        scope: 'Namespaced',
        verbs: ['patch'],
      },
      { resource: 'broken' },
    ];
    const document = {
      items: [
        { metadata: { name: 'apps' }, versions: [{ version: 'v1', resources }] },
        {
          metadata: {},
          versions: [
            {
              version: 'v1',
              resources: [
                {
                  resource: 'namespaces',
                  responseKind: { kind: 'Namespace' },
                  scope: 'Cluster',
                  verbs: ['get'],
                },
              ],
            },
          ],
        },
      ],
    };
    expect(parseAggregated(document)).to.deep.equal([
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        resource: 'deployments',
        namespaced: true,
        verbs: ['patch'],
      },
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        resource: 'namespaces',
        namespaced: false,
        verbs: ['get'],
      },
    ]);
  });

  it('reads the list of one group version, without subresources', () => {
    const document = {
      resources: [
        { name: 'gadgets', kind: 'Gadget', namespaced: true, verbs: ['get'] },
        { name: 'gadgets/status', kind: 'Gadget', namespaced: true, verbs: ['get'] },
      ],
    };
    expect(parseResourceList('example.com/v1', document)).to.deep.equal([
      {
        apiVersion: 'example.com/v1',
        kind: 'Gadget',
        resource: 'gadgets',
        namespaced: true,
        verbs: ['get'],
      },
    ]);
  });

  it('takes an answer of another form for an empty one', () => {
    for (const document of [undefined, null, 'x', [], { items: 'x' }]) {
      expect(parseAggregated(document)).to.deep.equal([]);
      expect(parseResourceList('v1', document)).to.deep.equal([]);
    }
  });
});
