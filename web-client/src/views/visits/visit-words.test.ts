import { beforeAll, expect, test } from 'vitest';
import type { Task } from '../../platform/api';
import { texts } from '../../i18n/texts.svelte';
import { taskName, taskWhy } from './visit-words';

const KINDS = [
  'asked_for_another_time', 'called_off', 'declined', 'cannot_reach_by_email', 'device_idle', 'client_assigned',
  'transfer_offered', 'transfer_accepted', 'transfer_declined', 'transfer_expired', 'outcome_due', 'clocks_changed',
  'answered_by_mail', 'series_conflict', 'no_show', 'call_client',
] as const satisfies readonly Task['kind'][];
const WHYS = [null, 'outside_safe_hours', 'no_address', 'unconfirmed'];

beforeAll(async () => {
  await texts.use('en');
  await texts.need('care');
});

test('whatever waits for somebody is said with the name of whom it is about', () => {
  for (const kind of KINDS) {
    for (const appointment of [null, '01990000-0000-7000-9000-000000000001']) {
      for (const why of WHYS) {
        const task = { kind, person_name: 'Maria Sample', why, appointment };
        expect(taskName(task), `${kind} ${String(why)}`).toContain('Maria Sample');
        expect(taskWhy(task) ?? '', kind).not.toMatch(/\{/);
      }
    }
  }
});
