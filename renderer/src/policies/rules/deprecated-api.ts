import type { Policy } from '../policy.ts';

/**
 * An API that the target version still serves, and a later one will not. Those that are gone
 * already are no matter of policy: the server refuses them.
 */
export const deprecatedApi: Policy = {
  name: 'deprecated-api',
  severity: { dev: 'warning', slot: 'warning', staging: 'warning', production: 'warning' },
  check({ apiVersion, kind }, { lifecycleOf }) {
    const lifecycle = lifecycleOf(apiVersion, kind);
    if (lifecycle === undefined) return [];
    const { since, removedIn, replacement } = lifecycle;
    const end = removedIn === undefined ? '' : ` and gone with ${removedIn}`;
    return [
      {
        path: ['apiVersion'],
        message: `${apiVersion} ${kind} is deprecated since Kubernetes ${since}${end}`,
        ...(replacement === undefined ? {} : { hint: `Use ${replacement}.` }),
      },
    ];
  },
};
