// A test double of the device core: it keeps the host's contract (deltas before effects, items by
// place, answers as events) and no secret at all. Links name what it plays: `maria`, `dana`, `ana`
// work; `expired`, `used`, `unknown` are refused. What stands behind the name is a scene
// (`#/link/dana.joining`, see scenes.ts). In a browser it also asks the journeys' own server what
// happens (`news.ts`), and tells it what it was asked.
import type { DeviceCore } from '../src/core/device';
import type { Row } from '../src/core/store';
import type {
  CircleView, Command, Delta, DevicesView, Effect, Event, Input, IntakeView, Item, Joining, Me, Status, Step, Urgency, Write,
} from '../src/core/types.gen';
import { uuidBytes } from '../src/core/ids';
import type { Happening, News } from './news';
import { GOOD_CODE, INTAKE_DIGITS, INVITATION_CODE, RECOVERY_CODE, devicesOf, isScene, newDevice, staged, type Scene } from './scenes';
import { AGENCY, circlesOf, itemsOf, people, safetyNumber, type Who } from './story';

const text = new TextEncoder();
const read = new TextDecoder();
const WAITING_PLACE = 2 ** 40;
const POLL_MS = 150;
const LINK_MS = 10 * 60_000;

interface Kept {
  me: Me;
  scene: Scene;
  signedOut: boolean;
}

function sealed(key: string, value: unknown): Write {
  return { key: text.encode(key), value: text.encode(JSON.stringify(value)) };
}

export class Device implements DeviceCore {
  #kept: Kept | null = null;
  #found: { who: Who; scene: Scene } | null = null;
  #online = false;
  #items = new Map<string, Item[]>();
  #circles: CircleView[] = [];
  #devices: DevicesView | null = null;
  #joining: Joining | null = null;
  /** The invitation that was made here, and whose page is shown. */
  #intake: IntakeView | null = null;
  #watching: string | null = null;
  /** A second device on its way: its link's number, and which of the two this is. */
  #enrolment: { id: string; who: Who; here: 'first' | 'second' } | null = null;
  /** What was told last, by kind: the same is not told twice. */
  readonly #told = new Map<string, string>();
  readonly #asked = new Map<number, (status: number, body: unknown) => void>();
  #requests = 0;
  #next = -1;
  #polling = false;
  #step: Step = { delta: { state: [], items: [] }, effects: [] };
  readonly #reachable: () => boolean;
  readonly #polls: boolean;

  constructor(rows: readonly Row[], reachable: () => boolean, polls = false) {
    this.#reachable = reachable;
    this.#polls = polls;
    for (const row of rows) {
      const value = JSON.parse(read.decode(row.value)) as Kept | Item[];
      if (Array.isArray(value)) this.#items.set(read.decode(row.key), value);
      else this.#kept = value;
    }
    this.#play();
  }

  handle(input: Input): Step {
    this.#step = { delta: { state: [], items: [] }, effects: [] };
    if (input.kind === 'command') this.#command(input.command);
    else if (input.kind === 'answer') this.#answer(input.id, input.status, input.body);
    else if (input.kind === 'tick' || input.kind === 'closed') {
      if (input.kind === 'closed') this.#told.delete('status');
      this.#tick();
    }
    return this.#step;
  }

  open_item(_key: Uint8Array, value: Uint8Array): Item {
    return JSON.parse(read.decode(value)) as Item;
  }

  /** The double has no secret: there is nothing to seal. */
  share(): Delta {
    return { state: [], items: [] };
  }

  free(): void {
    this.#items.clear();
  }

  #command(command: Command): void {
    switch (command.kind) {
      case 'open_link':
        return this.#look(command.link);
      case 'enrol':
        if (this.#found === null) throw { code: 'invitation_unknown', detail: 'look first' };
        return this.#become(this.#found.who, this.#found.scene);
      case 'connect':
        if (this.#kept === null || this.#kept.signedOut) return;
        this.#online = this.#reachable();
        return this.#tick();
      case 'send':
        return this.#send(command.circle, command.text, command.urgency);
      case 'sign_out':
      case 'sign_in':
        return this.#sign(command.kind === 'sign_out');
      case 'sign_sign_in':
        // The double has no key: nobody checks what it signs.
        return this.#tell({ kind: 'sign_in_signed', device: '', nonce: new Uint8Array(32), signature: new Uint8Array(64) });
      case 'recover':
        return this.#recover(command.code);
      case 'add_device':
        return this.#add();
      case 'approve_device':
      case 'decline_device':
        return this.#decide(command.kind === 'approve_device');
      case 'revoke_device':
      case 'report_stolen':
        return this.#leave(command.device, command.kind === 'report_stolen');
      case 'make_recovery_code':
        return this.#makeCode();
      case 'invite_person':
        return this.#invite({
          person: command.person, state: 'open', link: `/join/maria.awaited`, code: INVITATION_CODE,
          expires_ms: Date.now() + 3 * 24 * 3_600_000,
        });
      case 'mail_invitation':
        return this.#invite({ person: command.person, state: 'open', mailed: true, expires_ms: Date.now() + 3 * 24 * 3_600_000 });
      case 'watch_intake':
        this.#watching = command.person ?? null;
        if (this.#watching === null) return;
        return this.#invite(this.#intake?.person === this.#watching ? this.#intake : { person: this.#watching });
      case 'confirm_person':
        return this.#invite({ person: command.person, state: command.in_person ? 'verified' : 'let_in' });
      case 'end_intake':
        return this.#invite({ person: command.person, state: 'over' });
      case 'reset_circle':
      case 'rejoin':
        return this.#mend(command);
      case 'keep_history':
        return this.#keep(command.circle, command.keep);
      case 'trust_new_key':
      case 'verify_member':
        return this.#trust(command.account);
      case 'look_again':
        return;
      case 'ack_urgent':
        return this.#note(command.circle, { kind: 'urgent_ack', by: this.#account, seq: command.seq });
      case 'typing':
      case 'read':
        return this.#report(command);
    }
  }

  get #account(): string {
    return this.#kept?.me.account ?? '';
  }

  // --- coming in

  #look(link: string): void {
    // A code as typed: Maria's.
    if (/^[\s\w-]{26,40}$/.test(link)) return this.#look('#/join/maria.awaited');
    const [, way, name = '', rest = ''] = /#?\/(link|join|device)\/(\w+)(?:\.([\w-]+))?/.exec(link) ?? [];
    const who = Object.keys(people).find((key): key is Who => key === name);
    if (who === undefined) throw { code: `invitation_${name}`, detail: 'refused' };
    if (way === 'device') return this.#claim(who, rest);
    this.#found = { who, scene: isScene(rest) ? rest : 'plain' };
    const { name: shown, role } = people[who];
    this.#tell({ kind: 'invitation', name: shown, role, agency: AGENCY });
  }

  /** As the second device: say that one is here, and wait for the first. */
  #claim(who: Who, id: string): void {
    if (!this.#polls) return this.#tell({ kind: 'enrolment', code: '482913' });
    this.#request('POST', `/v1/double/enrolments/${id}/claim`, null, (status, body) => {
      const { code } = body as { code: string };
      if (status !== 200) return this.#tell({ kind: 'problem', circle: null, code: code as 'enrolment_gone', detail: '' });
      this.#enrolment = { id, who, here: 'second' };
      this.#tell({ kind: 'enrolment', code });
      this.#poll();
    });
  }

  #recover(code: string): void {
    if (code.replaceAll(/[\s-]/g, '').toUpperCase() !== GOOD_CODE.replaceAll('-', '')) {
      return this.#tell({ kind: 'problem', circle: null, code: 'recovery_unknown', detail: '' });
    }
    this.#become('maria', 'joining');
  }

  #become(who: Who, scene: Scene): void {
    this.#kept = { me: { ...people[who], agency: AGENCY, safety_number: safetyNumber(people[who]) }, scene, signedOut: false };
    this.#step.delta.state.push(sealed('me', this.#kept));
    this.#play();
    for (const { id } of this.#circles) {
      for (const item of staged(this.#kept.scene, id, itemsOf(id, this.#kept.me), this.#kept.me)) this.#put(id, item);
    }
    this.#online = true;
    this.#tick();
  }

  /** Everything that a scene says at its beginning. */
  #play(): void {
    if (this.#kept === null) return;
    const { me, scene } = this.#kept;
    this.#circles = circlesOf(me, scene);
    this.#devices = devicesOf(scene);
    this.#joining = scene === 'joining' ? { done: 12, of: 83 } : null;
  }

  #sign(out: boolean): void {
    if (this.#kept === null) return;
    this.#kept = { ...this.#kept, signedOut: out };
    this.#step.delta.state.push(sealed('me', this.#kept));
    this.#online = !out && this.#reachable();
    this.#tick();
  }

  /** An invitation stands so from now on. */
  #invite(over: Partial<IntakeView> & { person: string }): void {
    const none = { state: null, link: null, code: null, expires_ms: null, digits: null, until_ms: null, elsewhere: false, mailed: false, forged: false };
    this.#intake = { ...none, ...over };
    this.#tell({ kind: 'intake', intake: this.#intake });
  }

  // --- devices

  #add(): void {
    const who = Object.keys(people).find((key): key is Who => people[key as Who].account === this.#account) ?? 'maria';
    this.#request('POST', '/v1/double/enrolments', null, (status, body) => {
      if (status !== 200) return this.#refused(status, body);
      const { id } = body as { id: string };
      this.#enrolment = { id, who, here: 'first' };
      this.#tell({ kind: 'device_link', link: `/device/${who}.${id}`, expires_ms: Date.now() + LINK_MS });
    });
  }

  #decide(approve: boolean): void {
    const enrolment = this.#enrolment;
    const id = enrolment?.id ?? '';
    this.#enrolment = null;
    this.#request('POST', `/v1/double/enrolments/${id}/${approve ? 'approve' : 'decline'}`, null, (status, body) => {
      if (status === 403) {
        this.#enrolment = enrolment;
        return this.#refused(status, body);
      }
      this.#change(approve ? { waiting: null, devices: [...(this.#devices?.devices ?? []), newDevice(Date.now())] } : { waiting: null });
    });
  }

  #makeCode(): void {
    const made = (): void => {
      this.#tell({ kind: 'recovery_code', code: RECOVERY_CODE });
      this.#change({ backup: { code: true } });
    };
    if (!this.#polls) return made();
    this.#request('POST', '/v1/double/codes', null, (status, body) => (status === 200 ? made() : this.#refused(status, body)));
  }

  /** The journeys' server said no. */
  #refused(status: number, body: unknown): void {
    const { code } = (status === 403 ? body : { code: 'busy' }) as { code: 'busy' | 'step_up_required' };
    this.#tell({ kind: 'problem', circle: null, code, detail: '' });
  }

  #leave(device: string, stolen: boolean): void {
    this.#change({
      devices: (this.#devices?.devices ?? []).filter((one) => one.device !== device),
      ...(stolen ? { backup: { code: false, safe: false } } : {}),
    });
  }

  #change({ backup, ...rest }: Partial<Omit<DevicesView, 'backup'>> & { backup?: Partial<DevicesView['backup']> }): void {
    if (this.#devices === null) return;
    const view = { ...this.#devices, ...rest };
    const siblings = view.devices.length - 1;
    const code = backup?.code ?? view.backup.code;
    this.#devices = { ...view, backup: { siblings, code, safe: siblings > 0 && code } };
    this.#tellAll();
  }

  // --- circles

  #send(circle: string, message: string, urgency: Urgency): void {
    const content = { kind: 'text', from: this.#account, mine: true, text: message, urgency, progress: 'waiting' } as const;
    const held = this.#items.get(circle) ?? [];
    const item: Item = { id: `message ${held.length}`, seq: null, at_ms: Date.now(), content };
    this.#put(circle, item);
    this.#tell({ kind: 'items', circle, items: [item] });
    this.#effect({ kind: 'timer', after_ms: 200 });
  }

  #note(circle: string, content: Item['content']): void {
    const held = this.#items.get(circle) ?? [];
    const seq = Math.max(0, ...held.map((item) => item.seq ?? 0)) + 1;
    this.#arrive(circle, [{ id: `note ${seq}`, seq, at_ms: Date.now(), content }]);
  }

  #arrive(circle: string, items: Item[]): void {
    for (const item of items) this.#put(circle, item);
    this.#tell({ kind: 'items', circle, items });
    this.#tellAll();
  }

  #alter(circle: string, change: Partial<CircleView>): void {
    this.#circles = this.#circles.map((one) => (one.id === circle ? { ...one, ...change } : one));
    this.#tellAll();
  }

  #mend(command: Extract<Command, { kind: 'reset_circle' | 'rejoin' }>): void {
    this.#report(command);
    this.#alter(command.circle, { trouble: null, phase: 'ready' });
    if (command.kind === 'reset_circle') this.#note(command.circle, { kind: 'reset', by: this.#account });
  }

  #keep(circle: string, keep: boolean): void {
    this.#report({ kind: 'keep_history', circle, keep });
    const known = this.#circles.find(({ id }) => id === circle);
    // One that was planned just now has no group yet.
    if (known === undefined || known.keeps_history === keep) return;
    this.#alter(circle, { keeps_history: keep });
    this.#note(circle, { kind: 'history_set', by: this.#account, kept: keep });
  }

  #trust(account: string): void {
    for (const { id, trouble, members } of this.#circles) {
      const known = members.map((one) => (one.account === account ? { ...one, new_key: false, verified: true } : one));
      this.#alter(id, { members: known, trouble: trouble === 'new_key' ? null : trouble });
    }
  }

  /** Whatever waits leaves; what changed is told. */
  #tick(): void {
    this.#online &&= this.#reachable();
    if (this.#online) for (const circle of this.#items.keys()) this.#deliver(circle);
    this.#tellAll();
    this.#poll();
  }

  #deliver(circle: string): void {
    for (const item of this.#items.get(circle) ?? []) {
      if (item.content.kind !== 'text' || item.content.progress !== 'waiting') continue;
      if (this.#circles.find(({ id }) => id === circle)?.removing === true) return;
      this.#step.delta.items.push({ key: this.#key(circle, item), value: null });
      const seq = (this.#items.get(circle) ?? []).indexOf(item) + 1;
      const sent: Item = { ...item, seq, content: { ...item.content, progress: 'sent' } };
      this.#put(circle, sent);
      this.#tell({ kind: 'items', circle, items: [sent] });
    }
  }

  #put(circle: string, item: Item): void {
    const held = [...(this.#items.get(circle) ?? [])];
    const at = held.findIndex(({ id }) => id === item.id);
    held[at === -1 ? held.length : at] = item;
    this.#items.set(circle, held);
    this.#step.delta.items.push({ key: this.#key(circle, item), value: text.encode(JSON.stringify(item)) });
    this.#step.delta.state.push(sealed(circle, held));
  }

  #key(circle: string, item: Item): Uint8Array {
    const key = new Uint8Array(24);
    key.set(uuidBytes(circle));
    const place = BigInt(item.seq ?? WAITING_PLACE + Number(item.id.split(' ')[1] ?? 0));
    new DataView(key.buffer).setBigInt64(16, place);
    return key;
  }

  // --- the journeys' server

  #poll(): void {
    if (!this.#polls || this.#polling || (!this.#online && this.#enrolment === null)) return;
    this.#polling = true;
    const path = `/v1/double/news?after=${this.#next}&enrolment=${this.#enrolment?.id ?? ''}`;
    this.#request('GET', path, null, (status, body) => {
      this.#polling = false;
      if (status === 200) this.#hear(body as News);
      this.#effect({ kind: 'timer', after_ms: POLL_MS });
    });
  }

  #hear({ next, happenings, enrolment }: News): void {
    this.#next = next;
    for (const one of happenings) this.#happen(one);
    if (this.#enrolment?.here === 'first' && (enrolment?.code ?? null) !== (this.#devices?.waiting ?? null)) {
      this.#change({ waiting: enrolment?.code ?? null });
    }
    if (this.#enrolment?.here !== 'second' || enrolment === null) return;
    if (enrolment.state === 'approved') {
      const { who } = this.#enrolment;
      this.#enrolment = null;
      this.#become(who, 'joining');
    } else if (enrolment.state === 'declined') {
      this.#enrolment = null;
      this.#tell({ kind: 'problem', circle: null, code: 'enrolment_gone', detail: '' });
    }
  }

  #happen(one: Happening): void {
    switch (one.kind) {
      case 'event':
        if (one.event.kind !== 'intake') return this.#tell(one.event);
        // On the page of whoever watches it.
        return this.#watching === one.event.intake.person ? this.#invite(one.event.intake) : undefined;
      case 'confirmed':
        return this.#confirmed();
      case 'circle':
        return this.#alter(one.circle, one.change);
      case 'items':
        return this.#arrive(one.circle, one.items);
      case 'joining':
        this.#joining = one.joining;
        return this.#tellAll();
    }
  }

  /** Somebody said that it is them. */
  #confirmed(): void {
    if (this.#kept?.scene !== 'awaited') return;
    this.#kept = { ...this.#kept, scene: 'plain' };
    this.#step.delta.state.push(sealed('me', this.#kept));
    this.#tellAll();
  }

  #report(command: Command): void {
    if (this.#polls) this.#request('POST', '/v1/double/commands', command, () => undefined);
  }

  #request(method: string, path: string, body: unknown, then: (status: number, body: unknown) => void): void {
    const id = ++this.#requests;
    this.#asked.set(id, then);
    const bytes = body === null ? new Uint8Array() : text.encode(JSON.stringify(body));
    this.#effect({ kind: 'request', id, method, path, media_type: 'application/json', body: bytes });
  }

  #answer(id: number, status: number, body: Uint8Array): void {
    const then = this.#asked.get(id);
    this.#asked.delete(id);
    then?.(status, body.length === 0 ? null : JSON.parse(read.decode(body)));
  }

  // --- telling

  #tellAll(): void {
    const signedOut = this.#kept?.signedOut === true;
    const enrolled = this.#online ? 'online' : signedOut ? 'signed_out' : 'offline';
    const awaited = this.#kept?.scene === 'awaited';
    const awaits = awaited ? { digits: INTAKE_DIGITS, inviter: people.dana.name } : null;
    const link: Status['link'] = this.#kept === null ? 'idle' : awaited && this.#online ? 'awaited' : enrolled;
    this.#tellOnce({ kind: 'status', status: { me: this.#kept?.me ?? null, link, awaits, joining: this.#joining, sealed: false } });
    const circles = this.#circles.map((circle) => ({
      ...circle,
      newest: [...(this.#items.get(circle.id) ?? [])].sort((a, b) => a.at_ms - b.at_ms).at(-1) ?? null,
    }));
    this.#tellOnce({ kind: 'circles', circles });
    if (this.#devices !== null) this.#tellOnce({ kind: 'devices', devices: this.#devices });
  }

  #tellOnce(event: Event): void {
    const words = JSON.stringify(event);
    if (this.#told.get(event.kind) === words) return;
    this.#told.set(event.kind, words);
    this.#tell(event);
  }

  #tell(event: Event): void {
    this.#effect({ kind: 'event', event });
  }

  #effect(effect: Effect): void {
    this.#step.effects.push(effect);
  }
}
