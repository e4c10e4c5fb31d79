// Puts an element at its time in a column. The numbers go to the stylesheet as custom properties, set
// by script: the page's policy allows no styles in attributes.
import type { Attachment } from 'svelte/attachments';
import type { Place, Stretch } from '../../state/grid';

function set(element: HTMLElement, values: Record<string, number>): void {
  for (const [name, value] of Object.entries(values)) element.style.setProperty(`--${name}`, String(value));
}

/** How many minutes high a column is. */
export function high(rows: Stretch): Attachment<HTMLElement> {
  return (element) => set(element, { minutes: rows.until - rows.from });
}

/** From when until when, and in which of the lanes beside each other. */
export function placedAt(place: Stretch & Partial<Place>, rows: Stretch): Attachment<HTMLElement> {
  const { from, until, lane = 0, lanes = 1 } = place;
  return (element) => set(element, { from: from - rows.from, minutes: until - from, lane, lanes });
}
