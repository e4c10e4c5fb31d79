// Moving a visit with a mouse, a pen or a finger. A finger that moves at once scrolls; one that rests on a
// visit takes it up, and from then on nothing scrolls under it. The column under the pointer is the day, and
// the height in it the minute; the drop only asks.
import type { Attachment } from 'svelte/attachments';
import type { Appointment } from '../../platform/api';
import { DAY_MINUTES, minuteOf, snapped, type Stretch } from '../../state/grid';
import type { Moving } from '../../state/moving.svelte';

/** So far a pointer may tremble before a press becomes a drag. */
const TREMBLE_PX = 4;
/** So far a finger may, and still rests. */
const REST_PX = 10;
/** So long a finger rests before it takes a visit up. */
export const REST_MS = 450;

/** The grid as it is drawn now. */
export interface Board {
  /** The columns, each with its day. */
  columns: () => { day: string; box: DOMRect }[];
  rows: () => Stretch;
}

/** The column that a pointer is over, or the nearest one at the side. */
export function columnAt<Column extends { box: Pick<DOMRect, 'x' | 'width'> }>(
  columns: readonly Column[],
  x: number,
): Column | undefined {
  const apart = ({ box }: Column): number => Math.max(box.x - x, x - box.x - box.width, 0);
  return [...columns].sort((a, b) => apart(a) - apart(b))[0];
}

/** The minute at a height of a column. */
export function minuteAt(y: number, box: Pick<DOMRect, 'y' | 'height'>, rows: Stretch): number {
  return rows.from + ((y - box.y) / box.height) * (rows.until - rows.from);
}

/** What a hand does with a visit. */
export type Hand = Pick<Moving, 'held' | 'take' | 'to' | 'putDown' | 'putBack'>;

export class Drag {
  /** Where the press began, until it ends. */
  #pressed: { x: number; y: number; minute: number } | null = null;
  /** A finger rests, and has not taken anything up yet. */
  #resting: ReturnType<typeof setTimeout> | null = null;
  /** This press has become a drag, perhaps one that was put back: its click opens nothing. */
  #dragged = false;
  readonly #moving: Hand;
  readonly #board: Board;

  constructor(moving: Hand, board: Board) {
    this.#moving = moving;
    this.#board = board;
  }

  /** Whether a click is the end of a drag. A click by a key has no detail. */
  ends({ detail }: MouseEvent): boolean {
    const dragged = this.#dragged && detail > 0;
    this.#dragged = false;
    return dragged;
  }

  /** For the button of a visit that may be moved. */
  grip(visit: Appointment): Attachment<HTMLElement> {
    return (button) => {
      const heard = new AbortController();
      const { signal } = heard;
      const listen = (name: 'pointerdown' | 'pointermove' | 'pointerup' | 'pointercancel', act: (event: PointerEvent) => void): void =>
        button.addEventListener(name, act, { signal });
      listen('pointerdown', (event) => this.#press(event, button, visit));
      listen('pointermove', (event) => this.#move(event, visit));
      listen('pointerup', () => this.#end(() => this.#moving.putDown()));
      listen('pointercancel', () => this.#end(() => this.#moving.putBack()));
      // Neither does the page go with the finger nor does the browser ask what to do with what is pressed so long.
      const still = (event: Event): void => {
        const taken = this.#pressed !== null && this.#dragged;
        if (taken || (event.type === 'contextmenu' && this.#resting !== null)) event.preventDefault();
      };
      for (const name of ['touchmove', 'contextmenu']) button.addEventListener(name, still, { signal, passive: false });
      return () => {
        heard.abort();
        this.#rest(null);
      };
    };
  }

  #press({ button, pointerType, pointerId, clientX: x, clientY: y }: PointerEvent, grip: HTMLElement, visit: Appointment): void {
    this.#dragged = false;
    const here = this.#minute(x, y);
    if (button !== 0 || here === null) return;
    this.#pressed = { x, y, minute: here.minute };
    if (pointerType === 'touch') {
      this.#rest(() => this.#take(visit));
      return;
    }
    // A fast hand leaves the button with its first move.
    grip.setPointerCapture(pointerId);
  }

  /** Waits until a finger has rested; or no longer. */
  #rest(then: (() => void) | null): void {
    if (this.#resting !== null) clearTimeout(this.#resting);
    this.#resting = null;
    if (then === null) return;
    this.#resting = setTimeout(() => {
      this.#resting = null;
      then();
    }, REST_MS);
  }

  #take(visit: Appointment): void {
    this.#dragged = true;
    this.#moving.take(visit, 'hand');
  }

  #move({ clientX: x, clientY: y }: PointerEvent, visit: Appointment): void {
    if (this.#pressed === null) return;
    if (!this.#dragged) {
      const resting = this.#resting !== null;
      if (Math.hypot(x - this.#pressed.x, y - this.#pressed.y) < (resting ? REST_PX : TREMBLE_PX)) return;
      if (resting) {
        // It scrolls.
        this.#end(() => undefined);
        return;
      }
      this.#take(visit);
    }
    const here = this.#minute(x, y);
    if (here === null || this.#moving.held === null) return;
    // It hangs where it was gripped.
    const begins = minuteOf(visit.yours.civil) + here.minute - this.#pressed.minute;
    const { from, until } = this.#board.rows();
    this.#moving.to(here.day, snapped(begins, { from, until: Math.min(until, DAY_MINUTES) }));
  }

  #end(act: () => unknown): void {
    this.#pressed = null;
    this.#rest(null);
    const held = this.#moving.held;
    if (held?.by === 'hand' && !held.down) act();
  }

  #minute(x: number, y: number): { day: string; minute: number } | null {
    const column = columnAt(this.#board.columns(), x);
    return column === undefined ? null : { day: column.day, minute: minuteAt(y, column.box, this.#board.rows()) };
  }
}
