// A visit as it is being booked: kind, time, who takes part, the meeting link.
import type { Api, Appointment, AppointmentKind } from '../platform/api';
import { Intents } from './intents';
import { TimeChoice } from './times.svelte';

export const KINDS: readonly AppointmentKind[] = ['video', 'phone', 'office', 'home', 'community'];
const FIRST_GUESS_MINUTES = 30;

export class Booking {
  kind = $state<AppointmentKind>('video');
  caregivers = $state<string[]>([]);
  link = $state('');
  busy = $state(false);
  readonly times: TimeChoice;
  readonly #api: Api;
  readonly #client: string;
  readonly #intents = new Intents();

  constructor(api: Api, client: string, day: string) {
    this.#api = api;
    this.#client = client;
    this.times = new TimeChoice(api, { day, time: '', zone: '', minutes: FIRST_GUESS_MINUTES });
  }

  /** Fills in the client's zone, if nobody has chosen one, and looks for free times. */
  async start(): Promise<void> {
    const answer = await this.#api.preferences(this.#client);
    if (answer.ok && this.times.zone === '') this.times.zone = answer.body.zone;
    await this.times.find();
  }

  /** Books; the appointment, or null when refused: then `times.refused` says why. */
  async book(): Promise<Appointment | null> {
    const link = this.link.trim();
    const body = {
      client: this.#client,
      kind: this.kind,
      ...this.times.wanted,
      caregivers: [...this.caregivers].sort(),
      meeting_link: this.kind === 'video' && link !== '' ? link : null,
    };
    this.busy = true;
    this.times.refused = null;
    const answer = await this.#intents.once([body], (op_id) => this.#api.book({ op_id, ...body }));
    this.busy = false;
    if (answer.ok) return answer.body;
    this.times.refused = answer;
    return null;
  }
}
