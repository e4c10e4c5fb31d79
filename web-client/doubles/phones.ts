// A double of people's telephone numbers: kept in memory, and taken if they have as many digits as the real one wants.
import type { Phone } from '../src/platform/api';
import { bad, good, type Answered } from './answered';
import { people } from './story';

export class PhonesDouble {
  readonly #numbers = new Map<string, string>([
    [people.maria.person, '+1 (312) 555-0142'],
    [people.ana.person, '312 555 0177'],
  ]);

  of(person: string): string | null {
    return this.#numbers.get(person) ?? null;
  }

  answer(method: string, person: string, body: unknown): Answered {
    if (method === 'GET') return good({ number: this.of(person) } satisfies Phone);
    const number = (body as Phone).number ?? null;
    if (number === null) {
      this.#numbers.delete(person);
    } else if (/^\+?[\d ()-]+$/.test(number) && /^\D*(\d\D*){5,15}$/.test(number)) {
      this.#numbers.set(person, number);
    } else {
      return bad(400, 'phone_invalid');
    }
    return good({ number } satisfies Phone);
  }
}
