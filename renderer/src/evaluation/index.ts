export { evaluateNode, evaluateScalar, holdsTemplate } from './evaluate-node.ts';
export { TemplateSet } from './template-set.ts';
