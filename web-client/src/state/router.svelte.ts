// The address bar's fragment, read and written. A link that lets a device in is taken out of it the
// moment it is seen: it stays neither in the bar nor in the history.
import type { CalendarSpan } from './calendar.svelte';
import { isDay } from './days';

/** What a link to a client's visits may ask for. */
export type VisitAct = 'move' | 'close' | 'book';

export type Route =
  | { name: 'circles' }
  | { name: 'conversation'; circle: string }
  | { name: 'members'; circle: string }
  | { name: 'people' }
  /** One client; with one of their visits, or what is to be done: to move it, to say how it went, to book another. */
  | { name: 'person'; person: string; visit?: string; act?: VisitAct }
  /** New keys for the client or one of the caregivers. */
  | { name: 'new_keys'; person: string; who: string }
  /** A new client: who is it? */
  | { name: 'intake' }
  /** Who helps the client. */
  | { name: 'helpers'; person: string }
  /** The invitation of the client or one of the caregivers. */
  | { name: 'invite'; person: string; who: string }
  /** Clients who go from one case manager to another. */
  | { name: 'transfers' }
  /** Who serves whom, for supervisors. */
  | { name: 'caseloads' }
  /** Who works here, for administrators. */
  | { name: 'staff' }
  | { name: 'visits' }
  /** `day` is a calendar day; null: today. */
  | { name: 'calendar'; span: CalendarSpan; day: string | null }
  /** The kinds of visits that the agency offers. */
  | { name: 'visit_types' }
  /** The days on which the agency is closed. */
  | { name: 'closures' }
  /** When this worker can be booked. */
  | { name: 'hours' }
  /** What the agency has done by itself, for administrators. */
  | { name: 'jobs' }
  /** When the server was down, and whom to call because of it. */
  | { name: 'outages' }
  | { name: 'settings' }
  | { name: 'devices' }
  | { name: 'recovery' }
  /** Who has looked at a client's own record; `person`: of whom, for somebody who acts for them. */
  | { name: 'access'; person?: string }
  /** The audit log, for those who review it. */
  | { name: 'audit' };

const ID = '([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})';
const calendar = (span: CalendarSpan) => (day: string): Route => ({
  name: 'calendar', span, day: isDay(day) ? day : null,
});
const table: [RegExp, (part: string, second: string) => Route][] = [
  [/^#\/people$/, () => ({ name: 'people' })],
  [/^#\/people\/new$/, () => ({ name: 'intake' })],
  [new RegExp(`^#/people/${ID}/helpers$`), (person) => ({ name: 'helpers', person })],
  [new RegExp(`^#/people/${ID}/invite/${ID}$`), (person, who) => ({ name: 'invite', person, who })],
  [/^#\/people\/transfers$/, () => ({ name: 'transfers' })],
  [/^#\/caseloads$/, () => ({ name: 'caseloads' })],
  [/^#\/staff$/, () => ({ name: 'staff' })],
  [/^#\/visits$/, () => ({ name: 'visits' })],
  [/^#\/calendar\/day(?:\/([-\d]+))?$/, calendar('day')],
  [/^#\/calendar(?:\/week(?:\/([-\d]+))?)?$/, calendar('week')],
  [/^#\/calendar\/visit-types$/, () => ({ name: 'visit_types' })],
  [/^#\/calendar\/closures$/, () => ({ name: 'closures' })],
  [/^#\/calendar\/hours$/, () => ({ name: 'hours' })],
  [/^#\/jobs$/, () => ({ name: 'jobs' })],
  [/^#\/outages$/, () => ({ name: 'outages' })],
  [/^#\/settings$/, () => ({ name: 'settings' })],
  [/^#\/settings\/devices$/, () => ({ name: 'devices' })],
  [/^#\/settings\/recovery$/, () => ({ name: 'recovery' })],
  [/^#\/settings\/access$/, () => ({ name: 'access' })],
  [new RegExp(`^#/people/${ID}/access$`), (person) => ({ name: 'access', person })],
  [/^#\/audit$/, () => ({ name: 'audit' })],
  [new RegExp(`^#/people/${ID}$`), (person) => ({ name: 'person', person })],
  [new RegExp(`^#/people/${ID}/book$`), (person) => ({ name: 'person', person, act: 'book' })],
  [new RegExp(`^#/people/${ID}/visits/${ID}$`), (person, visit) => ({ name: 'person', person, visit })],
  [new RegExp(`^#/people/${ID}/visits/${ID}/move$`), (person, visit) => ({ name: 'person', person, visit, act: 'move' })],
  [new RegExp(`^#/people/${ID}/visits/${ID}/close$`), (person, visit) => ({ name: 'person', person, visit, act: 'close' })],
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
    case 'person': {
      const visit = route.visit === undefined ? [] : ['visits', route.visit];
      return ['#/people', route.person, ...visit, ...(route.act === undefined ? [] : [route.act])].join('/');
    }
    case 'transfers':
      return '#/people/transfers';
    case 'new_keys':
      return `#/people/${route.person}/new-keys/${route.who}`;
    case 'intake':
      return '#/people/new';
    case 'helpers':
      return `#/people/${route.person}/helpers`;
    case 'invite':
      return `#/people/${route.person}/invite/${route.who}`;
    case 'calendar':
      return ['#/calendar', route.span, ...(route.day === null ? [] : [route.day])].join('/');
    case 'visit_types':
      return '#/calendar/visit-types';
    case 'closures':
      return '#/calendar/closures';
    case 'hours':
      return '#/calendar/hours';
    case 'devices':
    case 'recovery':
      return `#/settings/${route.name}`;
    case 'access':
      return route.person === undefined ? '#/settings/access' : `#/people/${route.person}/access`;
    default:
      return `#/${route.name}`;
  }
}

/** Links that let a device in: for a person who has none yet, or from their first one to a second. */
const LINK = /^#\/(?:link|join|device)\//;

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
  /** Why the person was signed out, if not by their own hand, in the present language. */
  why: (() => string) | null = null;
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
