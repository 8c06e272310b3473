import type { Policy } from '../policy.ts';
import { deprecatedApi } from './deprecated-api.ts';
import { floatingTag } from './floating-tag.ts';
import { hostPath } from './host-path.ts';
import { missingLimits } from './missing-limits.ts';
import { missingProbes } from './missing-probes.ts';
import { plaintextSecret } from './plaintext-secret.ts';
import { privileged } from './privileged.ts';
import { slotSecret } from './slot-secret.ts';

/** Every rule there is. */
export const policies: readonly Policy[] = [
  plaintextSecret,
  floatingTag,
  missingLimits,
  missingProbes,
  privileged,
  hostPath,
  deprecatedApi,
  slotSecret,
];
