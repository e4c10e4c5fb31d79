// Whether somebody is still at this page. Once nobody was for as long as the server lets a session be idle, they are
// signed out, and asked a minute before (45 CFR 164.312(a)(2)(iii); WCAG 2.2.1). The server counts requests, and an
// open page makes some by itself: here only what a person does counts, in whichever tab of the browser profile.

/** `protocol::limits::SESSION_IDLE_STAFF_S`. */
export const STAFF_MS = 15 * 60_000;
/** `protocol::limits::SESSION_IDLE_SHARED_S`. */
export const SHARED_MS = 10 * 60_000;
/** So long before the log-off somebody is asked. */
const ASKED_MS = 60_000;
/** Timers stand still while a machine sleeps: the time of day is looked at again and again. */
const LOOK_MS = 1_000;
/** Somebody who moves is noted at most so often. */
const SEEN_EVERY_MS = 1_000;

/** What a person does. `scroll` is not among it: a conversation scrolls by itself when a message comes. */
const SIGNS = ['pointerdown', 'pointermove', 'wheel', 'touchmove', 'keydown', 'visibilitychange'] as const;

/** The other tabs, to which goes when somebody was seen here. */
export interface OtherTabs {
  postMessage(seenMs: number): void;
  onmessage: ((message: MessageEvent<number>) => void) | null;
  close(): void;
}

export interface Around {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Whether nobody can see the page. */
  hidden(): boolean;
  /** Where it is heard what a person does. */
  page: EventTarget;
  tabs: OtherTabs;
}

/**
 * For how long nobody may be there; null: for as long as the server says. `idleLeftMs` is what a session that has just
 * asked something had left, null if it is not known: it tells a shared device's from staff's. (The server notes a
 * request at most once a minute, so it may be a minute less than the whole.)
 */
export function allowedAwayMs(staff: boolean, idleLeftMs: number | null): number | null {
  if (idleLeftMs !== null && idleLeftMs < (SHARED_MS + STAFF_MS) / 2) return SHARED_MS;
  return staff ? STAFF_MS : null;
}

export class Presence {
  /** Nobody was seen for so long that they are asked whether they are still there. */
  asking = $state(false);
  /** For how long nobody may be there; null: nobody is signed out from here. */
  allowedMs: number | null = null;
  readonly #around: Around;
  #seenMs: number;
  /** The log-off is under way. */
  #ending = false;

  constructor(around: Around) {
    this.#around = around;
    this.#seenMs = around.nowMs();
  }

  /** Nobody was there for as long as is allowed. */
  get over(): boolean {
    return this.allowedMs !== null && this.#awayMs >= this.allowedMs;
  }

  /** From now on it is watched who is there, and once nobody was for too long, `end` is called until it has worked;
      gives back how to stop. */
  watch(end: () => Promise<void>): () => void {
    const { page, tabs } = this.#around;
    const heed = (event: Event): void => this.#heed(event, end);
    // Before anything on the page can keep it to itself.
    const early = { capture: true, passive: true };
    for (const sign of SIGNS) page.addEventListener(sign, heed, early);
    tabs.onmessage = ({ data }) => this.#hear(data);
    const timer = setInterval(() => this.#look(end), LOOK_MS);
    this.#see();
    return () => {
      for (const sign of SIGNS) page.removeEventListener(sign, heed, early);
      clearInterval(timer);
      tabs.close();
    };
  }

  /** Whoever was asked says that they are there. Too late, it changes nothing. */
  stay(): void {
    if (!this.over) this.#see();
  }

  get #awayMs(): number {
    return this.#around.nowMs() - this.#seenMs;
  }

  #heed(event: Event, end: () => Promise<void>): void {
    if (this.#around.hidden() || isStill(event)) return;
    // The machine slept meanwhile: whoever wakes it may be somebody else.
    if (this.over) return this.#look(end);
    // A question stays until it is answered; whoever comes back to the tab has not seen it.
    if (this.asking && event.type !== 'visibilitychange') return;
    if (this.asking || this.#awayMs >= SEEN_EVERY_MS) this.#see();
  }

  #see(): void {
    this.#seenMs = this.#around.nowMs();
    this.asking = false;
    this.#around.tabs.postMessage(this.#seenMs);
  }

  #hear(seenMs: number): void {
    this.#seenMs = Math.max(this.#seenMs, seenMs);
    this.asking = false;
  }

  #look(end: () => Promise<void>): void {
    // The clock was set back: nobody may be away for the longer because of it.
    this.#seenMs = Math.min(this.#seenMs, this.#around.nowMs());
    if (this.over) return this.#leave(end);
    this.asking = this.allowedMs !== null && this.#awayMs >= this.allowedMs - ASKED_MS;
  }

  #leave(end: () => Promise<void>): void {
    if (this.#ending) return;
    this.#ending = true;
    // What did not work is tried again at the next look.
    const again = (): void => void (this.#ending = false);
    void end().then(again, again);
  }
}

/** A pointer under which the page moved: some browsers tell of that as if a hand had moved it. */
function isStill(event: Event): boolean {
  if (event.type !== 'pointermove') return false;
  const { movementX, movementY } = event as PointerEvent;
  return movementX === 0 && movementY === 0;
}
