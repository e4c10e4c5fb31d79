// The one place where keys live: a dedicated worker that owns the device, its store and its socket.
// A Web Lock makes it the only one of this browser profile; without locks or storage nothing runs.
import { loadDevice } from './device';
import { Host } from './host';
import { PROFILE, type FromWorker, type ToWorker, type Why } from './messages';
import { Store, Unreadable } from './store';
import { Tab } from './tabs';
import { browserWorld } from './world';

/** The part of the worker's global scope that is used here. */
interface Scope {
  postMessage(message: FromWorker): void;
  onmessage: ((message: MessageEvent<ToWorker>) => void) | null;
}
const scope = globalThis as unknown as Scope;
const page = (message: FromWorker): void => scope.postMessage(message);

/** Opens everything that a device needs, or says why it cannot. */
async function own(tab: Tab): Promise<void> {
  const stop = (why: Why): void => tab.stage({ kind: 'stopped', why });
  const open = await loadDevice().catch(() => stop('broken'));
  const store = await Store.open().catch((thrown: unknown) =>
    stop(thrown instanceof Unreadable ? 'unreadable' : 'browser'),
  );
  if (open === undefined || store === undefined) return;
  const host = new Host(open, store, {
    ...browserWorld(),
    emit: (event) => tab.emit(event),
    stopped: stop,
    locked: () => tab.stage({ kind: 'locked' }),
    ended: () => {
      store.close();
      tab.end();
    },
  });
  await tab.own(host);
}

/** Holds the lock until this worker ends, whatever happens inside. One that ends opens nothing any more. */
async function hold(tab: Tab): Promise<void> {
  if (!tab.ended) await own(tab);
  await tab.over;
}

async function run(): Promise<void> {
  const tab = new Tab(new BroadcastChannel(PROFILE), page);
  scope.onmessage = async ({ data }) => {
    page({ kind: 'reply', id: data.id, reply: await tab.ask(data.ask) });
  };
  await navigator.locks.request(PROFILE, { ifAvailable: true }, (lock) =>
    lock === null ? undefined : hold(tab),
  );
  if (tab.ended) return;
  // Another tab owns the device: speak to it, and take over when it closes.
  void tab.greet();
  await navigator.locks.request(PROFILE, () => hold(tab));
}

const needed = 'locks' in navigator && 'indexedDB' in globalThis && 'BroadcastChannel' in globalThis;
const nothing = (): void => page({ kind: 'stage', stage: { kind: 'stopped', why: 'browser' } });
if (needed) run().catch(nothing);
else nothing();
