// A worker's hours as they are being written: a line for each stretch of a weekday, and for each date
// that is otherwise. Times are texts as `<input type="time">` has them; midnight at the end is "00:00".
import type { Answer, Api, HoursSaved, WorkingHours } from '../platform/api';

export interface Stretch {
  /** Stable while the page is open. */
  key: number;
  from: string;
  until: string;
}

export interface Weekday {
  /** 1 (Monday) to 7. */
  number: number;
  open: Stretch[];
}

export interface OtherDay {
  key: number;
  date: string;
  /** Empty: closed all day. */
  open: Stretch[];
}

/** Whether they end before they begin, or as they do: the server takes no such hours. */
export function backwards({ from, until }: Pick<Stretch, 'from' | 'until'>): boolean {
  return from !== '' && until !== '' && until !== '00:00' && until <= from;
}

/** What a new stretch begins with: the ordinary day, or after what there is already. */
const ORDINARY = { from: '09:00', until: '17:00' };
const WEEK = [1, 2, 3, 4, 5, 6, 7];

export class Hours {
  progress = $state<'loading' | 'ready' | 'failed'>('loading');
  zone = $state('');
  week = $state<Weekday[]>([]);
  others = $state<OtherDay[]>([]);
  busy = $state(false);
  /** Booked visits that lie outside the hours saved last; null: nothing was saved. */
  outside = $state<number | null>(null);
  readonly #api: Api;
  #keys = 0;

  constructor(api: Api) {
    this.#api = api;
  }

  async load(): Promise<void> {
    const answer = await this.#api.hours();
    if (answer.ok) this.#take(answer.body);
    this.progress = answer.ok ? 'ready' : 'failed';
  }

  /** Saves; the code of the refusal, or null when done. What is written while the server takes its time stays. */
  async save(): Promise<string | null> {
    this.busy = true;
    const { written } = this;
    const answer: Answer<HoursSaved> = await this.#api.putHours(written);
    this.busy = false;
    if (!answer.ok) return answer.code;
    if (JSON.stringify(this.written) === JSON.stringify(written)) this.#take(answer.body.hours);
    this.outside = answer.body.outside;
    return null;
  }

  /** As the server reads them; dates that were left empty are left out. */
  get written(): WorkingHours {
    const open = ({ from, until }: Stretch) => ({ from, until: until === '00:00' ? '24:00' : until });
    return {
      zone: this.zone.trim(),
      weekly: this.week.flatMap(({ number, open: stretches }) =>
        stretches.map((stretch) => ({ weekday: number, open: open(stretch) })),
      ),
      dated: this.others
        .filter(({ date }) => date !== '')
        .map(({ date, open: stretches }) => ({ date, open: stretches.map(open) })),
    };
  }

  /** One more stretch of a day: the ordinary one, else an hour after the last. */
  add(open: Stretch[]): void {
    const last = open.at(-1);
    open.push(this.#stretch(last === undefined ? ORDINARY : after(last.until)));
  }

  remove(open: Stretch[], stretch: Stretch): void {
    const at = open.indexOf(stretch);
    if (at >= 0) open.splice(at, 1);
  }

  /** The same hours from Tuesday to Friday as on Monday. */
  copyMonday(): void {
    const monday = this.week[0]?.open ?? [];
    for (const day of this.week.slice(1, 5)) day.open = monday.map((stretch) => this.#stretch(stretch));
  }

  addDay(): void {
    this.others.push({ key: ++this.#keys, date: '', open: [] });
  }

  removeDay(day: OtherDay): void {
    this.others = this.others.filter((other) => other !== day);
  }

  /** Whether its date was said before: the server takes each once. */
  twice(day: OtherDay): boolean {
    return day.date !== '' && this.others.find(({ date }) => date === day.date)?.key !== day.key;
  }

  #stretch({ from, until }: { from: string; until: string }): Stretch {
    return { key: ++this.#keys, from, until: until === '24:00' ? '00:00' : until };
  }

  #take({ zone, weekly, dated }: WorkingHours): void {
    this.zone = zone;
    this.week = WEEK.map((number) => ({
      number,
      open: weekly
        .filter(({ weekday }) => weekday === number)
        .map(({ open }) => this.#stretch(open))
        .sort((a, b) => a.from.localeCompare(b.from)),
    }));
    this.others = dated
      .map(({ date, open }) => ({ key: ++this.#keys, date, open: open.map((one) => this.#stretch(one)) }))
      .sort((a, b) => a.date.localeCompare(b.date));
  }
}

/** An hour's pause, then an hour; never over midnight. */
function after(until: string): { from: string; until: string } {
  const hour = Number(until.slice(0, 2));
  const clock = (at: number): string => `${String(Math.min(at, 23)).padStart(2, '0')}:00`;
  return { from: clock(hour + 1), until: clock(hour + 2) };
}
