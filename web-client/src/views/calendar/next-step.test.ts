import { expect, test } from 'vitest';
import type { Task } from '../../platform/api';
import { href } from '../../state/router.svelte';
import { nextStep } from './next-step';

const MARIA = '01990000-0000-7000-8000-000000000005';
const VISIT = '01990000-0000-7000-9000-000000000001';

function leads(kind: Task['kind'], appointment: string | null = VISIT): string | null {
  const step = nextStep({
    id: 't', kind, client: MARIA, client_name: 'Maria Sample', person_name: 'Maria Sample', since: 0, appointment,
  });
  return step === null ? null : href(step.route);
}

test('a task about a visit leads to it, with the form that is needed', () => {
  expect(leads('asked_for_another_time')).toBe(`#/people/${MARIA}/visits/${VISIT}/move`);
  expect(leads('outcome_due')).toBe(`#/people/${MARIA}/visits/${VISIT}/close`);
  expect(leads('cannot_reach_by_email')).toBe(`#/people/${MARIA}/visits/${VISIT}`);
  expect(leads('client_assigned')).toBe(`#/people/${MARIA}/visits/${VISIT}`);
});

test('what is about no visit leads to what comes next, or nowhere', () => {
  expect(leads('called_off')).toBe(`#/people/${MARIA}/book`);
  expect(leads('transfer_offered', null)).toBe('#/people/transfers');
  expect(leads('cannot_reach_by_email', null)).toBeNull();
  expect(leads('client_assigned', null)).toBeNull();
  expect(leads('device_idle', null)).toBeNull();
});
