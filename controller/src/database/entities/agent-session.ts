import { defineEntity, p } from '@mikro-orm/core';
import { oneOf, serial, time, timeOfRow } from './columns.ts';
import { AgentRun } from './agent-run.ts';

const schema = defineEntity({
  name: 'AgentSession',
  tableName: 'agent_sessions',
  schema: 'core',
  uniques: [{ name: 'agent_sessions_run_id_key', properties: ['run'] }],
  checks: [
    oneOf('agent_sessions', 'status', [
      'running',
      'succeeded',
      'failed',
      'cancelled',
      'failed_precondition',
    ]),
    oneOf('agent_sessions', 'wait_state', ['owner_review', 'mcp']),
  ],
  properties: {
    id: serial(),
    run: () =>
      p
        .manyToOne(AgentRun)
        .mapToPk()
        .deleteRule('cascade')
        .foreignKeyName('agent_sessions_run_id_fkey')
        .index(false),
    correlationId: p.uuid(),
    agentKey: p.text(),
    status: p
      .text()
      .$type<'running' | 'succeeded' | 'failed' | 'cancelled' | 'failed_precondition'>(),
    sessionId: p.text().nullable(),
    sessionJson: p.json<unknown>().nullable(),
    codexCliSessionJson: p.json<unknown>().nullable(),
    waitState: p.text().$type<'owner_review' | 'mcp'>().nullable(),
    startedAt: timeOfRow(),
    finishedAt: time().nullable(),
  },
});

/** An agent's session in a run. */
export class AgentSession extends schema.class {}
schema.setClass(AgentSession);
