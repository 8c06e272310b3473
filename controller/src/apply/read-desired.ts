import { couldBeStack, judgeHead, missingStacks } from './absence.ts';
import { joinDesiredStack, type DesiredStack } from './desired-stack.ts';
import type { EnvironmentSession, Memory } from './environment-session.ts';
import { objectKey } from './identity.ts';
import type { ApplyLedger, DesiredState } from './ports.ts';
import type { EnvironmentCondition, StackState } from './types.ts';

/** What the state branch asks for, and what of it may not be followed. */
export interface DesiredReading {
  /** Undefined: there is no branch. */
  commit: string | undefined;
  /** Whether the head as a whole may not be followed (rewound, missing). */
  stopped: boolean;
  /** The stacks that may be applied, by name. */
  stacks: DesiredStack[];
  /** Stacks of the head that are left alone. */
  blocked: StackState[];
  conditions: EnvironmentCondition[];
  /** Keys wanted by stacks that are left alone: they have not left the environment. */
  wantedElsewhere: Set<string>;
}

/** Reads the head of the environment's branch; what was read before and did not change is not read again. */
export async function readDesired(
  session: EnvironmentSession,
  memory: Memory,
  desired: DesiredState,
  ledger: ApplyLedger,
): Promise<DesiredReading> {
  const head = await desired.head(session.target);
  const reading: DesiredReading = {
    commit: head?.commit,
    stopped: false,
    stacks: [],
    blocked: [],
    conditions: [],
    wantedElsewhere: new Set(),
  };
  const stop = await judge(session, memory, desired, ledger, head?.commit);
  if (stop) reading.conditions.push(stop);
  if (stop || !head) return { ...reading, stopped: true };

  const applied = new Set([...memory.inventory.values()].map(({ stack }) => stack));
  reading.conditions.push(...missingStacks(applied, head.stacks));
  const stacks = [...head.stacks].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const results = await Promise.all(
    stacks.map(([stack, contentHash]) =>
      readStack(session, desired, ledger, { commit: head.commit, stack, contentHash }),
    ),
  );
  for (const result of results) {
    if (result.kind === 'ignored') continue;
    if (result.kind === 'stack') {
      reading.stacks.push(result.stack);
      continue;
    }
    if (result.condition.stack === undefined) continue;
    const isOurs = applied.has(result.condition.stack) || couldBeStack(result.condition.stack);
    if (!isOurs) continue;
    reading.conditions.push(result.condition);
    reading.blocked.push(result.state);
    for (const key of result.wanted ?? []) reading.wantedElsewhere.add(key);
  }
  return reading;
}

async function judge(
  session: EnvironmentSession,
  memory: Memory,
  desired: DesiredState,
  ledger: ApplyLedger,
  commit: string | undefined,
): Promise<EnvironmentCondition | undefined> {
  const { lastAppliedCommit } = memory;
  const { id, branch } = session.target;
  let descends = commit === lastAppliedCommit;
  let published = false;
  if (!descends && commit !== undefined && lastAppliedCommit !== undefined) {
    descends = await desired.descendsFrom(commit, lastAppliedCommit);
    published = !descends && (await ledger.publishedSince(id, commit, lastAppliedCommit));
  }
  return judgeHead({ commit, lastAppliedCommit, descends, published, branch });
}

type StackReading =
  | { kind: 'stack'; stack: DesiredStack }
  | { kind: 'ignored' }
  | { kind: 'blocked'; condition: EnvironmentCondition; state: StackState; wanted?: string[] };

interface StackPlace {
  commit: string;
  stack: string;
  contentHash: string;
}

async function readStack(
  session: EnvironmentSession,
  desired: DesiredState,
  ledger: ApplyLedger,
  place: StackPlace,
): Promise<StackReading> {
  const { commit, stack, contentHash } = place;
  const [joined, permission] = await Promise.all([
    joinRevision(session, desired, place),
    permissionOf(session, ledger, stack, contentHash),
  ]);
  if (joined === 'ignored') return { kind: 'ignored' };
  if ('type' in joined) return blocked(place, joined, 'failed');
  if (permission === 'approved') {
    if (joined.plan.retired === undefined) return { kind: 'stack', stack: joined };
    const message = `stack '${stack}' is retired; its teardown waits for an approval`;
    return {
      ...blocked(place, { type: 'retired', stack, message }, 'held'),
      wanted: keysOf(joined),
    };
  }
  const message =
    permission === 'held'
      ? `content ${short(contentHash)} of stack '${stack}' at ${short(commit)} waits for an approval`
      : `no run of this platform rendered content ${short(contentHash)} of stack '${stack}' at ${short(commit)}; it is left alone`;
  return {
    ...blocked(place, { type: permission, stack, message }, permission),
    wanted: keysOf(joined),
  };
}

async function joinRevision(
  session: EnvironmentSession,
  desired: DesiredState,
  { commit, stack, contentHash }: StackPlace,
): Promise<DesiredStack | EnvironmentCondition | 'ignored'> {
  const known = session.revisions.get(stack);
  if (known?.contentHash === contentHash) return known;
  const [reading, files] = await Promise.all([
    desired.readPlan(commit, stack),
    desired.listFiles(commit, stack),
  ]);
  if (reading.kind === 'absent') {
    if (!couldBeStack(stack)) return 'ignored';
    return { type: 'plan-unreadable', stack, message: `directory '${stack}' has no plan.json` };
  }
  if (reading.kind === 'unreadable') {
    return { type: 'plan-unreadable', stack, message: `plan.json: ${reading.reason}` };
  }
  const joined = joinDesiredStack(session.target, stack, contentHash, reading.plan, files);
  if (!('type' in joined)) session.revisions.set(stack, joined);
  return joined;
}

/** Only contents that a run of this platform rendered are applied, and in protected environments approved ones. */
async function permissionOf(
  session: EnvironmentSession,
  ledger: ApplyLedger,
  stack: string,
  contentHash: string,
): Promise<'approved' | 'held' | 'unrecognised'> {
  if (session.approved.get(stack) === contentHash) return 'approved';
  const content = await ledger.recordedContent(session.target.id, stack, contentHash);
  if (content === undefined) return 'unrecognised';
  if (!content.approved) return 'held';
  session.approved.set(stack, contentHash);
  return 'approved';
}

function blocked(
  { stack, contentHash }: StackPlace,
  condition: EnvironmentCondition,
  state: StackState['state'],
) {
  const { message } = condition;
  return { kind: 'blocked', condition, state: { stack, contentHash, state, message } } as const;
}

function keysOf(stack: DesiredStack): string[] {
  return [...stack.objects.values()].map((object) => objectKey(object));
}

function short(hash: string): string {
  return hash.slice(0, 12);
}
