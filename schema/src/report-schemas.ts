import diff from '../schemas/diff.schema.json' with { type: 'json' };
import explanation from '../schemas/explanation.schema.json' with { type: 'json' };
import lockReport from '../schemas/lock-report.schema.json' with { type: 'json' };
import render from '../schemas/render.schema.json' with { type: 'json' };
import validation from '../schemas/validation.schema.json' with { type: 'json' };
import verification from '../schemas/verification.schema.json' with { type: 'json' };

/**
 * The published JSON Schemas of what commands print. They describe output: nothing is validated by
 * them while the product runs.
 */
export const reportSchemas = {
  diff,
  explanation,
  lockReport,
  render,
  validation,
  verification,
} as const;
