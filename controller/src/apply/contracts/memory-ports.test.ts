import { applyPortsContract } from './apply-ports-contract.ts';
import { createMemoryStore } from './memory-ports.ts';

applyPortsContract('memory', async () => {
  const store = createMemoryStore();
  return {
    ledger: store.ledger,
    workSource: (owner) => store.workSource(owner),
    async addEnvironment(name) {
      const target = {
        id: name,
        projectId: 'project',
        project: 'shop',
        name,
        cluster: 'local',
        branch: `env/${name}`,
        namespace: `shop-${name}`,
        namespaces: [`shop-${name}`],
        driftPolicy: 'correct' as const,
        protected: false,
      };
      store.addEnvironment(target);
      return target;
    },
    async recordContent(environmentId, stack, contentHash, content) {
      store.recordContent(environmentId, stack, contentHash, content);
    },
    async recordCommit(environmentId, commit) {
      store.recordCommit(environmentId, commit);
    },
    async expireWork() {
      store.expireWork();
    },
    async expireEnvironments(owner) {
      store.expireEnvironments(owner);
    },
    async close() {},
  };
});
