import { expect, test } from 'vitest';
import { ClosuresDouble } from '../../doubles/closures';
import { refusing } from '../../doubles/refusing';
import type { Answer, Api, ClosedDays, Closure } from '../platform/api';
import { Closures } from './closures.svelte';

const good = <Body>(body: Body): Promise<Answer<Body>> => Promise.resolve({ ok: true, body });
const day = (from: string, name = 'Holiday'): ClosedDays => ({ name, from, until: from });

/** Over the double; what was sent under which ids. */
function over(): { closures: Closures; ops: string[] } {
  const double = new ClosuresDouble();
  const ops: string[] = [];
  const api: Api = {
    ...refusing,
    closures: () => good({ closures: double.list }),
    addClosure: (request) => {
      ops.push(request.op_id);
      const { body } = double.answer('POST', '', request);
      return good(body as Closure);
    },
    endClosure: (id) => {
      double.answer('DELETE', id, null);
      return good(null);
    },
  };
  return { closures: new Closures(api), ops };
}

test('days that are added stand among the others, soonest first, and are taken off again', async () => {
  const { closures, ops } = over();
  await closures.load();
  const before = closures.list.map(({ days }) => days.from);
  expect(await closures.add(day('2099-07-04'))).toBeNull();
  expect(await closures.add(day('2098-07-04'))).toBeNull();
  expect(closures.list.map(({ days }) => days.from)).toEqual([...before, '2098-07-04', '2099-07-04']);
  expect(new Set(ops).size).toBe(2);
  const last = closures.list.at(-1);
  expect(await closures.end(last?.id ?? '')).toBeNull();
  expect(closures.list.map(({ days }) => days.from)).toEqual([...before, '2098-07-04']);
});

test('a lost answer is asked for again under the same id, and a refusal changes nothing', async () => {
  const ops: string[] = [];
  const api: Api = {
    ...refusing,
    addClosure: ({ op_id }) => {
      ops.push(op_id);
      return Promise.resolve({ ok: false, code: 'unreachable' });
    },
  };
  const closures = new Closures(api);
  expect(await closures.add(day('2099-07-04'))).toBe('unreachable');
  expect(await closures.add(day('2099-07-04'))).toBe('unreachable');
  expect(ops[0]).toBe(ops[1]);
  expect(await closures.end('x')).toBe('unreachable');
  expect(closures.list).toEqual([]);
  await closures.load();
  expect(closures.progress).toBe('failed');
});

test('days that are off the list already are taken off, as after an answer that was lost', async () => {
  const double = new ClosuresDouble();
  const answers: Answer<null>[] = [{ ok: false, code: 'unreachable' }, { ok: false, code: 'not_found' }];
  const closures = new Closures({
    ...refusing,
    closures: () => good({ closures: double.list }),
    endClosure: () => Promise.resolve(answers.shift() ?? { ok: true, body: null }),
  });
  await closures.load();
  const [first] = closures.list;
  expect(await closures.end(first?.id ?? '')).toBe('unreachable');
  expect(closures.list).toEqual([first]);
  expect(await closures.end(first?.id ?? '')).toBeNull();
  expect(closures.list).toEqual([]);
});
