// The view-model of the whole page: what the worker told last, which page is open, and the parts.
// No DOM here: components render it, tests drive it.
import type { Client } from '../core/client';
import type { Stage } from '../core/messages';
import type { CircleView, Counters, Event, Item, Receipt, Status } from '../core/types.gen';
import type { Api } from '../platform/api';
import { Conversation } from './conversation.svelte';
import { Devices } from './devices.svelte';
import { Intake } from './intake.svelte';
import { People } from './people.svelte';
import { Preferences } from './preferences.svelte';
import type { Router } from './router.svelte';
import { SignIn } from './sign-in.svelte';
import { Waiting, watched } from './waiting.svelte';

export interface Problem {
  circle: string | null;
  code: string;
}

export class App {
  readonly router: Router;
  readonly client: Client;
  /** For pages that make their own view-models. */
  readonly api: Api;
  readonly signIn: SignIn;
  readonly people: People;
  readonly devices: Devices;
  readonly intake: Intake;
  readonly preferences = new Preferences();
  /** What the server takes its time for. */
  readonly waiting = new Waiting();
  /** Told when the person has signed out, in this tab or another: nothing that is held here may stay. */
  onLocked: () => void = () => undefined;
  stage = $state.raw<Stage>({ kind: 'starting' });
  status = $state.raw<Status | null>(null);
  circles = $state.raw<CircleView[]>([]);
  problem = $state.raw<Problem | null>(null);
  /** Titles of circles that this person was in a moment ago and is no longer. */
  left = $state.raw<readonly string[]>([]);
  /** What the device has counted about itself; null until it told. */
  counters = $state.raw<Counters | null>(null);
  /** The newest message of someone else, for those who listen. */
  heard = $state.raw<{ circle: CircleView; item: Item } | null>(null);
  /** Not reactive: a page asks for the conversation that it shows. */
  #conversation: Conversation | null = null;
  readonly #receipts = new Map<string, readonly Receipt[]>();
  readonly #listeners = new Set<(event: Event) => void>();

  constructor(router: Router, client: Client, api: Api) {
    this.router = router;
    this.client = client;
    this.api = watched(api, this.waiting);
    this.signIn = new SignIn(client);
    this.people = new People(this.api);
    this.devices = new Devices(client);
    this.intake = new Intake(client);
    router.onLink = () => this.#lookAtLink();
    client.listen({ event: (event) => this.#hear(event), stage: (stage) => this.#enter(stage) });
  }

  get me(): NonNullable<Status['me']> | null {
    return this.status?.me ?? null;
  }

  get staff(): boolean {
    return this.me !== null && this.me.role !== 'client' && this.me.role !== 'caregiver';
  }

  /** Signed out: nothing of anybody's is shown until they come in again. */
  get locked(): boolean {
    if (this.stage.kind === 'locked') return true;
    const { status, router } = this;
    return this.me !== null && router.link === null && !status?.awaits && status?.link === 'signed_out';
  }

  /** What is stored here does not open yet, and nothing of it was shown before. */
  get sealed(): boolean {
    return this.status?.sealed === true && this.circles.length === 0;
  }

  circle(id: string): CircleView | undefined {
    return this.circles.find((circle) => circle.id === id);
  }

  /** The conversation of a circle, opened if it was not the open one. */
  conversation(circle: string): Conversation {
    if (this.#conversation?.circle !== circle) {
      this.#conversation = new Conversation(this.client, circle, this.#receipts.get(circle));
      void this.#conversation.open();
    }
    return this.#conversation;
  }

  /** Hears every event from now on; gives back how to stop. */
  listen(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Takes back the signing out. */
  async signInAgain(): Promise<void> {
    await this.client.ask({ kind: 'command', command: { kind: 'sign_in' } });
  }

  /** Goes online, unless signed out. */
  async connect(): Promise<void> {
    await this.client.ask({ kind: 'command', command: { kind: 'connect' } });
  }

  /** The network came back, or the page came to the front: try now instead of at the next timer. */
  nudge(): void {
    if (this.status?.link === 'offline') void this.connect();
  }

  /** The network is gone: say so now, not when a dead socket is noticed. */
  networkLost(): void {
    if (this.status?.link === 'online') void this.client.ask({ kind: 'network_lost' });
  }

  /** Whoever is not signed out is told so: they would go away from a page that is still theirs. */
  async signOut(): Promise<void> {
    const reply = await this.client.ask({ kind: 'command', command: { kind: 'sign_out' } });
    if (reply.kind === 'refused') this.problem = { circle: null, code: reply.code };
    else this.#forget();
  }

  #hear(event: Event): void {
    this.signIn.hear(event);
    const heard = this.devices.hear(event) || this.intake.hear(event);
    this.#take(event, heard);
    for (const listener of this.#listeners) listener(event);
  }

  #take(event: Event, heard: boolean): void {
    switch (event.kind) {
      case 'status':
        return this.#stand(event.status);
      case 'circles':
        return this.#seeCircles(event.circles);
      case 'counters':
        this.counters = event.counters;
        return;
      case 'items':
        if (this.#conversation?.circle === event.circle) this.#conversation.take(event.items);
        return this.#announce(event.circle, event.items);
      case 'typing':
        if (this.#conversation?.circle === event.circle) this.#conversation.hearTyping(event.account);
        return;
      case 'receipts':
        this.#receipts.set(event.circle, event.receipts);
        if (this.#conversation?.circle === event.circle) this.#conversation.receipts = event.receipts;
        return;
      case 'problem':
        // What was refused on a page of its own is said there.
        if (!heard && this.me !== null) this.problem = { circle: event.circle ?? null, code: event.code };
        return;
      default:
    }
  }

  #stand(status: Status): void {
    const opens = this.status?.sealed === true && !status.sealed;
    this.status = status;
    // Another tab owned the device and closed; nobody signed in again meanwhile, or somebody did.
    if (status.link === 'signed_out') this.#forget();
    else if (opens) void this.#conversation?.open();
    this.#lookAtLink();
  }

  /** Nothing of anybody's stays in this page. */
  #forget(): void {
    this.#conversation = null;
    this.#receipts.clear();
    this.circles = [];
    this.left = [];
    this.heard = null;
    this.devices.forget();
  }

  #seeCircles(circles: CircleView[]): void {
    const gone = this.circles.filter(({ id }) => !circles.some((circle) => circle.id === id));
    this.circles = circles;
    // The device has erased what was said there: neither is it held here, nor read out, also if they come in again.
    for (const { id } of gone) {
      this.#receipts.delete(id);
      if (this.#conversation?.circle === id) this.#conversation = null;
      if (this.heard?.circle.id === id) this.heard = null;
    }
    if (gone.length > 0) this.left = [...this.left, ...gone.map(({ title }) => title)];
  }

  #enter(stage: Stage): void {
    // Another owner, or the same after a fault: what is open is read again from the store.
    if (stage.kind === 'running') void this.#conversation?.open();
    this.stage = stage;
    if (stage.kind === 'locked') this.onLocked();
  }

  #lookAtLink(): void {
    const { link } = this.router;
    if (link === null || this.status === null || this.me !== null) return;
    this.router.link = null;
    void this.signIn.look(link);
  }

  #announce(id: string, items: readonly Item[]): void {
    const circle = this.circle(id);
    const item = items.findLast(({ content }) => content.kind === 'text' && !content.mine);
    if (circle !== undefined && item !== undefined) this.heard = { circle, item };
  }
}
