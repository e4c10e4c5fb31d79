// Where the page starts: take the link out of the address bar, start the worker, show the app. After a log-off
// the app begins anew, so that nothing of what it held stays in the page.
import { mount, unmount } from 'svelte';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import { startClient } from './core/client';
import { api } from './platform/api';
import { App } from './state/app.svelte';
import { Router } from './state/router.svelte';
import Root from './views/Root.svelte';

const router = new Router(window);
const client = startClient();
let app = new App(router, client, api);
let shown: ReturnType<typeof mount> | null = null;

function show(): void {
  const target = document.getElementById('app');
  if (target === null) throw new Error('the page has no #app');
  const before = shown;
  app.onLocked = () => {
    app = new App(router, client, api);
    show();
  };
  if (before !== null) void unmount(before);
  shown = mount(Root, { target, props: { app } });
}

addEventListener('offline', () => app.networkLost());
addEventListener('online', () => app.nudge());
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) app.nudge();
});

await app.preferences.start(navigator.languages);
show();
