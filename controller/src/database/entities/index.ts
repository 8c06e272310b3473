import { AgentRun } from './agent-run.ts';
import { AgentSession } from './agent-session.ts';
import { DeliveryOutcome } from './delivery-outcome.ts';
import { DocChunk } from './doc-chunk.ts';
import { EnvironmentSource } from './environment-source.ts';
import { Environment } from './environment.ts';
import { FlowEvent } from './flow-event.ts';
import { HookRun } from './hook-run.ts';
import { InventoryObject } from './inventory-object.ts';
import { Link } from './link.ts';
import { NamespaceClaim } from './namespace-claim.ts';
import { PlatformState } from './platform-state.ts';
import { Project } from './project.ts';
import { RenderedContent } from './rendered-content.ts';
import { Repository } from './repository.ts';
import { Secret } from './secret.ts';
import { StateCommit } from './state-commit.ts';
import { TokenUsage } from './token-usage.ts';
import { WebhookDelivery } from './webhook-delivery.ts';
import { WorkItem } from './work-item.ts';
import { WorkTopic } from './work-topic.ts';

/** Every entity the ORM knows. */
export const entities = [
  AgentRun,
  AgentSession,
  DeliveryOutcome,
  DocChunk,
  Environment,
  EnvironmentSource,
  FlowEvent,
  HookRun,
  InventoryObject,
  Link,
  NamespaceClaim,
  PlatformState,
  Project,
  RenderedContent,
  Repository,
  Secret,
  StateCommit,
  TokenUsage,
  WebhookDelivery,
  WorkItem,
  WorkTopic,
] as const;
