import { component$, useContext } from '@builder.io/qwik';
import { count } from '../presentation/index.ts';
import { EnvironmentCard } from './environment-card.tsx';
import { PageContext } from './page-state.ts';

export const Environments = component$(() => {
  const { overview, ready } = useContext(PageContext);
  const { environments } = overview;
  const degraded = environments.filter(({ health }) => health === 'degraded').length;
  return (
    <section aria-labelledby="environments">
      <div class="section-head">
        <h2 id="environments">Environments</h2>
        <span class="muted">
          {ready && count(environments.length, 'environment')}
          {degraded > 0 && `, ${degraded} degraded`}
        </span>
      </div>
      {ready && environments.length === 0 ? (
        <div class="empty">
          <strong>No environment yet</strong>
          <p>
            <code>npm start</code> registers <code>examples/shop</code> and its environments; they
            appear here by themselves.
          </p>
        </div>
      ) : (
        <div class="cards">
          {environments.map((environment) => (
            <EnvironmentCard key={environment.id} environment={environment} />
          ))}
        </div>
      )}
    </section>
  );
});
