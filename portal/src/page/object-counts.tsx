import { component$ } from '@builder.io/qwik';
import { count, type EnvironmentView } from '../presentation/index.ts';

/** The share of objects that are current, progressing and failed: as a bar, and in words. */
export const ObjectCounts = component$<{ objects: EnvironmentView['objects'] }>(({ objects }) => {
  const { total, current, progressing, failed } = objects;
  if (total === 0) return <p class="counts muted">No objects yet</p>;
  const scale = 100 / total;
  return (
    <div class="counts">
      <svg class="share" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect class="current" x="0" width={current * scale} height="4" />
        <rect class="progressing" x={current * scale} width={progressing * scale} height="4" />
        <rect
          class="failed"
          x={(current + progressing) * scale}
          width={failed * scale}
          height="4"
        />
      </svg>
      <p>
        {count(total, 'object')}: {current} current
        {progressing > 0 && <span class="text-active">, {progressing} progressing</span>}
        {failed > 0 && <span class="text-bad">, {failed} failed</span>}
      </p>
    </div>
  );
});
