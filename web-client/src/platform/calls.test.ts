import { afterEach, expect, test, vi } from 'vitest';
import { REQUEST_MS_MAX } from '../core/world';
import { api } from './api';

function answer(status: number, body: object | null): ReturnType<typeof vi.fn> {
  const text = body === null ? null : JSON.stringify(body);
  const fetched = vi.fn(() => Promise.resolve(new Response(text, { status })));
  vi.stubGlobal('fetch', fetched);
  return fetched;
}
afterEach(() => {
  vi.unstubAllGlobals();
});

test('a refusal brings what would do instead', async () => {
  const at = { civil: '2026-12-01T11:00', offset: '-06:00', zone: 'America/Chicago' };
  answer(409, { code: 'slot_taken', detail: '', slots: [{ start: 1, at }] });
  expect(await api.slots({ from: '2026-12-01', days: 1, minutes: 30, zone: '', visitType: '', staff: [] })).toEqual({
    ok: false, code: 'slot_taken', slots: [{ start: 1, at }],
  });
  answer(400, { code: 'time_in_gap', detail: '', next_valid: at });
  expect(await api.tasks()).toEqual({ ok: false, code: 'time_in_gap', nextValid: at });
});

test('a zone, a kind of visit and who comes along are asked for only if there is one, and arrive as they were typed', async () => {
  const fetched = answer(200, { slots: [] });
  await api.slots({ from: '2026-12-01', days: 1, minutes: 30, zone: '', visitType: '', staff: [] });
  await api.slots({ from: '2026-12-01', days: 1, minutes: 30, zone: 'Etc/GMT+6', visitType: 'v', staff: ['s', 't'] });
  expect(fetched.mock.calls.map(([path]) => path as string)).toEqual([
    '/v1/slots?from=2026-12-01&days=1&minutes=30',
    '/v1/slots?from=2026-12-01&days=1&minutes=30&zone=Etc%2FGMT%2B6&visit_type=v&staff=s%2Ct',
  ]);
});

test('an answer without a body is an answer, none at all is not', async () => {
  answer(204, null);
  expect(await api.finishTask('t')).toEqual({ ok: true, body: null });
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')));
  expect(await api.finishTask('t')).toEqual({ ok: false, code: 'unreachable' });
});

test('an answer that does not come in time is none', async () => {
  const late = new AbortController();
  const limit = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(late.signal);
  vi.stubGlobal('fetch', (_path: string, { signal }: RequestInit) =>
    new Promise((_answer, reject) => signal?.addEventListener('abort', () => reject(new TypeError('too late')))));
  const asked = api.tasks();
  late.abort();
  expect(await asked).toEqual({ ok: false, code: 'unreachable' });
  expect(limit).toHaveBeenCalledWith(REQUEST_MS_MAX);
  limit.mockRestore();
});
