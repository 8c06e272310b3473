import { component$, useContextProvider, useStore, useVisibleTask$ } from '@builder.io/qwik';
import { coalesce, followChanges } from '../live/index.ts';
import { Announcer } from './announcer.tsx';
import { DiffPanel } from './diff-panel.tsx';
import { Environments } from './environments.tsx';
import { Header } from './header.tsx';
import { Notices } from './notices.tsx';
import {
  emptyOverview,
  PageContext,
  readAddress,
  writeAddress,
  type PageState,
} from './page-state.ts';
import { refresh } from './refresh.ts';
import { Runs } from './runs.tsx';
import { SignedOut } from './signed-out.tsx';

const pauseMs = 250;
const tickMs = 5_000;

/** The one live page: environments, runs, and the diff of the last commit. */
export const Page = component$(() => {
  const state = useStore<PageState>({
    signedOut: false,
    ready: false,
    diff: { kind: 'none' },
    connection: 'connecting',
    overview: emptyOverview,
    olderRuns: [],
    now: Date.now(),
    asked: 0,
    ...readAddress(globalThis.location?.search ?? ''),
  });
  useContextProvider(PageContext, state);

  useVisibleTask$((task) => {
    if (task.track(() => state.signedOut)) return;
    const reading = coalesce((signal) => refresh(state, signal), pauseMs);
    const unfollow = followChanges('/api/v1/staff/events', {
      onChange: () => reading.request(),
      onConnection: (connection) => (state.connection = connection),
    });
    const ask = (): void => reading.request();
    const goBack = (): void => {
      const { filter, pickedCommit } = readAddress(location.search);
      state.filter = filter;
      if (pickedCommit) state.pickedCommit = pickedCommit;
      else delete state.pickedCommit;
      ask();
    };
    const tick = setInterval(() => (state.now = Date.now()), tickMs);
    document.addEventListener('portal-ask', ask);
    window.addEventListener('popstate', goBack);
    ask();
    task.cleanup(() => {
      reading.stop();
      unfollow();
      clearInterval(tick);
      document.removeEventListener('portal-ask', ask);
      window.removeEventListener('popstate', goBack);
    });
  });

  useVisibleTask$((task) => {
    const asked = task.track(() => state.asked);
    if (asked === 0) return;
    const address = writeAddress(state);
    if (address !== location.pathname + location.search) history.pushState(null, '', address);
    document.dispatchEvent(new CustomEvent('portal-ask'));
  });

  if (state.signedOut) return <SignedOut />;
  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <Header />
      <main id="main" tabIndex={-1} aria-busy={!state.ready}>
        <Notices />
        <div class="columns">
          <div class="column">
            <Environments />
            <Runs />
          </div>
          <DiffPanel />
        </div>
      </main>
      <Announcer />
    </>
  );
});
