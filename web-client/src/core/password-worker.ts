// Where a password is computed with: stretching it takes a second or more and 64 MiB, so not on the page.
// One password, two steps, and the page ends the worker.
import start, { NewPassword, Showing } from '$password';
import type { AskPasswordWorker, PasswordReply } from './password-messages';

interface Scope {
  postMessage(reply: PasswordReply): void;
  onmessage: ((message: MessageEvent<AskPasswordWorker>) => void) | null;
}
const scope = globalThis as unknown as Scope;
const loaded = start();
let choosing: NewPassword | null = null;
let showing: Showing | null = null;

function step(ask: AskPasswordWorker): Uint8Array {
  switch (ask.kind) {
    case 'choose':
      choosing = NewPassword.begin(ask.password, ask.login);
      return choosing.request();
    case 'show':
      showing = Showing.begin(ask.password);
      return showing.ke1();
    case 'chosen': {
      const going = choosing;
      choosing = null;
      return going?.finish(ask.response) ?? new Uint8Array();
    }
    case 'shown': {
      const going = showing;
      showing = null;
      return going?.finish(ask.ke2, ask.server) ?? new Uint8Array();
    }
  }
}

scope.onmessage = ({ data }) => {
  void loaded.then(() => {
    try {
      scope.postMessage({ ok: true, bytes: step(data) });
    } catch (why) {
      scope.postMessage({ ok: false, why: typeof why === 'string' ? why : 'strange' });
    }
  });
};
