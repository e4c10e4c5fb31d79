import { expect, test } from 'vitest';
import { JobsDouble } from '../../doubles/jobs';
import { refusing } from '../../doubles/refusing';
import type { Answer, Api, JobPreview } from '../platform/api';
import { JobList, JobPreviewing } from './jobs.svelte';
import { OutageList } from './outages.svelte';

const good = <Body>(body: Body): Promise<Answer<Body>> => Promise.resolve({ ok: true, body });
const NOW = Date.UTC(2026, 10, 2, 15);

test('what was done to a job is read again, a refusal says why', async () => {
  const double = new JobsDouble(NOW);
  let loaded = 0;
  const api: Api = { ...refusing, jobs: () => (loaded++, good(double.jobs())), pauseJob: () => good(null) };
  const list = new JobList(api);
  await list.load();
  const job = list.told?.jobs[0];
  if (job === undefined) throw new Error('there is a job');
  expect(await list.toggle(job)).toBeNull();
  expect(loaded).toBe(2);
  expect(await list.run(job)).toBe('unreachable');
  expect(loaded).toBe(2);
});

test('whoever says that the clock is right reads the list again, and a refusal is told', async () => {
  const double = new JobsDouble(NOW);
  double.jump();
  const api: Api = {
    ...refusing,
    jobs: () => good(double.jobs()),
    confirmClock: ({ jump }) => {
      const { status } = double.answer('POST', ['jobs', 'clock'], { jump });
      return status === 204 ? good(null) : Promise.resolve({ ok: false, code: 'not_found' });
    },
  };
  const list = new JobList(api);
  await list.load();
  const jump = list.told?.clock;
  if (jump === undefined || jump === null) throw new Error('it jumped');
  expect(await list.confirmClock({ ...jump, id: 'another' })).toBe('not_found');
  expect(list.told?.clock).toEqual(jump);
  expect(await list.confirmClock(jump)).toBeNull();
  expect(list.told?.clock).toBeUndefined();
});

test('of several previews only the newest is shown', async () => {
  const waiting: ((answer: Answer<JobPreview>) => void)[] = [];
  const api: Api = { ...refusing, previewJob: () => new Promise((resolve) => waiting.push(resolve)) };
  const preview = new JobPreviewing(api);
  const asked = [preview.show('0 9 * *', false), preview.show('0 9 * * *', false)];
  const at = { civil: '2026-11-03T09:00', offset: '-06:00', zone: 'America/Chicago' };
  waiting[1]?.({ ok: true, body: { next_runs: [at] } });
  waiting[0]?.({ ok: false, code: 'cron_fields' });
  await Promise.all(asked);
  expect(preview.runs).toEqual([at]);
  expect(preview.refused).toBeNull();
});

test('whoever was called waits no longer', async () => {
  const double = new JobsDouble(NOW);
  const api: Api = {
    ...refusing,
    outages: () => good(double.outages()),
    noteCall: (outage, { participant }) => good(double.call(outage, participant)),
  };
  const outages = new OutageList(api);
  await outages.load();
  expect(outages.waiting).toBe(2);
  const [outage] = outages.list;
  const [call] = outage?.calls ?? [];
  if (outage === undefined || call === undefined) throw new Error('somebody is to be called');
  expect(await outages.call(outage.id, call.participant)).toBeNull();
  expect(outages.waiting).toBe(1);
});
