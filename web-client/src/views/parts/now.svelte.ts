// The present moment for a page that stays open: what is next, what can be taken back.
const STEP_MS = 30_000;

/** Milliseconds since 1970, renewed while a component lives. Call it where a component starts. */
export function ticking(): { readonly ms: number } {
  let ms = $state(Date.now());
  $effect(() => {
    const timer = setInterval(() => (ms = Date.now()), STEP_MS);
    return () => clearInterval(timer);
  });
  return {
    get ms() {
      return ms;
    },
  };
}
