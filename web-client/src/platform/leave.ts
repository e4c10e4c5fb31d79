// Quick exit: what is on the screen is gone before anything else happens, and "back" does not
// return to it. The history entries before this one are the browser's and cannot be removed.
const SOMEWHERE_HARMLESS = 'https://www.weather.gov/';

export function leave(end: () => void): void {
  document.body.replaceChildren();
  document.title = '\u00a0';
  end();
  location.replace(SOMEWHERE_HARMLESS);
}
