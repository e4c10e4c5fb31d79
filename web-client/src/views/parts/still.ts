// A button while what it asked for is under way. One that is disabled loses the focus in some browsers, and whoever works
// by keyboard or ear is at the top of the page then: this one stays where it is, says that it takes no press, and takes
// none. Enter in a field of its form presses it too.
import type { Attachment } from 'svelte/attachments';

/** A button that takes no press as long as that holds. */
export function stillWhile(that: boolean): Attachment<HTMLButtonElement> {
  return (button) => {
    if (!that) return undefined;
    button.setAttribute('aria-disabled', 'true');
    button.addEventListener('click', stop, { capture: true });
    return () => {
      button.removeAttribute('aria-disabled');
      button.removeEventListener('click', stop, { capture: true });
    };
  };
}

function stop(press: Event): void {
  press.preventDefault();
  press.stopImmediatePropagation();
}
