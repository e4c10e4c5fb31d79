import { describe, expect, test } from 'vitest';
import { refusing } from '../../doubles/refusing';
import { people } from '../../doubles/story';
import type { Appointment, PersonCard } from '../platform/api';
import { along, bookedWith, besides, comers, fitting } from './team';
import { Visits } from './visits.svelte';

const card = (account: string, name: string): PersonCard => ({ account, person: `p-${account}`, name, role: 'case_manager' });
const team = [card('s', 'Sam Specimen'), card('j', 'José Ejemplo'), card('n', 'Noor Placeholder')];
const names = (look: string, chosen: string[] = []): string[] => fitting(team, look, chosen, 'es').map(({ account }) => account);

describe('who else comes', () => {
  test('is found by a part of the name, with or without its accents', () => {
    expect(names('')).toEqual(['j', 'n', 's']);
    expect(names(' jose ')).toEqual(['j']);
    expect(names('EJÉM')).toEqual(['j']);
    expect(names('nobody')).toEqual([]);
  });

  test('stays in sight once chosen', () => {
    expect(names('noor', ['s'])).toEqual(['n', 's']);
  });

  test('is read from a visit, without the reader and whoever is not of the staff', () => {
    const part = ({ person, role }: { person: string; role: string }, account?: string): object => ({ person, role, account });
    const visit = {
      participants: [part(people.maria), part(people.dana, 'd'), part(people.sam, 's'), part(people.ana)],
    } as unknown as Appointment;
    expect(besides(visit, people.dana.person)).toEqual(['s']);
    expect(besides(visit, undefined)).toEqual(['d', 's']);
  });

  test('to a visit that is booked is anybody but whoever is booked, themselves included', () => {
    const part = ({ person, name, role }: PersonCard, account: string | null, booked?: boolean): object => ({
      person, name, role, account, booked,
    });
    const visit = {
      participants: [part(people.maria, null), part(people.dana, 'd', true), part(card('l', 'Lee Leaver'), 'l')],
    } as unknown as Appointment;
    expect(along(visit)).toEqual(['l']);
    const sam = { ...people.sam, account: 's' };
    const dana = { ...people.dana, account: 'd' };
    const accounts = (me: PersonCard): string[] => comers(visit, [...team, dana], me).map(({ account }) => account);
    expect(accounts(dana)).toEqual(['s', 'j', 'n', 'l']);
    expect(accounts(sam)).toEqual(['s', 'j', 'n', 'l']);
    expect(comers(visit, [], null).map(({ name }) => name)).toEqual(['Lee Leaver']);
  });
});

test('a visit is taken over with whoever comes along', async () => {
  const asked: unknown[] = [];
  const left: Appointment = {
    id: 'v', client: people.maria.person, client_name: people.maria.name, kind: 'home', state: 'booked',
    sequence: 3, start: 1, minutes: 30,
    at: { civil: '2026-12-01T10:00', offset: '-06:00', zone: 'America/Chicago' },
    yours: { civil: '2026-12-01T10:00', offset: '-06:00', zone: 'America/Chicago' },
    participants: [
      { id: '1', person: 'x', name: 'Jo', role: 'case_manager', account: 'x', booked: true, response: 'accepted' },
      { id: '2', person: 'y', name: 'Kit', role: 'case_manager', account: 'y', booked: false, response: 'accepted' },
    ],
    meeting_link: null, cancelled: null, closed: null, visit_type: null,
    may_change: true, may_take_over: true, may_close: false, may_reply: false,
  };
  const staff = new Visits(
    {
      ...refusing,
      changeTeam: (_id, request) => {
        asked.push(request);
        return Promise.resolve({ ok: true, body: { ...left, may_take_over: false } });
      },
    },
    () => Promise.resolve({ ok: true, body: { appointments: [left] } }),
  );
  expect(await staff.takeOver(left)).toBeNull();
  expect(asked).toMatchObject([{ sequence: 3, staff: ['y'], take_over: true }]);
  expect(bookedWith(left)).toBe('Jo');
});
