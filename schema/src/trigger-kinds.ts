/** A kind of trigger: what a `run:*` label starts. */
export interface TriggerKind {
  /** As services.yaml and runs name it. */
  kind: string;
  /** The label that starts it. */
  label: string;
  /** Stage that it works on. */
  stage: string;
  /** Whether it revises what the stage made before. */
  revises: boolean;
}

/** Stages in their order, then the loops beside them. Source: FR-028, FR-043, design §7. */
const stages = [
  'intake',
  'vision',
  'prd',
  'arch',
  'design',
  'plan',
  'dev',
  'doc-audit',
  'qa',
  'release',
  'postdeploy',
  'ops',
  'self-improve',
] as const;

/** The catalogue of trigger kinds: every stage with its revision, and what stands alone. */
export const triggerKinds: readonly TriggerKind[] = [
  ...stages.flatMap((stage) => [trigger(stage, false), trigger(stage, true)]),
  trigger('rethink', false),
  trigger('ai-repair', false),
];

function trigger(stage: string, revises: boolean): TriggerKind {
  const kind = stage.replaceAll('-', '_');
  return {
    kind: revises ? `${kind}_revise` : kind,
    label: `run:${stage}${revises ? ':revise' : ''}`,
    stage,
    revises,
  };
}
