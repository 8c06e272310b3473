import type { EnvironmentTarget } from '../apply/index.ts';
import type { Database } from '../database/index.ts';

/** Who holds which environments: an apply process keeps a long lease and only it claims their work (design §5). */
export interface EnvironmentLeases {
  /** Takes what is free, renews what is held, leaves out what was lost. */
  acquire(): Promise<EnvironmentTarget[]>;
  release(): Promise<void>;
  /** Ids of the environments held now. */
  held(): readonly string[];
}

/** Whose leases, on which clusters, for how long. */
export interface LeaseSettings {
  owner: string;
  clusters: readonly string[];
  leaseMs: number;
}

interface EnvironmentRow {
  id: string;
  project_id: string;
  project: string;
  name: string;
  cluster: string;
  branch: string;
  namespace: string;
  namespaces: string[];
  service_account: string | null;
  drift_policy: 'correct' | 'report';
  protected: boolean;
}

/** Leases of environments in Postgres, by its clock. */
export function createEnvironmentLeases(db: Database, settings: LeaseSettings): EnvironmentLeases {
  let held: readonly string[] = [];
  return {
    async acquire() {
      const rows = await db.query<EnvironmentRow>(acquireLeases, [
        settings.owner,
        settings.leaseMs,
        settings.clusters,
      ]);
      held = rows.map((row) => row.id);
      return rows.map(environmentTarget);
    },
    async release() {
      held = [];
      await db.query(
        `with own as materialized (
           select id from core.environments where lease_owner = $1 order by id for no key update)
         update core.environments e set lease_owner = null, lease_until = null from own where e.id = own.id`,
        [settings.owner],
      );
    },
    held: () => held,
  };
}

const environmentTarget = (row: EnvironmentRow): EnvironmentTarget => ({
  id: row.id,
  projectId: row.project_id,
  project: row.project,
  name: row.name,
  cluster: row.cluster,
  branch: row.branch,
  namespace: row.namespace,
  namespaces: row.namespaces,
  ...(row.service_account === null ? {} : { serviceAccount: row.service_account }),
  driftPolicy: row.drift_policy,
  protected: row.protected,
});

// A new holder gets a new token: what the former one still tries to finish is refused. Every push
// writes its environment's row for a moment: who holds the environment waits for that – it would lose
// all that it watches – and who would like to have it looks elsewhere.
const acquireLeases = `
with own as materialized (
  select id from core.environments where cluster = any($3::text[]) and lease_owner = $1
  order by id for no key update
), free as materialized (
  select id from core.environments
  where cluster = any($3::text[]) and lease_owner is distinct from $1 and (lease_owner is null or lease_until < now())
  order by id for no key update skip locked
), taken as (
  select id from own union all select id from free
), leased as (
  update core.environments e set lease_owner = $1, lease_until = now() + make_interval(secs => $2::double precision / 1000),
    lease_token = case when e.lease_owner = $1 then e.lease_token else e.lease_token + 1 end
  from taken where e.id = taken.id returning e.*
)
select l.id, l.project_id, p.slug as project, l.name, l.cluster, l.branch, l.namespace, l.service_account, l.drift_policy, l.protected,
  (select coalesce(jsonb_agg(c.namespace), '[]') from core.namespace_claims c where c.environment_id = l.id) as namespaces
from leased l join core.projects p on p.id = l.project_id order by l.id`;
