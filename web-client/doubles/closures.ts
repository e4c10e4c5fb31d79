// A double of the days on which the agency is closed: kept in memory, with three visits on whatever is added.
import type { ClosedDays, Closure } from '../src/platform/api';
import { good, type Answered } from './answered';

let made = 0;
const newId = (): string => `01990000-0000-7000-b000-${String(++made).padStart(12, '0')}`;

export class ClosuresDouble {
  list: Closure[] = [
    { id: newId(), days: { name: 'Winter break', from: '2096-12-24', until: '2096-12-26' }, booked: 2 },
  ];

  answer(method: string, id: string, body: unknown): Answered {
    if (method === 'GET') return good({ closures: this.list });
    if (method === 'DELETE') {
      this.list = this.list.filter((one) => one.id !== id);
      return { status: 204, body: null };
    }
    const { days } = body as { days: ClosedDays };
    const added: Closure = { id: newId(), days, booked: 3 };
    this.list = [...this.list, added];
    return good(added);
  }
}
