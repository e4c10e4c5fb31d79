import { expect, test } from 'vitest';
import type { Task } from '../platform/api';
import { inOrder } from './tasks.svelte';

const NOW = Date.parse('2026-12-01T09:00:00-06:00');

function task(id: string, civil: string | null, over: Partial<Task> = {}): Task {
  return {
    id, kind: 'cannot_reach_by_email', client: 'c', client_name: 'Maria Sample', person_name: 'Ana Sample', since: 0,
    at: civil === null ? null : { civil, offset: '-06:00', zone: 'America/Chicago' }, ...over,
  };
}

test('what is about a visit that is near comes first, everything else stays oldest first', () => {
  const tasks = [
    task('device', '2026-12-01T12:00', { kind: 'device_idle' }),
    task('over', '2026-12-01T08:30'),
    task('far', '2026-12-09T10:00'),
    task('tomorrow', '2026-12-02T10:00'),
    task('whole', null),
    task('today', '2026-12-01T09:30'),
  ];
  expect(inOrder(tasks, NOW).map(({ id }) => id)).toEqual(['today', 'tomorrow', 'device', 'over', 'far', 'whole']);
});
