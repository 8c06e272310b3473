import diagnostic from '../schemas/diagnostic.schema.json' with { type: 'json' };
import executionPlan from '../schemas/execution-plan.schema.json' with { type: 'json' };
import imagesLock from '../schemas/images-lock.schema.json' with { type: 'json' };
import promptContext from '../schemas/prompt-context.schema.json' with { type: 'json' };
import services from '../schemas/services.schema.json' with { type: 'json' };

/** The published JSON Schemas (draft 2020-12) by contract. */
export const schemas = {
  diagnostic,
  executionPlan,
  imagesLock,
  promptContext,
  services,
} as const;
