import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Appointment } from '../../platform/api';
import { Drag, REST_MS, columnAt, minuteAt, type Hand } from './drag';

const columns = [
  { day: 'monday', box: { x: 100, width: 100 } }, { day: 'tuesday', box: { x: 200, width: 100 } },
];

test('a pointer beside the grid means the nearest day', () => {
  expect(columnAt(columns, 150)?.day).toBe('monday');
  expect(columnAt(columns, 250)?.day).toBe('tuesday');
  expect(columnAt(columns, 20)?.day).toBe('monday');
  expect(columnAt(columns, 900)?.day).toBe('tuesday');
  expect(columnAt([], 900)).toBeUndefined();
});

test('a height in a column is a minute of what is shown, however high a row is', () => {
  const rows = { from: 480, until: 1_080 };
  expect(minuteAt(50, { y: 50, height: 600 }, rows)).toBe(480);
  expect(minuteAt(350, { y: 50, height: 600 }, rows)).toBe(780);
  expect(minuteAt(650, { y: 50, height: 1_200 }, rows)).toBe(780);
});

describe('a hand', () => {
  const rows = { from: 480, until: 1_080 };
  const box = { x: 100, y: 0, width: 100, height: 600 } as DOMRect;
  const visit = { id: 'v', minutes: 30, yours: { civil: '2026-11-10T10:00', zone: 'America/Chicago', offset: '-06:00' } } as Appointment;
  let done: string[];
  let drag: Drag;
  let button: EventTarget;

  beforeEach(() => {
    vi.useFakeTimers();
    done = [];
    const hand: Hand = {
      held: null,
      take: (one, by) => {
        done.push('take');
        hand.held = { visit: one, by, day: 'monday', minute: 600, down: false };
      },
      to: (day, minute) => done.push(`${day} ${minute}`),
      putDown: () => {
        done.push('down');
        return true;
      },
      putBack: () => {
        done.push('back');
        hand.held = null;
      },
    };
    drag = new Drag(hand, { columns: () => [{ day: 'monday', box }], rows: () => rows });
    button = Object.assign(new EventTarget(), { setPointerCapture: () => done.push('capture') });
    drag.grip(visit)(button as HTMLElement);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Whether the browser may do what it does by itself. */
  function does(name: string, y: number, pointerType = 'touch'): boolean {
    const event = new Event(name, { cancelable: true });
    return button.dispatchEvent(Object.assign(event, { button: 0, pointerType, pointerId: 1, clientX: 150, clientY: y }));
  }

  test('with a mouse moves a visit at once', () => {
    does('pointerdown', 130, 'mouse');
    does('pointermove', 133, 'mouse');
    expect(done).toEqual(['capture']);
    does('pointermove', 190, 'mouse');
    does('pointerup', 190, 'mouse');
    expect(done).toEqual(['capture', 'take', 'monday 660', 'down']);
  });

  test('of which a finger moves at once scrolls, and never takes anything up', () => {
    does('pointerdown', 130);
    vi.advanceTimersByTime(REST_MS - 1);
    expect(does('touchmove', 135)).toBe(true);
    does('pointermove', 145);
    vi.advanceTimersByTime(10 * REST_MS);
    does('pointermove', 300);
    expect(does('touchmove', 300)).toBe(true);
    does('pointerup', 300);
    expect(done).toEqual([]);
    expect(drag.ends({ detail: 1 } as MouseEvent)).toBe(false);
  });

  test('of which a finger rests takes the visit up, and the page stays where it is', () => {
    expect(REST_MS).toBeGreaterThanOrEqual(400);
    does('pointerdown', 130);
    does('pointermove', 136);
    vi.advanceTimersByTime(REST_MS - 1);
    expect(done).toEqual([]);
    expect(does('contextmenu', 136)).toBe(false);
    vi.advanceTimersByTime(1);
    expect(done).toEqual(['take']);
    expect(does('touchmove', 190)).toBe(false);
    does('pointermove', 190);
    expect(does('contextmenu', 190)).toBe(false);
    does('pointerup', 190);
    expect(done).toEqual(['take', 'monday 660', 'down']);
    // Its click opens nothing, and afterwards the page scrolls again.
    expect(drag.ends({ detail: 1 } as MouseEvent)).toBe(true);
    expect(does('touchmove', 250)).toBe(true);
  });

  test('of which a finger is lifted or taken away sooner does nothing', () => {
    for (const end of ['pointerup', 'pointercancel']) {
      does('pointerdown', 130);
      vi.advanceTimersByTime(REST_MS - 1);
      does(end, 130);
      vi.advanceTimersByTime(10 * REST_MS);
    }
    expect(done).toEqual([]);
  });

  test('that is taken away puts the visit back', () => {
    does('pointerdown', 130);
    vi.advanceTimersByTime(REST_MS);
    does('pointercancel', 130);
    expect(done).toEqual(['take', 'back']);
  });
});
