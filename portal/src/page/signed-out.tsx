import { component$ } from '@builder.io/qwik';

/** Shown without a session: says how to get one. */
export const SignedOut = component$(() => (
  <main id="main" class="signed-out">
    <h1>
      <img src="/favicon.svg" width="22" height="22" alt="" />
      codex-k8s
    </h1>
    <h2>You have no session here</h2>
    <p>
      Open the one-time link that the platform printed when it started. It works once, for an hour.
    </p>
    <p>
      A new one: start the platform again with <code>npm start</code>.
    </p>
  </main>
));
