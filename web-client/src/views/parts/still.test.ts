import { expect, test } from 'vitest';
import { stillWhile } from './still';

class Button extends EventTarget {
  readonly said = new Map<string, string>();

  setAttribute(name: string, value: string): void {
    this.said.set(name, value);
  }

  removeAttribute(name: string): void {
    this.said.delete(name);
  }
}

/** A button as it is then, what ends that, and a press: whether it goes on to what the browser does of itself. */
function button(that: boolean): { one: Button; end: () => void; press: () => boolean; presses: () => number } {
  const one = new Button();
  const end = stillWhile(that)(one as unknown as HTMLButtonElement);
  let presses = 0;
  one.addEventListener('click', () => (presses += 1));
  return {
    one,
    end: typeof end === 'function' ? end : () => undefined,
    press: () => one.dispatchEvent(new Event('click', { cancelable: true })),
    presses: () => presses,
  };
}

test('what is under way takes no press and says so, until it is over', () => {
  const { one, end, press, presses } = button(true);
  expect(one.said.get('aria-disabled')).toBe('true');
  expect(press(), 'its form is not sent').toBe(false);
  expect(presses()).toBe(0);
  end();
  expect(one.said.has('aria-disabled')).toBe(false);
  expect(press()).toBe(true);
  expect(presses()).toBe(1);
});

test('otherwise a press is a press', () => {
  const { one, press, presses } = button(false);
  expect(one.said.size).toBe(0);
  expect(press()).toBe(true);
  expect(presses()).toBe(1);
});
