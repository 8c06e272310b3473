import { SqlMigration } from './sql-migration.ts';

/** The runs of hooks and migrations: the record that outlives their Jobs. */
export class HookRuns extends SqlMigration {
  protected readonly steps = [
    `create table core.hook_runs (
      sequence bigserial,
      environment_id uuid not null references core.environments(id) on delete cascade,
      job_uid text not null,
      stack text not null,
      unit text not null,
      hook text not null,
      type text not null constraint hook_runs_type_check check (type in ('hook', 'migration')),
      run text not null constraint hook_runs_run_check check (run in ('once-per-content', 'once-per-revision')),
      key text not null,
      revision text not null,
      cluster_uid text not null,
      namespace text not null,
      job text not null,
      attempt integer not null,
      state text not null constraint hook_runs_state_check check (state in ('running', 'succeeded', 'failed')),
      failed_pods integer not null default 0,
      delete_policy text not null constraint hook_runs_delete_policy_check check (delete_policy in ('beforeNextRun', 'afterSuccess', 'never')),
      started_at text not null,
      finished_at text,
      message text,
      log_tail text,
      recorded_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      primary key (environment_id, job_uid)
    )`,
    `create index hook_runs_hook_idx on core.hook_runs (environment_id, stack, unit, hook, sequence)`,
  ];

  protected readonly undo = ['drop table core.hook_runs'];
}
