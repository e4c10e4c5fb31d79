// Clients who go from one case manager to another: what is offered to me, what I offered, and after a
// hand-over the circles in which the new one is not yet.
import type { Answer, Api, CircleCard, ClientCard, PersonCard, TransferCard, Transfers } from '../platform/api';
import { Intents } from './intents';

export interface OfferDraft {
  to: string;
  clients: string[];
  note: string;
}

export class TransfersView {
  incoming = $state.raw<TransferCard[]>([]);
  outgoing = $state.raw<TransferCard[]>([]);
  colleagues = $state.raw<PersonCard[]>([]);
  progress = $state<'loading' | 'ready' | 'failed'>('loading');
  readonly #api: Api;
  readonly #intents = new Intents();

  constructor(api: Api) {
    this.#api = api;
  }

  async load(): Promise<void> {
    const answer = await this.#api.transfers();
    if (answer.ok) this.#show(answer.body);
    this.progress = answer.ok ? 'ready' : 'failed';
  }

  /** Clients who can be offered: not offered already, not handed over. */
  free(clients: readonly ClientCard[], me: string): ClientCard[] {
    const open = new Set(this.outgoing.filter(({ state }) => state === 'offered').map(({ client }) => client));
    return clients.filter(({ person, staff }) => !open.has(person) && staff.some(({ account }) => account === me));
  }

  /** The code of the refusal, or null when done. */
  offer({ to, clients, note }: OfferDraft): Promise<string | null> {
    const body = { to, clients, note: note.trim() };
    return this.#take(this.#intents.once(['offer', body], (op_id) => this.#api.offerTransfer({ op_id, ...body })));
  }

  accept({ id }: TransferCard): Promise<string | null> {
    return this.#take(this.#intents.once(['accept', id], (op_id) => this.#api.acceptTransfer(id, { op_id })));
  }

  decline({ id }: TransferCard, reason: string): Promise<string | null> {
    const body = { reason: reason.trim() };
    return this.#take(this.#intents.once(['decline', id, body], (op_id) => this.#api.declineTransfer(id, { op_id, ...body })));
  }

  withdraw({ id }: TransferCard): Promise<string | null> {
    return this.#take(this.#intents.once(['withdraw', id], (op_id) => this.#api.withdrawTransfer(id, { op_id })));
  }

  async #take(asked: Promise<Answer<Transfers>>): Promise<string | null> {
    const answer = await asked;
    if (answer.ok) this.#show(answer.body);
    // Somebody was faster: what is here is old.
    else if (answer.code === 'transfer_gone') await this.load();
    return answer.ok ? null : answer.code;
  }

  #show({ incoming, outgoing, colleagues }: Transfers): void {
    this.incoming = incoming;
    this.outgoing = outgoing;
    this.colleagues = colleagues;
  }
}

/** Circles of the client's in which somebody is not. */
export function notIn({ circles }: ClientCard, account: string): CircleCard[] {
  return circles.filter(({ status, members }) => status === 'live' && !members.includes(account));
}
