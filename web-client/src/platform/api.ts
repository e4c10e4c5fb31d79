// The few REST calls that a page makes itself: people, consent, planning a circle. Types come from
// the server's own OpenAPI document (`npm run api`); a test fails when they drift.
import type { components } from './api.gen';

type Schemas = components['schemas'];
export type People = Schemas['People'];
export type ClientCard = Schemas['ClientCard'];
export type CaregiverCard = Schemas['CaregiverCard'];
export type PersonCard = Schemas['PersonCard'];
export type CircleCard = Schemas['CircleCard'];
export type Consent = Schemas['Consent'];
export type ConsentBasis = Schemas['ConsentBasis'];
export type RecordConsent = Schemas['RecordConsent'];
export type PlanCircle = Schemas['PlanCircle'];
export type Circle = Schemas['Circle'];

/** A body, or the stable code of a refusal; `unreachable` when no answer came. */
export type Answer<Body> = { ok: true; body: Body } | { ok: false; code: string };

export interface Api {
  people(): Promise<Answer<People>>;
  recordConsent(request: RecordConsent): Promise<Answer<Consent>>;
  planCircle(request: PlanCircle): Promise<Answer<Circle>>;
}

export const api: Api = {
  people: () => call('GET', '/v1/people'),
  recordConsent: (request) => call('POST', '/v1/consents', request),
  planCircle: (request) => call('POST', '/v1/circles', request),
};

async function call<Body>(method: string, path: string, body?: object): Promise<Answer<Body>> {
  try {
    const answer = await fetch(path, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const json = (await answer.json()) as Body | Schemas['ErrorBody'];
    return answer.ok
      ? { ok: true, body: json as Body }
      : { ok: false, code: (json as Schemas['ErrorBody']).code };
  } catch {
    return { ok: false, code: 'unreachable' };
  }
}
