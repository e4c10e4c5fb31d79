// Whether the window has room for a grid: as wide as where the pages stand side by side. Call it where
// a component starts.

export function wideness(): { readonly wide: boolean } {
  const query = matchMedia('(width >= 56.25em)');
  let wide = $state(query.matches);
  $effect(() => {
    const look = (): void => void (wide = query.matches);
    query.addEventListener('change', look);
    return () => query.removeEventListener('change', look);
  });
  return {
    get wide() {
      return wide;
    },
  };
}
