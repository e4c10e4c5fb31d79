// How the story begins for the double, by the word behind the name in its link: each state that a
// circle, a device or a person's keys can be in.
import type { CircleView, Content, DeviceView, DevicesView, Item, Me, Trouble } from '../src/core/types.gen';
import { circles, people } from './story';

const TROUBLES = [
  'rejoining', 'old_copy', 'clock', 'needs_reset', 'recovering', 'security_stop', 'new_key',
] as const satisfies readonly Trouble[];
const SCENES = [
  'plain', ...TROUBLES, 'coming', 'not_yet', 'lost', 'unkept', 'removing', 'joining', 'urgent', 'notes', 'alone', 'safe', 'awaited',
] as const;
export type Scene = (typeof SCENES)[number];

export function isScene(word: string): word is Scene {
  return (SCENES as readonly string[]).includes(word);
}

export const RECOVERY_CODE = '7K3M-QX9D-2FHT-V8RB-N4WC-6PJZ-5S';
export const GOOD_CODE = 'GOOD-CODE-FOR-MARIA-2345-678901';
/** The invitation that doubles show, and the digits on both screens. */
export const INVITATION_CODE = '2G3MK-QX9D0-FHT7V-8RBN4-WC6PJ-Z';
export const INTAKE_DIGITS = '604153';
const DAY = 24 * 3_600_000;

/** The first circle as a scene finds it; the others stay as they are. */
export function scenic(scene: Scene, view: CircleView): CircleView {
  if (view.id !== circles.pair) return view;
  if (scene === 'coming' || scene === 'not_yet' || scene === 'lost') return { ...view, history: scene };
  if (scene === 'unkept') return { ...view, keeps_history: false };
  if (scene === 'removing') return { ...view, removing: true };
  if (scene === 'notes') {
    const { account, name, role } = people.ana;
    const left = { account, name, role, state: 'left', verified: false, verified_by: null, verified_ms: null, new_key: false, safety_number: null, me: false } as const;
    return { ...view, members: [...view.members, left] };
  }
  const trouble = TROUBLES.find((one) => one === scene);
  if (trouble === undefined) return view;
  // The other of the two is who came with new keys.
  const members = view.members.map((one) => ({
    ...one,
    new_key: trouble === 'new_key' && !one.me && one.state === 'confirmed',
  }));
  return { ...view, trouble, members, phase: trouble === 'security_stop' ? 'stopped' : 'ready' };
}

/** What a scene adds to what was said in the first circle. */
export function staged(scene: Scene, circle: string, said: Item[], me: Me): Item[] {
  if (circle !== circles.pair) return said;
  const now = Date.now();
  const notes: Partial<Record<Scene, Content[]>> = {
    notes: [
      { kind: 'removed', by: people.dana.account, accounts: [people.ana.account], took_ms: 812 },
      { kind: 'removed', by: people.maria.account, accounts: [people.sam.account], took_ms: null },
      { kind: 'key_changed', account: people.maria.account },
      { kind: 'reset', by: people.dana.account },
    ],
    urgent: [
      urgent('dana', 'urgent', me, 'Your ride comes at 9:00, not 10:00. Can you be ready?'),
      urgent('maria', 'crisis', me, 'I do not feel safe at home tonight.'),
    ],
  };
  // What was said before has room before it.
  if (scene === 'coming') return said.map((item) => ({ ...item, seq: (item.seq ?? 0) + 200 }));
  const last = said.at(-1)?.seq ?? 0;
  return [
    ...said,
    ...(notes[scene] ?? []).map((content, n): Item => ({
      id: `note ${last + n + 1}`, seq: last + n + 1, at_ms: now - 600_000 + n * 1_000, content,
    })),
  ];
}

function urgent(who: 'dana' | 'maria', urgency: 'urgent' | 'crisis', me: Me, text: string): Content {
  const mine = people[who].account === me.account;
  return { kind: 'text', from: people[who].account, mine, text, urgency, progress: mine ? 'sent' : 'received' };
}

const device = (n: number, over: Partial<DeviceView>): DeviceView => ({
  device: `01990000-0000-7000-8000-0000000000d${n}`, this: false, enrolled_ms: 0, seen_ms: null, ...over,
});

export function newDevice(nowMs: number): DeviceView {
  return device(9, { enrolled_ms: nowMs, seen_ms: nowMs });
}

export function devicesOf(scene: Scene): DevicesView {
  const now = Date.now();
  const here = device(1, { this: true, enrolled_ms: now - 40 * DAY, seen_ms: now });
  const other = device(2, { enrolled_ms: now - 12 * DAY, seen_ms: now - 3 * 3_600_000 });
  const alone = scene === 'alone';
  const safe = scene === 'safe';
  return {
    devices: alone ? [here] : [here, other],
    waiting: null,
    backup: { code: safe, siblings: alone ? 0 : 1, safe },
  };
}
