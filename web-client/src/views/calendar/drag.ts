// Moving a visit with a mouse or a pen. A finger scrolls: with it a visit is moved by its form. The
// column under the pointer is the day, and the height in it the minute; the drop only asks.
import type { Attachment } from 'svelte/attachments';
import type { Appointment } from '../../platform/api';
import { DAY_MINUTES, minuteOf, snapped, type Stretch } from '../../state/grid';
import type { Moving } from '../../state/moving.svelte';

/** So far a pointer may tremble before a press becomes a drag. */
const TREMBLE_PX = 4;

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

export class Drag {
  /** Where the press began, until it ends. */
  #pressed: { x: number; y: number; minute: number } | null = null;
  /** This press has become a drag, perhaps one that was put back: its click opens nothing. */
  #dragged = false;
  readonly #moving: Moving;
  readonly #board: Board;

  constructor(moving: Moving, board: Board) {
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
      const listen = (name: 'pointerdown' | 'pointermove' | 'pointerup' | 'pointercancel', act: (event: PointerEvent) => void): void =>
        button.addEventListener(name, act, { signal: heard.signal });
      listen('pointerdown', (event) => this.#press(event, button));
      listen('pointermove', (event) => this.#move(event, visit));
      listen('pointerup', () => this.#end(() => this.#moving.putDown()));
      listen('pointercancel', () => this.#end(() => this.#moving.putBack()));
      return () => heard.abort();
    };
  }

  #press({ button, pointerType, pointerId, clientX: x, clientY: y }: PointerEvent, grip: HTMLElement): void {
    this.#dragged = false;
    const here = this.#minute(x, y);
    if (button !== 0 || pointerType === 'touch' || here === null) return;
    this.#pressed = { x, y, minute: here.minute };
    // A fast hand leaves the button with its first move.
    grip.setPointerCapture(pointerId);
  }

  #move({ clientX: x, clientY: y }: PointerEvent, visit: Appointment): void {
    if (this.#pressed === null) return;
    if (!this.#dragged) {
      if (Math.hypot(x - this.#pressed.x, y - this.#pressed.y) < TREMBLE_PX) return;
      this.#dragged = true;
      this.#moving.take(visit, 'hand');
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
    const held = this.#moving.held;
    if (held?.by === 'hand' && !held.down) act();
  }

  #minute(x: number, y: number): { day: string; minute: number } | null {
    const column = columnAt(this.#board.columns(), x);
    return column === undefined ? null : { day: column.day, minute: minuteAt(y, column.box, this.#board.rows()) };
  }
}
