// The present moment for a page that stays open: what is next, what can be taken back.
const STEP_MS = 30_000;

/** Milliseconds since 1970, renewed so often while a component lives. Call it where a component starts. */
export function ticking(stepMs = STEP_MS): { readonly ms: number } {
  let ms = $state(Date.now());
  $effect(() => {
    const timer = setInterval(() => (ms = Date.now()), stepMs);
    return () => clearInterval(timer);
  });
  return {
    get ms() {
      return ms;
    },
  };
}
