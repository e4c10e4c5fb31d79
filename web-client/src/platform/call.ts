// One REST call of the page: what is sent, and what the answer or the refusal says.
import { REQUEST_MS_MAX } from '../core/world';
import type { Answer, Refused } from './api';
import type { components } from './api.gen';

type ErrorBody = components['schemas']['ErrorBody'];

/** As a query string. */
export function query(values: Record<string, string | number>): string {
  return new URLSearchParams(Object.entries(values).map(([name, value]) => [name, String(value)])).toString();
}

/** What has a value; `true` as the server reads it. */
export function given(values: object): Record<string, string | number> {
  const there = Object.entries(values).filter(([, value]) => value !== null && value !== false);
  return Object.fromEntries(there.map(([name, value]) => [name, typeof value === 'number' ? value : String(value)]));
}

const NO_CONTENT = 204;

/** Asks the server; a refusal is `unreachable` when no answer came, or none in time. */
export async function call<Body>(method: string, path: string, body?: object): Promise<Answer<Body>> {
  try {
    const answer = await fetch(path, {
      method,
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(REQUEST_MS_MAX),
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (answer.status === NO_CONTENT) return { ok: true, body: null as Body };
    const json = (await answer.json()) as Body | ErrorBody;
    return answer.ok ? { ok: true, body: json as Body } : refused(json as ErrorBody);
  } catch {
    return { ok: false, code: 'unreachable' };
  }
}

function refused({ code, slots, next_valid, conflicts }: ErrorBody): { ok: false } & Refused {
  return {
    ok: false,
    code,
    ...(slots === undefined ? {} : { slots }),
    ...(next_valid === undefined || next_valid === null ? {} : { nextValid: next_valid }),
    ...(conflicts === undefined ? {} : { conflicts }),
  };
}
