import { expect, test } from 'vitest';
import { refusing } from '../../doubles/refusing';
import type { Answer } from '../platform/api';
import { FRESH, VisitKinds } from './visit-types.svelte';

const KIND = { id: 'home', terms: { ...FRESH, name: 'Home visit' } };

test('a kind that is gone already is ended, as after an answer that was lost', async () => {
  const answers: Answer<null>[] = [{ ok: false, code: 'unreachable' }, { ok: false, code: 'not_found' }];
  const kinds = new VisitKinds({
    ...refusing,
    visitTypes: () => Promise.resolve({ ok: true, body: { visit_types: [KIND] } }),
    endVisitType: () => Promise.resolve(answers.shift() ?? { ok: true, body: null }),
  });
  await kinds.load();
  expect(await kinds.end(KIND.id)).toBe('unreachable');
  expect(kinds.list).toEqual([KIND]);
  expect(await kinds.end(KIND.id)).toBeNull();
  expect(kinds.list).toEqual([]);
});
