import { defineEntity, p } from '@mikro-orm/core';
import { AgentSession } from './agent-session.ts';
import { counter, serial, timeOfRow } from './columns.ts';

const schema = defineEntity({
  name: 'TokenUsage',
  tableName: 'token_usage',
  schema: 'core',
  properties: {
    id: serial(),
    session: () =>
      p
        .manyToOne(AgentSession)
        .mapToPk()
        .deleteRule('cascade')
        .foreignKeyName('token_usage_session_id_fkey')
        .index(false),
    model: p.text(),
    inputTokens: counter(),
    outputTokens: counter(),
    createdAt: timeOfRow(),
  },
});

/** Tokens that a session used. */
export class TokenUsage extends schema.class {}
schema.setClass(TokenUsage);
