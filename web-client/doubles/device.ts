// A test double of the device core: it keeps the host's contract (deltas before effects, items by
// place, answers as events) and no secret at all. Links name what it plays: `maria`, `dana`, `ana`
// work; `expired`, `used`, `unknown` are refused.
import type { DeviceCore } from '../src/core/device';
import type { Row } from '../src/core/store';
import type {
  CircleView, Command, Effect, Event, Input, Item, Me, Status, Step, Write,
} from '../src/core/types.gen';
import { uuidBytes } from '../src/core/ids';
import { AGENCY, circlesOf, itemsOf, people, type Who } from './story';

const text = new TextEncoder();
const read = new TextDecoder();
const WAITING_PLACE = 2 ** 40;
const SIGNED_OUT = text.encode('signed_out');

function sealed(key: Uint8Array, value: unknown): Write {
  return { key, value: text.encode(JSON.stringify(value)) };
}

export class Device implements DeviceCore {
  #me: Me | null = null;
  #found: Who | null = null;
  #online = false;
  #signedOut = false;
  #items = new Map<string, Item[]>();
  #step: Step = { delta: { state: [], items: [] }, effects: [] };
  readonly #reachable: () => boolean;

  constructor(rows: readonly Row[], reachable: () => boolean) {
    this.#reachable = reachable;
    for (const row of rows) {
      const value = JSON.parse(read.decode(row.value)) as Me | Item[] | true;
      if (value === true) this.#signedOut = true;
      else if (Array.isArray(value)) this.#items.set(read.decode(row.key), value);
      else this.#me = value;
    }
  }

  handle(input: Input): Step {
    this.#step = { delta: { state: [], items: [] }, effects: [] };
    if (input.kind === 'tick' || input.kind === 'closed') this.#tick();
    else if (input.kind === 'command') this.#command(input.command);
    return this.#step;
  }

  open_item(_key: Uint8Array, value: Uint8Array): Item {
    return JSON.parse(read.decode(value)) as Item;
  }

  free(): void {
    this.#items.clear();
  }

  #command(command: Command): void {
    switch (command.kind) {
      case 'open_link':
        return this.#look(command.link);
      case 'enrol':
        return this.#enrol();
      case 'connect':
        if (this.#me === null || this.#signedOut) return;
        this.#online = this.#reachable();
        return this.#tick();
      case 'send':
        return this.#send(command.circle, command.text);
      case 'sign_out':
        this.#online = false;
        this.#signedOut = true;
        this.#step.delta.state.push(sealed(SIGNED_OUT, true));
        return this.#tick();
      case 'sign_in':
        this.#signedOut = false;
        this.#step.delta.state.push({ key: SIGNED_OUT, value: null });
        this.#online = this.#reachable();
        return this.#tick();
    }
  }

  #look(link: string): void {
    const name = /#\/link\/(\w+)/.exec(link)?.[1] ?? '';
    const who = Object.keys(people).find((key): key is Who => key === name);
    if (who === undefined) throw { code: `invitation_${name}`, detail: 'refused' };
    this.#found = who;
    const { name: shown, role } = people[who];
    this.#tell({ kind: 'invitation', name: shown, role, agency: AGENCY });
  }

  #enrol(): void {
    if (this.#found === null) throw { code: 'invitation_unknown', detail: 'look first' };
    this.#me = { ...people[this.#found], agency: AGENCY };
    this.#step.delta.state.push(sealed(text.encode('me'), this.#me));
    for (const circle of circlesOf(this.#me)) {
      for (const item of itemsOf(circle.id, this.#me)) this.#put(circle.id, item);
    }
    this.#online = true;
    this.#tick();
  }

  #send(circle: string, message: string): void {
    const content = {
      kind: 'text', from: this.#me?.account ?? '', mine: true, text: message,
      urgency: 'routine', progress: 'waiting',
    } as const;
    const held = this.#items.get(circle) ?? [];
    const item: Item = { id: `message ${held.length}`, seq: null, at_ms: Date.now(), content };
    this.#put(circle, item);
    this.#tell({ kind: 'items', circle, items: [item] });
    this.#effect({ kind: 'timer', after_ms: 200 });
  }

  /** Whatever waits leaves; status and circles are told. */
  #tick(): void {
    this.#online &&= this.#reachable();
    const enrolled = this.#online ? 'online' : this.#signedOut ? 'signed_out' : 'offline';
    const link: Status['link'] = this.#me === null ? 'idle' : enrolled;
    if (this.#online) for (const circle of this.#items.keys()) this.#leave(circle);
    this.#tell({ kind: 'status', status: { me: this.#me, link } });
    this.#tell({ kind: 'circles', circles: this.#circles() });
  }

  #leave(circle: string): void {
    for (const item of this.#items.get(circle) ?? []) {
      if (item.content.kind !== 'text' || item.content.progress !== 'waiting') continue;
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
    this.#step.delta.items.push(sealed(this.#key(circle, item), item));
    this.#step.delta.state.push(sealed(text.encode(circle), held));
  }

  #key(circle: string, item: Item): Uint8Array {
    const key = new Uint8Array(24);
    key.set(uuidBytes(circle));
    const place = BigInt(item.seq ?? WAITING_PLACE + Number(item.id.split(' ')[1] ?? 0));
    new DataView(key.buffer).setBigUint64(16, place);
    return key;
  }

  #circles(): CircleView[] {
    if (this.#me === null) return [];
    return circlesOf(this.#me).map((circle) => ({
      ...circle,
      newest: this.#items.get(circle.id)?.at(-1) ?? null,
    }));
  }

  #tell(event: Event): void {
    this.#effect({ kind: 'event', event });
  }

  #effect(effect: Effect): void {
    this.#step.effects.push(effect);
  }
}
