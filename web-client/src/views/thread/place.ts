// Where a reader is in a scroller: by the first entry they see, not by pixels from an end.

/** Remembers the place; call the result once the page has changed. */
export function keepPlace(scroller: HTMLElement): () => void {
  const top = scroller.getBoundingClientRect().top;
  const entries = [...scroller.querySelectorAll('[data-item]')];
  const first = entries.find((entry) => entry.getBoundingClientRect().bottom > top);
  if (first === undefined) return () => undefined;
  const before = first.getBoundingClientRect().top;
  const id = first.getAttribute('data-item');
  return () => {
    // A message that got its place may stand in a new element.
    const now = [...scroller.querySelectorAll('[data-item]')].find((entry) => entry.getAttribute('data-item') === id);
    if (now !== undefined) scroller.scrollTop += now.getBoundingClientRect().top - before;
  };
}
