// A page by keyboard alone: the way to a control, and where the focus is.
import type { Page } from 'playwright-core';

/** Presses Tab until the control with these words has the focus; fails if it never comes. */
export async function tabTo(on: Page, words: string | RegExp): Promise<void> {
  for (let step = 0; step < 60; step += 1) {
    const now = await on.evaluate(() => {
      const { activeElement: at } = document;
      const field = at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement;
      return field ? (at.labels?.[0]?.textContent ?? '') : (at?.textContent?.trim() ?? '');
    });
    // The page itself has all words.
    const size = await on.evaluate(() => document.activeElement?.getBoundingClientRect().height ?? Infinity);
    if (size < 200 && (typeof words === 'string' ? now === words : words.test(now))) return;
    await on.keyboard.press('Tab');
  }
  throw new Error(`no way by keyboard to: ${String(words)}`);
}

/** What has the focus. */
export function focused(on: Page): Promise<string> {
  return on.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
}
