export { drawDot } from './dot.ts';
export { drawMermaid } from './mermaid.ts';
export type { DrawnPlan } from './phases.ts';
