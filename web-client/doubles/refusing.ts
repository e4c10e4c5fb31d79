// A REST double that is never there: tests replace the calls that they are about.
import type { Api } from '../src/platform/api';

const unreachable = () => Promise.resolve({ ok: false, code: 'unreachable' } as const);

export const refusing: Api = {
  people: unreachable,
  recordConsent: unreachable,
  withdrawConsent: unreachable,
  planCircle: unreachable,
  newKeys: unreachable,
  preferences: unreachable,
  savePreferences: unreachable,
  appointmentsOf: unreachable,
  appointments: unreachable,
  book: unreachable,
  move: unreachable,
  callOff: unreachable,
  reply: unreachable,
  slots: unreachable,
  tasks: unreachable,
  finishTask: unreachable,
  removeIdleDevice: unreachable,
  audit: unreachable,
  auditPeople: unreachable,
  access: unreachable,
  signInWays: unreachable,
  askPasskey: unreachable,
  signInByPasskey: unreachable,
  authenticators: unreachable,
  askNewPasskey: unreachable,
  registerPasskey: unreachable,
  endAuthenticator: unreachable,
};
