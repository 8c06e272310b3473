// oxlint-disable-next-line import/no-unassigned-import -- it listens for the events of the whole document
import '@builder.io/qwik/qwikloader.js';
import { render } from '@builder.io/qwik';
import { Page } from './page/index.ts';

const host = document.getElementById('portal');
if (host) void render(host, <Page />);
