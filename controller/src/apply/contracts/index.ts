export { applyPortsContract } from './apply-ports-contract.ts';
export type { ApplyPortsUnderTest } from './apply-ports-contract.ts';
export { createMemoryStore } from './memory-ports.ts';
export type { MemoryStore } from './memory-ports.ts';
