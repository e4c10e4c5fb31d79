// Where the focus lands when a button is gone with what it asked for: on the heading that it stood under, else on the
// page's. Whoever went elsewhere meanwhile stays there.
import { tick } from 'svelte';

/** What a part of a page begins with. */
const BEGINNINGS = ['H1', 'H2', 'H3', 'H4', 'SUMMARY'];

/** The heading that something stands under: the nearest before it that no other part of the page keeps to itself. */
export function headingOver(something: Element): HTMLElement | null {
  for (let at: Element | null = something; at !== null; at = at.parentElement) {
    for (let before = at.previousElementSibling; before !== null; before = before.previousElementSibling) {
      if (BEGINNINGS.includes(before.tagName)) return before as HTMLElement;
    }
  }
  return pageHeading();
}

/** Does what a button asks for, and sees to the focus. */
export async function landAfter(button: Element, act: () => Promise<unknown>): Promise<void> {
  const over = headingOver(button);
  await act();
  await tick();
  if (document.activeElement !== document.body) return;
  const there = over?.isConnected === true ? over : pageHeading();
  if (there === null) return;
  if (there.tagName !== 'SUMMARY') there.tabIndex = -1;
  there.focus();
}

function pageHeading(): HTMLElement | null {
  return document.querySelector('h1');
}
