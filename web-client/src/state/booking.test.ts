import { beforeEach, describe, expect, test, vi } from 'vitest';
import { instant, localTime } from '../../doubles/clock';
import { refusing } from '../../doubles/refusing';
import { people, peopleAround } from '../../doubles/story';
import type { Answer, Api, Appointment, BookAppointment, Refused, TimeHeld, VisitZone } from '../platform/api';
import { clockWords } from '../views/visits/visit-words';
import { Booking, KINDS } from './booking.svelte';
import { visitBar } from './people.svelte';
import { FRESH } from './visit-types.svelte';

const CHICAGO = 'America/Chicago';
const START = instant('2026-12-01T10:00', CHICAGO);
const at = localTime(START, CHICAGO);
const ZONES: VisitZone[] = KINDS.map((kind) =>
  kind === 'office' ? { kind, zone: CHICAGO, site: true } : { kind, zone: 'America/Denver', site: false },
);

function visit(): Appointment {
  return {
    id: 'v', client: people.maria.person, client_name: people.maria.name, kind: 'video', state: 'booked',
    sequence: 3, start: START * 1_000, minutes: 30, at, yours: at, participants: [],
    meeting_link: 'https://meet.example/a', cancelled: null, closed: null, visit_type: null,
    may_change: true, may_close: false, may_reply: true,
  };
}
const good = <Body>(body: Body): Promise<Answer<Body>> => Promise.resolve({ ok: true, body });
const bad = (code: string, more: Partial<Refused> = {}): Promise<Answer<never>> =>
  Promise.resolve({ ok: false, code, ...more });

describe('booking', () => {
  const sent: BookAppointment[] = [];
  const searched: string[] = [];
  const answers: Promise<Answer<Appointment>>[] = [];
  const api: Api = {
    ...refusing,
    book: (request) => (sent.push(request), answers.shift() ?? good(visit())),
    visitZones: () => good({ zones: ZONES }),
    slots: ({ visitType, staff }) => (searched.push([visitType, ...staff].join(' ')), good({ slots: [] })),
    visitTypes: () => good({ visit_types: [{ id: 't', terms: { ...FRESH, name: 'Home visit', kind: 'home', minutes: 75 } }] }),
    transfers: () => good({ incoming: [], outgoing: [], colleagues: [{ ...people.sam }] }),
  };
  beforeEach(() => {
    sent.length = 0;
    searched.length = 0;
  });

  test('free times are looked for with whoever comes along, and the request names them', async () => {
    const booking = new Booking(api, people.maria.person, '2026-12-01');
    await booking.start();
    expect(booking.colleagues.map(({ name }) => name)).toEqual([people.sam.name]);
    booking.times.staff = [people.sam.account];
    await booking.times.find();
    expect(searched).toEqual(['', ` ${people.sam.account}`]);
    booking.times.time = '11:00';
    await booking.book();
    expect(sent[0]?.staff).toEqual([people.sam.account]);
  });

  test('a kind of visit says where and how long, and free times are looked for by its terms', async () => {
    const booking = new Booking(api, people.maria.person, '2026-12-01');
    await booking.start();
    expect(booking.types.map(({ id }) => id)).toEqual(['t']);
    await booking.choose('t');
    expect([booking.kind, booking.times.minutes]).toEqual(['home', 75]);
    booking.times.time = '11:00';
    await booking.book();
    expect(sent[0]).toMatchObject({ kind: 'home', minutes: 75, visit_type: 't' });
    await booking.choose('');
    await booking.book();
    expect(sent[1]).toMatchObject({ kind: 'home', visit_type: null });
    expect(searched).toEqual(['', 't', '']);
  });

  test('starts in the client\'s zone, unless another was typed meanwhile', async () => {
    const booking = new Booking(api, people.maria.person, '2026-12-01');
    await booking.start();
    expect(booking.times.zone).toBe('America/Denver');
    const other = new Booking(api, people.maria.person, '2026-12-01');
    const starting = other.start();
    other.times.zone = CHICAGO;
    await starting;
    expect(other.times.zone).toBe(CHICAGO);
  });

  test('the clock is that of the kind, until somebody chooses one', async () => {
    const zones: (string | null | undefined)[] = [];
    const booking = new Booking(
      { ...api, slots: ({ zone }) => (zones.push(zone), good({ slots: [] })) }, people.maria.person, '2026-12-01',
    );
    await booking.start();
    const says = () => clockWords(booking.usual, booking.times.zone);
    const theirs = says();
    await booking.meet('office');
    expect(booking.times.zone).toBe(CHICAGO);
    const site = says();
    await booking.meet('home');
    expect([booking.times.zone, says()]).toEqual(['America/Denver', theirs]);
    // A kind of visit says where it is, and so by which clock.
    await booking.meet('office');
    await booking.choose('t');
    expect(booking.times.zone).toBe('America/Denver');
    // What somebody chose stays, whatever the kind; and that it is not the usual one is said.
    booking.times.zone = 'America/Phoenix';
    const other = says();
    await booking.meet('office');
    expect(booking.times.zone).toBe('America/Phoenix');
    expect(new Set([theirs, site, other]).size).toBe(3);
    // Free times were looked for anew whenever another clock was filled in.
    expect(zones).toEqual(['America/Denver', CHICAGO, 'America/Denver', CHICAGO, 'America/Denver']);
  });

  test('a kept time is one on its own clock', async () => {
    const kinds: unknown[] = [];
    const keeping: Api = {
      ...api,
      holdTime: ({ kind }) => (kinds.push(kind), good({ start: 1, until: START * 1_000 })),
    };
    const booking = new Booking(keeping, people.maria.person, '2026-12-01');
    await booking.start();
    booking.times.take({ civil: '2026-12-01T10:00', offset: '-07:00', zone: 'America/Denver' });
    await vi.waitFor(() => expect(booking.keptUntilMs).toBe(START));
    expect(kinds).toEqual(['video']);
    await booking.meet('office');
    expect(booking.keptUntilMs, 'ten there is another time').toBeNull();
  });

  test('a time that was tapped is kept while the rest is filled in, and the form lets go of it', async () => {
    const held: unknown[] = [];
    const kept = (start: number): Promise<Answer<TimeHeld>> => good({ start, until: start + 600_000_000 });
    let gone = 0;
    const keeping: Api = {
      ...api,
      holdTime: (request) => (held.push(request.instead), kept(held.length)),
      letTimesGo: () => (gone++, good(null)),
    };
    const booking = new Booking(keeping, people.maria.person, '2026-12-01');
    const tap = (clock: string): void => booking.times.take({ civil: `2026-12-01T${clock}`, offset: '-06:00', zone: CHICAGO });
    tap('10:00');
    tap('11:00');
    expect(await booking.book()).toMatchObject({ id: 'v' });
    // One after the other, each in the place of the one before, and before the booking.
    expect(held).toEqual([null, 1]);
    // What was booked is used up.
    expect(booking.keptUntilMs).toBeNull();
    await booking.leave();
    expect(gone).toBe(0);
    tap('13:00');
    await booking.leave();
    expect(gone).toBe(1);
  });

  test('a kept time is kept for whoever comes along too, and what was kept stays where it cannot be', async () => {
    const held: unknown[] = [];
    const holds: Promise<Answer<TimeHeld>>[] = [
      good({ start: 1, until: START * 1_000 }), bad('not_available', { slots: [] }), good({ start: 2, until: START * 2_000 }),
    ];
    const keeping: Api = {
      ...api,
      holdTime: ({ staff, instead }) => (held.push([staff, instead]), holds.shift() ?? bad('unreachable')),
    };
    const booking = new Booking(keeping, people.maria.person, '2026-12-01');
    const sam = people.sam.account;
    // Nothing is kept yet, and so for nobody.
    booking.times.staff = [sam];
    await booking.withOthers();
    booking.times.staff = [];
    await booking.withOthers();
    expect(held).toEqual([]);
    booking.times.take({ civil: '2026-12-01T10:00', offset: '-06:00', zone: CHICAGO });
    await vi.waitFor(() => expect(booking.keptUntilMs).toBe(START));
    booking.times.staff = [sam];
    expect(booking.keptUntilMs, 'not for both').toBeNull();
    await booking.withOthers();
    await vi.waitFor(() => expect(booking.times.refused).toMatchObject({ code: 'not_available' }));
    expect(booking.keptUntilMs).toBeNull();
    booking.times.staff = [];
    expect(booking.keptUntilMs, 'it is kept for one as before').toBe(START);
    booking.times.staff = [sam];
    await booking.withOthers();
    await vi.waitFor(() => expect(booking.keptUntilMs).toBe(START * 2));
    expect(held).toEqual([[[], null], [[sam], 1], [[sam], 1]]);
  });

  test('a time that was typed over is not said to be kept, and one that is taken says what is free', async () => {
    const holds: Promise<Answer<TimeHeld>>[] = [good({ start: 1, until: START * 1_000 }), bad('slot_taken', { slots: [] })];
    const keeping: Api = { ...api, holdTime: () => holds.shift() ?? bad('unreachable') };
    const booking = new Booking(keeping, people.maria.person, '2026-12-01');
    const tap = (clock: string): void => booking.times.take({ civil: `2026-12-01T${clock}`, offset: '-06:00', zone: CHICAGO });
    tap('10:00');
    await vi.waitFor(() => expect(booking.keptUntilMs).toBe(START));
    booking.times.time = '10:05';
    expect(booking.keptUntilMs).toBeNull();
    tap('11:00');
    await vi.waitFor(() => expect(booking.times.refused).toMatchObject({ code: 'slot_taken' }));
    // Without an answer nothing is lost.
    tap('12:00');
    expect(await booking.book()).toMatchObject({ id: 'v' });
    expect(booking.times.refused).toBeNull();
  });

  test('one intent is one request, and a refusal says what would do instead', async () => {
    const booking = new Booking(api, people.maria.person, '2026-12-01');
    booking.times.time = '10:00';
    booking.link = ' https://meet.example/a ';
    answers.push(bad('unreachable'), bad('slot_taken', { slots: [{ start: START * 1_000, at }] }));
    expect(await booking.book()).toBeNull();
    expect(await booking.book()).toBeNull();
    expect(booking.times.refused).toMatchObject({ code: 'slot_taken', slots: [{ at }] });
    booking.kind = 'phone';
    expect(await booking.book()).toMatchObject({ id: 'v' });
    expect(sent[0]?.op_id).toBe(sent[1]?.op_id);
    expect(sent[2]?.op_id).not.toBe(sent[1]?.op_id);
    expect(sent.map(({ meeting_link }) => meeting_link)).toEqual(['https://meet.example/a', 'https://meet.example/a', null]);
    expect(sent[0]).toMatchObject({ civil_start: '2026-12-01T10:00', zone: null, minutes: 30, caregivers: [] });
  });

  test('only a caregiver under a live consent that covers visits may be named', () => {
    const [ana, noel] = peopleAround().clients[0]?.caregivers ?? [];
    if (ana === undefined || noel === undefined) throw new Error('the story lost its people');
    expect(visitBar(ana, START)).toBeNull();
    expect(visitBar(noel, START)).toBe('no_consent');
    const messages = { ...ana, consents: ana.consents.map((consent) => ({ ...consent, appointments: false })) };
    expect(visitBar(messages, START)).toBe('not_covered');
  });
});
