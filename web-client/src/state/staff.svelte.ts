// The administrator's people: who works here, how they come in and go. No client is among them.
import type { Role } from '../core/types.gen';
import type { Answer, Api, StaffCard, StaffLink } from '../platform/api';
import { Intents } from './intents';

/** What an administrator can invite somebody as. */
export const INVITED_AS = ['case_manager', 'supervisor', 'administrator', 'custodian'] as const satisfies readonly Role[];
/** What somebody who works here can become. */
export const ROLES = ['case_manager', 'supervisor', 'administrator'] as const satisfies readonly Role[];

export class StaffPeople {
  members = $state.raw<StaffCard[]>([]);
  progress = $state<'loading' | 'ready' | 'failed'>('loading');
  /** Why the list did not come. */
  refused = $state<string | null>(null);
  /** The link that was made last, until it is put away. It is nowhere else. */
  link = $state.raw<{ name: string; made: StaffLink } | null>(null);
  readonly #api: Api;
  readonly #intents = new Intents();

  constructor(api: Api) {
    this.#api = api;
  }

  async load(): Promise<void> {
    const answer = await this.#api.staff();
    if (answer.ok) this.members = answer.body.members;
    this.refused = answer.ok ? null : answer.code;
    this.progress = answer.ok ? 'ready' : 'failed';
  }

  /** Invites somebody; the code of the refusal, or null when their link is here. */
  async invite(name: string, role: Role): Promise<string | null> {
    const body = { name: name.trim(), role };
    const answer = await this.#intents.once(['invite', body], (op_id) => this.#api.inviteStaff({ op_id, ...body }));
    return this.#take(body.name, answer);
  }

  /** A new link for somebody who has not come in. */
  async again({ account, name }: StaffCard): Promise<string | null> {
    const answer = await this.#intents.once(['again', account], (op_id) => this.#api.inviteStaffAgain(account, { op_id }));
    return this.#take(name, answer);
  }

  async changeRole({ account }: StaffCard, role: Role): Promise<string | null> {
    return this.#done(await this.#intents.once(['role', account, role], (op_id) => this.#api.changeRole(account, { op_id, role })));
  }

  async signOut({ account }: StaffCard): Promise<string | null> {
    return this.#done(await this.#intents.once(['sign out', account], (op_id) => this.#api.endSessions(account, { op_id })));
  }

  /** Ends an account: the code of the refusal, or how many clients have nobody now. */
  async end({ account }: StaffCard): Promise<string | number> {
    const answer = await this.#intents.once(['end', account], (op_id) => this.#api.endAccount(account, { op_id }));
    const refused = await this.#done(answer);
    return answer.ok ? answer.body.clients_left : (refused ?? answer.code);
  }

  putAway(): void {
    this.link = null;
  }

  async #take(name: string, answer: Answer<StaffLink>): Promise<string | null> {
    if (answer.ok) this.link = { name, made: answer.body };
    return this.#done(answer);
  }

  async #done(answer: Answer<unknown>): Promise<string | null> {
    if (!answer.ok) return answer.code;
    await this.load();
    return null;
  }
}
