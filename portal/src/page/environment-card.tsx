import { component$, useContext } from '@builder.io/qwik';
import {
  describeHealth,
  describeSync,
  hintOf,
  shortCommit,
  type EnvironmentView,
} from '../presentation/index.ts';
import { Badge } from './badge.tsx';
import { Moment } from './moment.tsx';
import { ObjectCounts } from './object-counts.tsx';
import { Objects } from './objects.tsx';
import { PageContext } from './page-state.ts';

export const EnvironmentCard = component$<{ environment: EnvironmentView }>(({ environment }) => {
  const state = useContext(PageContext);
  const {
    id,
    project,
    name,
    health,
    cluster,
    clusterSimulated,
    namespace,
    branch,
    conditions,
    objects,
    stacks,
  } = environment;
  const chosen = state.filter.environmentId === id;
  return (
    <article class={['card', { chosen }]} aria-labelledby={`environment-${id}`}>
      <header>
        <h3 id={`environment-${id}`}>
          <button
            type="button"
            class="plain name"
            aria-pressed={chosen}
            title={chosen ? 'Show all environments' : 'Show only this environment'}
            onClick$={() => {
              const { status } = state.filter;
              state.filter = {
                ...(chosen ? {} : { environmentId: id }),
                ...(status !== undefined && { status }),
              };
              state.olderRuns = [];
              delete state.pickedCommit;
              state.asked += 1;
            }}
          >
            <span class="muted">{project} /</span> {name}
          </button>
        </h3>
        <Badge standing={describeHealth(health)} />
      </header>
      <dl class="facts">
        <dt>Cluster</dt>
        <dd>
          {cluster}
          {clusterSimulated && (
            <span class="tag" title="A real API server; its pods are simulated, no container runs.">
              simulated pods
            </span>
          )}
        </dd>
        <dt>Namespace</dt>
        <dd>{namespace}</dd>
        <dt>Commit</dt>
        <dd>
          <Commits environment={environment} branch={branch} />
        </dd>
        {stacks.map(({ stack, repository, sourceSha }) => (
          <Stack key={stack} stack={stack} repository={repository} sourceSha={sourceSha} />
        ))}
      </dl>
      {conditions.map((condition) => (
        <div class="condition" key={`${condition.type}/${condition.stack ?? ''}`}>
          <strong>
            {condition.type}
            {condition.stack !== undefined && ` · ${condition.stack}`}
          </strong>
          <p>{condition.message}</p>
          {hintOf(condition) !== undefined && <p class="hint">{hintOf(condition)}</p>}
        </div>
      ))}
      <ObjectCounts objects={objects} />
      {objects.total > 0 && <Objects environmentId={id} total={objects.total} />}
    </article>
  );
});

const Commits = component$<{ environment: EnvironmentView; branch: string }>(
  ({ environment, branch }) => {
    const { headCommit, lastAppliedCommit, lastAppliedAt } = environment;
    const { word, tone } = describeSync(environment);
    return (
      <>
        {headCommit !== undefined && (
          <code title={`${branch} at ${headCommit}`}>{shortCommit(headCommit)}</code>
        )}{' '}
        <span class={['sync', tone]}>{word}</span>
        {lastAppliedCommit !== undefined && lastAppliedCommit !== headCommit && (
          <>
            , applied <code title={lastAppliedCommit}>{shortCommit(lastAppliedCommit)}</code>
          </>
        )}
        {lastAppliedAt !== undefined && (
          <span class="muted">
            {' '}
            · <Moment at={lastAppliedAt} />
          </span>
        )}
      </>
    );
  },
);

const Stack = component$<{ stack: string; repository: string; sourceSha: string }>(
  ({ stack, repository, sourceSha }) => (
    <>
      <dt>Stack</dt>
      <dd>
        {stack} <span class="muted">from</span> {repository}{' '}
        <code title={sourceSha}>{shortCommit(sourceSha)}</code>
      </dd>
    </>
  ),
);
