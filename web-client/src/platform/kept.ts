// Small choices of this browser that are no secret: language, theme, text size. A browser that
// keeps nothing (private window, blocked storage) simply forgets them.

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(`carecircle.${name}`);
  } catch {
    return null;
  }
}

export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`carecircle.${name}`, value);
  } catch {
    // Forgotten at the next visit; nothing depends on it.
  }
}

/** Asks the browser not to clear our store when space is short. */
export function persist(): void {
  if ('storage' in navigator && 'persist' in navigator.storage) {
    navigator.storage.persist().catch(() => undefined);
  }
}
