// Where the page starts: take the link out of the address bar, start the worker, show the app.
import { mount } from 'svelte';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import { startClient } from './core/client';
import { api } from './platform/api';
import { App } from './state/app.svelte';
import { Router } from './state/router.svelte';
import Root from './views/Root.svelte';

const router = new Router(window);
const app = new App(router, startClient(), api);
const target = document.getElementById('app');
if (target === null) throw new Error('the page has no #app');

addEventListener('offline', () => app.networkLost());
addEventListener('online', () => app.nudge());
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) app.nudge();
});

await app.preferences.start(navigator.languages);
mount(Root, { target, props: { app } });
