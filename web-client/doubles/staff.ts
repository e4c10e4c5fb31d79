// A double of who works here and who serves whom, for browser checks. It keeps the shapes and refusals of
// the real one and one of its rules: each page is for one role.
import type {
  Caseloads, PersonCard, ServedClient, StaffCard, StaffState, TransferCard, TransferState,
} from '../src/platform/api';
import type { Answered } from './answered';
import { people } from './story';

type Role = StaffCard['role'];
const DAY = 86_400_000;
const good = (body: unknown): Answered => ({ status: 200, body });
const bad = (status: number, code: string): Answered => ({ status, body: { code, detail: '' } });
/** Whose page it is; a supervisor's else. */
const WHOSE: Record<string, string> = { staff: people.kim.person, transfers: people.dana.person };
const DONE: Answered = { status: 204, body: null };

interface Asked {
  name: string;
  role: Role;
  staff: string;
  client: string;
  clients: string[];
  to: string;
  note: string;
  reason: string;
}

let made = 0;
const newId = (): string => `01990000-0000-7000-b000-${String(++made).padStart(12, '0')}`;
const card = (who: 'dana' | 'sam'): PersonCard => ({ ...people[who] });

export class StaffDouble {
  members: StaffCard[];
  clients: ServedClient[];
  incoming: TransferCard[];
  outgoing: TransferCard[];
  readonly #nowMs: number;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
    const seen = new Date(nowMs - DAY).toISOString().slice(0, 10);
    const member = (name: string, role: Role, state: StaffState, over: Partial<StaffCard> = {}): StaffCard => ({
      person: newId(), account: newId(), name, role, state,
      invited_until: state === 'invited' ? (nowMs + 2 * DAY) * 1_000 : null,
      seen_on: state === 'active' || state === 'ended' ? seen : null,
      address: state === 'active' ? 'confirmed' : 'absent', ...over,
    });
    this.members = [
      member(people.kim.name, 'administrator', 'active', people.kim),
      member(people.robin.name, 'supervisor', 'active', people.robin),
      member(people.dana.name, 'case_manager', 'active', people.dana),
      member(people.sam.name, 'case_manager', 'active', { ...people.sam, address: 'refused' }),
      member('Noa Newcomer', 'case_manager', 'invited'),
      member('Pat Waiting', 'supervisor', 'uninvited'),
      member('Lee Leaver', 'case_manager', 'ended'),
    ];
    const client = (name: string, who: ('dana' | 'sam')[], over: Partial<ServedClient> = {}): ServedClient => ({
      person: newId(), name,
      served_by: who.map((one) => ({ account: people[one].account, name: people[one].name, role: people[one].role, until: null })),
      offered: false, circles: 1, tasks: 0, waiting_since: null, next_appointment: null, ...over,
    });
    this.clients = [
      client(people.maria.name, ['dana', 'sam'], {
        person: people.maria.person, circles: 2, tasks: 2,
        waiting_since: (nowMs - 2 * DAY) * 1_000, next_appointment: (nowMs + 2 * DAY) * 1_000,
      }),
      client('Alex Alone', [], { circles: 0 }),
      client('José Ejemplo', ['sam'], { offered: true }),
    ];
    this.incoming = [this.#transfer('José Ejemplo', 'offered', 'He likes to be called in the morning.')];
    this.outgoing = [];
  }

  answer(method: string, [first = '', id = '', act = '']: readonly string[], body: unknown, reader: string): Answered {
    const asked = body as Asked;
    if (reader !== (WHOSE[first] ?? people.robin.person)) return bad(403, 'not_allowed');
    if (first === 'staff') return method === 'GET' ? good({ members: this.members }) : this.#staff(id, act, asked);
    if (first === 'caseloads') return good(this.#caseloads());
    if (first === 'assignments') return this.#assign(id === 'end', asked);
    return method === 'GET' ? good(this.#transfers()) : this.#settle(id, act, asked);
  }

  #staff(account: string, act: string, { name, role }: Asked): Answered {
    const link = (whose: string): Answered =>
      good({ account: whose, link: '/link/c2VjcmV0.ZmluZ2VycHJpbnQ', expires_at: (this.#nowMs + 3 * DAY) * 1_000 });
    if (account === '') {
      const fresh = newId();
      const until = (this.#nowMs + 3 * DAY) * 1_000;
      this.members.push({ person: newId(), account: fresh, name, role, state: 'invited', invited_until: until, seen_on: null, address: 'absent' });
      return link(fresh);
    }
    const member = this.members.find((one) => one.account === account);
    if (member === undefined) return bad(404, 'not_found');
    if (act === 'invite') return link(account);
    if (act === 'role' && member.account === people.dana.account) return bad(409, 'serves_clients');
    if (act === 'role') member.role = role;
    if (act !== 'end') return DONE;
    member.state = 'ended';
    return good({ clients_left: member.account === people.sam.account ? 1 : 0 });
  }

  #caseloads(): Caseloads {
    const managers = this.members.filter(({ role, state }) => role === 'case_manager' && state !== 'ended');
    return {
      clients: this.clients,
      managers: managers.map(({ account, name, state }) => {
        const served = this.clients.filter(({ served_by }) => served_by.some((one) => one.account === account));
        const tasks = account === people.dana.account ? 2 : 0;
        return {
          account, name, active: state === 'active', clients: served.length, tasks,
          waiting_since: tasks > 0 ? (this.#nowMs - 2 * DAY) * 1_000 : null,
        };
      }),
    };
  }

  #assign(ends: boolean, { staff, client }: Asked): Answered {
    const served = this.clients.find(({ person }) => person === client);
    const member = this.members.find(({ account }) => account === staff);
    if (served === undefined || member === undefined) return bad(404, 'not_found');
    served.served_by = served.served_by.filter(({ account }) => account !== staff);
    const { account, name, role } = member;
    if (!ends) served.served_by = [...served.served_by, { account, name, role, until: null }];
    return DONE;
  }

  #transfers(): object {
    return { incoming: this.incoming, outgoing: this.outgoing, colleagues: [card('sam')] };
  }

  #settle(id: string, act: string, { clients, note, reason }: Asked): Answered {
    if (id === '') {
      const offers = clients.map((client) => ({ ...this.#transfer(people.maria.name, 'offered', note), client }));
      this.outgoing = [...offers, ...this.outgoing];
      return good(this.#transfers());
    }
    if (act === 'withdraw') this.outgoing = this.outgoing.map((one) => (one.id === id ? { ...one, state: 'withdrawn' } : one));
    else if (!this.incoming.some((one) => one.id === id)) return bad(410, 'transfer_gone');
    else this.incoming = this.incoming.filter((one) => one.id !== id);
    return act === 'decline' && reason === '' ? bad(400, 'bad_request') : good(this.#transfers());
  }

  #transfer(name: string, state: TransferState, note: string): TransferCard {
    return {
      id: newId(), client: newId(), client_name: name, from: people.sam.account, from_name: people.sam.name,
      to: people.sam.account, to_name: people.sam.name, note, state, reason: null,
      offered_at: this.#nowMs * 1_000, expires_at: (this.#nowMs + 7 * DAY) * 1_000, settled_at: null,
      appointments: 2, circles: 1,
    };
  }
}
