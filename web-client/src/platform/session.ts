// How long this session may go on without a request. Only the server knows whether others use the device too, and by
// that this is shorter.
import { REQUEST_MS_MAX } from '../core/world';
import type { SignedIn } from './api';

/** Asks the server, which is a request itself: the session's idle end moves. Null if no answer came. */
export async function askIdleLeftMs(): Promise<number | null> {
  try {
    const answer = await fetch('/v1/session', {
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(REQUEST_MS_MAX),
    });
    if (!answer.ok) return null;
    const { idle_at } = (await answer.json()) as SignedIn;
    // By the server's own clock: this device's may be wrong by more than the two differ.
    const told = Date.parse(answer.headers.get('date') ?? '');
    const leftMs = idle_at / 1_000 - (Number.isNaN(told) ? Date.now() : told);
    return Number.isNaN(leftMs) ? null : leftMs;
  } catch {
    return null;
  }
}
