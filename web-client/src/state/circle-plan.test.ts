import { beforeEach, expect, test } from 'vitest';
import { refusing } from '../../doubles/refusing';
import { peopleAround } from '../../doubles/story';
import { Worker } from '../../doubles/worker';
import type { Api, PlanCircle } from '../platform/api';
import { planCircle } from './circle-plan';
import { People } from './people.svelte';

const [client] = peopleAround().clients;
if (client === undefined) throw new Error('the story lost its people');
const draft = { title: ' Maria’s family ', members: ['a'], keep: true };

let worker: Worker;
let asked: PlanCircle[];
beforeEach(() => {
  worker = new Worker();
  asked = [];
});

/** A page whose server refuses with these codes, one after the other, and then plans the circle. */
function page(...codes: string[]) {
  const api: Api = {
    ...refusing,
    planCircle: (request) => {
      asked.push(request);
      const code = codes.shift();
      return Promise.resolve(code === undefined ? { ok: true, body: { id: 'c' } as never } : { ok: false, code });
    },
  };
  return { api, client: worker, people: new People(api) };
}

test('a lost answer is asked for again under the same id, a new intent under a new one', async () => {
  const app = page('unreachable');
  expect(await planCircle(app, client, draft)).toBe('unreachable');
  expect(await planCircle(app, client, draft)).toBeNull();
  expect(await planCircle(app, client, draft)).toBeNull();
  const [first, second, third] = asked.map(({ op_id }) => op_id);
  expect(first).toBe(second);
  expect(third).not.toBe(second);
  expect(asked[0]?.title).toBe('Maria’s family');
});

test('who comes after a log-off has wishes of their own', async () => {
  await planCircle(page('unreachable'), client, draft);
  await planCircle(page(), client, draft);
  expect(asked[1]?.op_id).not.toBe(asked[0]?.op_id);
});

test('whether it keeps history is told to the server and to this device', async () => {
  const app = page();
  for (const keep of [true, false]) await planCircle(app, client, { ...draft, keep });
  expect(asked.map(({ history }) => history)).toEqual(['eras', 'off']);
  expect(worker.commands).toEqual([true, false].map((keep) => ({ kind: 'keep_history', circle: 'c', keep })));
});

test('a circle that was refused is told to nobody', async () => {
  expect(await planCircle(page('not_allowed'), client, { ...draft, keep: false })).toBe('not_allowed');
  expect(worker.commands).toEqual([]);
});
