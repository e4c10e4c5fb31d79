// Invented people and what they wrote, for the double and the browser checks.
import type { CircleView, Item, Me, MemberView } from '../src/core/types.gen';
import type { People } from '../src/platform/api';
import { scenic, type Scene } from './scenes';

export const AGENCY = 'Placeholder County Services';

type Person = Omit<Me, 'agency' | 'safety_number'>;
const id = (n: number): string => `01990000-0000-7000-8000-00000000000${n}`;
export const people = {
  maria: { account: id(1), person: id(5), name: 'Maria Sample', role: 'client' },
  dana: { account: id(2), person: id(6), name: 'Dana Placeholder', role: 'case_manager' },
  sam: { account: id(3), person: id(7), name: 'Sam Specimen', role: 'case_manager' },
  ana: { account: id(4), person: id(8), name: 'Ana Sample', role: 'caregiver' },
  robin: {
    account: '01990000-0000-7000-8000-0000000000d1', person: '01990000-0000-7000-8000-0000000000d2',
    name: 'Robin Overview', role: 'supervisor',
  },
  kim: {
    account: '01990000-0000-7000-8000-0000000000e1', person: '01990000-0000-7000-8000-0000000000e2',
    name: 'Kim Keyring', role: 'administrator',
  },
} as const satisfies Record<string, Person>;
export type Who = keyof typeof people;

export const circles = {
  pair: '01990000-0000-7000-8000-0000000000c1',
  family: '01990000-0000-7000-8000-0000000000c2',
  later: '01990000-0000-7000-8000-0000000000c3',
} as const;

/** Thirty digits, other ones for everybody. */
export function safetyNumber({ account }: Person): string {
  return [3, 7, 11, 19, 23, 29].map((n) => String((Number(account.slice(-2)) + 10) * n * 3_571).padStart(5, '0').slice(-5)).join(' ');
}

function member(who: Who, me: Person, over: Partial<MemberView> = {}): MemberView {
  const { account, name, role } = people[who];
  return { account, name, role, state: 'confirmed', verified: false, verified_by: null, verified_ms: null, new_key: false, safety_number: safetyNumber(people[who]), me: account === me.account, ...over };
}

/** Checked in person at intake. */
const met = (by: Who): Partial<MemberView> => ({
  verified: true, verified_by: people[by].account, verified_ms: Date.UTC(2026, 2, 3, 15),
});

export function circlesOf(me: Person, scene: Scene = 'plain'): CircleView[] {
  const view = (circle: string, title: string, members: MemberView[]): CircleView => ({
    id: circle, title, phase: 'ready', members, trouble: null, history: 'ready', keeps_history: true, removing: false, newest: null,
  });
  const pair = view(circles.pair, 'Maria and Dana', [
    member('maria', me), member('dana', me), member('sam', me, { state: 'invited' }),
  ]);
  const family = view(circles.family, 'Maria’s family', [
    member('maria', me, met('dana')), member('dana', me, met('maria')), member('ana', me),
  ]);
  const later: CircleView = { ...view(circles.later, 'Moving house', [member('maria', me), member('dana', me)]), phase: 'waiting' };
  if (me.role === 'caregiver') return [family];
  if (me.role === 'supervisor' || me.role === 'administrator') return [];
  return [scenic(scene, pair), family, later];
}

const DAY = 24 * 3_600_000;
const lines: [Who, number, string][] = [
  ['dana', -2 * DAY, 'Hello Maria. This is Dana from the agency. You can write to me here at any time.'],
  ['maria', -2 * DAY + 900_000, 'Thank you! It works on my phone.'],
  ['dana', -DAY, 'Your visit on Thursday is at 10:00. I will bring the housing form.'],
  ['dana', -DAY + 60_000, 'Please have your rent letter ready.'],
  ['maria', -DAY + 4_000_000, 'I have the letter. Do I also need the one from last year?'],
  ['dana', -3_600_000, 'No, only this year’s. See you on Thursday.'],
];

export function itemsOf(circle: string, me: Person): Item[] {
  if (circle === circles.later) return [];
  const now = Date.now();
  const note: Item = {
    id: 'note 0', seq: 1, at_ms: now - 2 * DAY - 60_000,
    content: { kind: 'joined', by: people.dana.account, accounts: [people.maria.account] },
  };
  const said = (circle === circles.pair ? lines : lines.slice(0, 2)).map(([who, at, text], n): Item => {
    const mine = people[who].account === me.account;
    const progress = mine ? 'sent' : 'received';
    return {
      id: `message ${n + 1}`, seq: n + 2, at_ms: now + at,
      content: { kind: 'text', from: people[who].account, mine, text, urgency: 'routine', progress },
    };
  });
  const lost: Item = {
    id: 'note 9', seq: 9, at_ms: now - 3_000_000, content: { kind: 'unreadable', reason: 'too_distant' },
  };
  return circle === circles.pair ? [note, ...said, lost] : [note, ...said];
}

/** What `GET /v1/people` answers in the browser checks. */
export function peopleAround(): People {
  const card = (who: Who) => ({ person: people[who].person, account: people[who].account, name: people[who].name, role: people[who].role });
  const from = Date.UTC(2026, 0, 5) * 1_000;
  return {
    clients: [
      {
        person: people.maria.person, account: people.maria.account, name: people.maria.name, here: true,
        staff: [card('dana'), card('sam')],
        handing_over: [],
        caregivers: [
          {
            person: people.ana.person, account: people.ana.account, name: people.ana.name,
            relationship: 'daughter', here: true, represents: [],
            consents: [
              {
                id: id(9), basis: 'verbal', from, until: null, withdrawn_at: null, messages_in: [circles.family],
                appointments: true, reminders: true, recorded_by: people.dana.account,
              },
            ],
          },
          {
            person: '01990000-0000-7000-8000-00000000000b', account: '01990000-0000-7000-8000-00000000000a',
            name: 'Noel Sample', relationship: 'neighbour', here: false, consents: [], represents: [],
          },
        ],
        circles: [
          { id: circles.pair, title: 'Maria and Dana', status: 'live', members: [people.maria.account, people.dana.account, people.sam.account] },
          { id: circles.family, title: 'Maria’s family', status: 'planned', members: [people.maria.account, people.dana.account, people.ana.account] },
        ],
      },
    ],
  };
}
