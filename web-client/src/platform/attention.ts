// Whether a person can be looking at the page: in front, and with the focus.

export function attentive(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

/** Tells whenever the page may have come back to the front; gives back how to stop. */
export function onAttention(heard: () => void): () => void {
  addEventListener('focus', heard);
  document.addEventListener('visibilitychange', heard);
  return () => {
    removeEventListener('focus', heard);
    document.removeEventListener('visibilitychange', heard);
  };
}
