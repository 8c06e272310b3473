import { $, component$, useContext } from '@builder.io/qwik';
import { endSession, type Connection } from '../live/index.ts';
import { PageContext } from './page-state.ts';

const words: Record<Connection, string> = {
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Reconnecting',
};

export const Header = component$(() => {
  const state = useContext(PageContext);
  const signOut = $(async () => {
    await endSession();
    state.signedOut = true;
  });
  return (
    <header class="top">
      <h1>
        <img src="/favicon.svg" width="22" height="22" alt="" />
        codex-k8s
      </h1>
      <span class={['connection', state.connection]} role="status">
        <span class="dot" aria-hidden="true" />
        {words[state.connection]}
      </span>
      <nav aria-label="On this page">
        <a href="#environments">Environments</a>
        <a href="#runs">Runs</a>
        <a href="#diff">Diff</a>
      </nav>
      <button type="button" class="plain" onClick$={signOut}>
        End session
      </button>
    </header>
  );
});
