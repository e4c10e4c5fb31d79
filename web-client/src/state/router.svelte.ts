// The address bar's fragment, read and written. A link that lets a device in is taken out of it the
// moment it is seen: it stays neither in the bar nor in the history.
import type { CalendarSpan } from './calendar.svelte';
import { isDay } from './days';

export type Route =
  | { name: 'circles' }
  | { name: 'conversation'; circle: string }
  | { name: 'members'; circle: string }
  | { name: 'people' }
  | { name: 'person'; person: string }
  /** New keys for the client or one of the caregivers. */
  | { name: 'new_keys'; person: string; who: string }
  | { name: 'visits' }
  /** `day` is a calendar day; null: today. */
  | { name: 'calendar'; span: CalendarSpan; day: string | null }
  | { name: 'settings' }
  | { name: 'devices' }
  | { name: 'recovery' }
  /** Who has looked at a client's own record. */
  | { name: 'access' }
  /** The audit log, for those who review it. */
  | { name: 'audit' };

const ID = '([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})';
const calendar = (span: CalendarSpan) => (day: string): Route => ({
  name: 'calendar', span, day: isDay(day) ? day : null,
});
const table: [RegExp, (part: string, second: string) => Route][] = [
  [/^#\/people$/, () => ({ name: 'people' })],
  [/^#\/visits$/, () => ({ name: 'visits' })],
  [/^#\/calendar\/day(?:\/([-\d]+))?$/, calendar('day')],
  [/^#\/calendar(?:\/week(?:\/([-\d]+))?)?$/, calendar('week')],
  [/^#\/settings$/, () => ({ name: 'settings' })],
  [/^#\/settings\/devices$/, () => ({ name: 'devices' })],
  [/^#\/settings\/recovery$/, () => ({ name: 'recovery' })],
  [/^#\/settings\/access$/, () => ({ name: 'access' })],
  [/^#\/audit$/, () => ({ name: 'audit' })],
  [new RegExp(`^#/people/${ID}$`), (person) => ({ name: 'person', person })],
  [new RegExp(`^#/people/${ID}/new-keys/${ID}$`), (person, who) => ({ name: 'new_keys', person, who })],
  [new RegExp(`^#/circles/${ID}$`), (circle) => ({ name: 'conversation', circle })],
  [new RegExp(`^#/circles/${ID}/members$`), (circle) => ({ name: 'members', circle })],
];

/** The page that a fragment names; the circles for anything unknown. */
export function parse(hash: string): Route {
  for (const [pattern, route] of table) {
    const found = pattern.exec(hash);
    if (found !== null) return route(found[1] ?? '', found[2] ?? '');
  }
  return { name: 'circles' };
}

/** The fragment of a page. */
export function href(route: Route): string {
  switch (route.name) {
    case 'conversation':
      return `#/circles/${route.circle}`;
    case 'members':
      return `#/circles/${route.circle}/members`;
    case 'person':
      return `#/people/${route.person}`;
    case 'new_keys':
      return `#/people/${route.person}/new-keys/${route.who}`;
    case 'calendar':
      return ['#/calendar', route.span, ...(route.day === null ? [] : [route.day])].join('/');
    case 'devices':
    case 'recovery':
    case 'access':
      return `#/settings/${route.name}`;
    default:
      return `#/${route.name}`;
  }
}

/** Links that let a device in: for a person who has none yet, or from their first one to a second. */
const LINK = /^#\/(?:link|device)\//;

/** The page's address and history, as far as the router needs them. */
export interface Address {
  readonly location: { hash: string; href: string; pathname: string };
  readonly history: { replaceState(data: null, unused: string, url: string): void };
  addEventListener(name: 'hashchange', heard: () => void): void;
}

export class Router {
  route = $state.raw<Route>({ name: 'circles' });
  /** A link that was in the address bar and waits to be looked at. */
  link = $state<string | null>(null);
  /** Whether a person has moved within the app: then a new page takes the focus. */
  moved = false;
  /** Told when a link came while the app was open. */
  onLink: () => void = () => undefined;
  readonly #address: Address;

  constructor(address: Address) {
    this.#address = address;
    this.#read();
    address.addEventListener('hashchange', () => {
      this.moved = true;
      this.#read();
    });
  }

  go(route: Route): void {
    this.#address.location.hash = href(route);
  }

  #read(): void {
    const { location, history } = this.#address;
    if (LINK.test(location.hash)) {
      this.link = location.href;
      history.replaceState(null, '', location.pathname);
      this.onLink();
    }
    this.route = parse(location.hash);
  }
}
