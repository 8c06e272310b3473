import { component$ } from '@builder.io/qwik';
import type { Standing } from '../presentation/index.ts';

const shapes: Record<Standing['tone'], string> = {
  good: 'M3.5 8.5l3 3 6-7',
  active: 'M8 2.5a5.5 5.5 0 1 1-5.5 5.5',
  warning: 'M8 3v6M8 12v.5',
  bad: 'M4 4l8 8M12 4l-8 8',
  quiet: 'M4 8h8',
};

/** A state by shape, word and colour. */
export const Badge = component$<{ standing: Standing }>(({ standing: { word, tone } }) => (
  <span class={['badge', tone]}>
    <svg class="mark" viewBox="0 0 16 16" aria-hidden="true">
      <path d={shapes[tone]} />
    </svg>
    {word}
  </span>
));
