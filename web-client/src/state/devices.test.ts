import { encode } from 'uqr';
import { beforeEach, describe, expect, test } from 'vitest';
import { Worker } from '../../doubles/worker';
import { refusing } from '../../doubles/refusing';
import { people, safetyNumber } from '../../doubles/story';
import type { DeviceView, DevicesView } from '../core/types.gen';
import { App } from './app.svelte';
import { groups, waysBack, wholeLink, type Devices } from './devices.svelte';
import { square } from './qr';
import { Recovery, misread, plainCode } from './recovery.svelte';
import { Router } from './router.svelte';

const device = (name: string, over: Partial<DeviceView> = {}): DeviceView => ({
  device: name, this: false, enrolled_ms: 0, seen_ms: null, ...over,
});
const here = device('here', { this: true });
const other = device('other');
function view(over: Partial<DevicesView> = {}): DevicesView {
  return { devices: [here, other], waiting: null, backup: { code: false, siblings: 1, safe: false }, ...over };
}

let worker: Worker;
let app: App;
let devices: Devices;
const tell = (over: Partial<DevicesView> = {}): void => worker.tell({ kind: 'devices', devices: view(over) });
beforeEach(() => {
  worker = new Worker();
  const bar = { location: { hash: '', href: '', pathname: '/' }, history: { replaceState: () => undefined }, addEventListener: () => undefined };
  app = new App(new Router(bar), worker, refusing);
  devices = app.devices;
  worker.tell({ kind: 'status', status: { me: { ...people.maria, agency: 'A', safety_number: safetyNumber(people.maria) }, link: 'online', awaits: null, joining: null, sealed: false } });
  tell();
});

describe('adding a device', () => {
  test('shows a link until it is used, then digits, then what came of it', async () => {
    await devices.add();
    expect(devices.busy).toBe('add');
    worker.tell({ kind: 'device_link', link: '/device/secret', expires_ms: 7 });
    expect(devices.busy).toBeNull();
    expect(devices.link).toEqual({ link: '/device/secret', expiresMs: 7 });
    tell({ waiting: '123456' });
    expect(devices.link).toBeNull();
    await devices.approve();
    expect(devices.busy).toBe('approve');
    // Something else about the devices changed: still under way.
    tell({ waiting: '123456', backup: { code: true, siblings: 1, safe: true } });
    expect(devices.busy).toBe('approve');
    tell({ devices: [here, other, device('new')] });
    expect(devices.busy).toBeNull();
    expect(devices.outcome).toEqual({ act: 'approve', refused: null });
    expect(worker.commands.map(({ kind }) => kind)).toEqual(['add_device', 'approve_device']);
  });

  test('wants the person first where nobody showed lately that it is them, and then goes on', async () => {
    await devices.add();
    worker.tell({ kind: 'problem', circle: null, code: 'step_up_required', detail: '' });
    expect(devices.asksFirst('add', 'approve')).toBe(true);
    expect(devices.asksFirst('code')).toBe(false);
    expect(app.problem).toBeNull();
    await devices.again();
    expect(devices.asksFirst('add', 'approve')).toBe(false);
    expect(devices.busy).toBe('add');
    expect(worker.commands.map(({ kind }) => kind)).toEqual(['add_device', 'add_device']);
  });

  test('a no is a no', async () => {
    tell({ waiting: '123456' });
    await devices.decline();
    tell();
    expect(devices.outcome).toEqual({ act: 'decline', refused: null });
    expect(worker.commands).toEqual([{ kind: 'decline_device' }]);
  });

  test('a device that gives up by itself is no answer of the person\'s', () => {
    tell({ waiting: '123456' });
    tell();
    expect(devices.outcome).toBeNull();
  });
});

describe('shutting a device out', () => {
  test.each([
    ['revoke', 'revoke_device'],
    ['stolen', 'report_stolen'],
  ] as const)('%s is done when the device is gone', async (act, kind) => {
    await devices[act](other);
    expect(worker.commands).toEqual([{ kind, device: 'other' }]);
    tell();
    expect(devices.busy).toBe(act);
    tell({ devices: [here] });
    expect(devices.outcome).toEqual({ act, refused: null });
  });

  test('what is refused at once or later is said on its page only', async () => {
    worker.replies.push({ kind: 'refused', code: 'rate_limited', detail: '' });
    await devices.revoke(other);
    expect(devices.outcome).toEqual({ act: 'revoke', refused: 'rate_limited' });
    await devices.revoke(other);
    worker.tell({ kind: 'problem', circle: null, code: 'busy', detail: '' });
    expect(devices.outcome).toEqual({ act: 'revoke', refused: 'busy' });
    expect(app.problem).toBeNull();
    worker.tell({ kind: 'problem', circle: null, code: 'internal', detail: '' });
    expect(app.problem).toEqual({ circle: null, code: 'internal' });
    // Trouble in a circle is never an answer to this.
    await devices.revoke(other);
    worker.tell({ kind: 'problem', circle: 'c', code: 'judged', detail: '' });
    expect(devices.busy).toBe('revoke');
    expect(app.problem).toEqual({ circle: 'c', code: 'judged' });
  });
});

describe('the recovery code', () => {
  test('is held until it was written down, and a new one takes its place', async () => {
    await devices.makeCode();
    worker.tell({ kind: 'recovery_code', code: 'AAAA-BBBB' });
    expect(devices.outcome).toEqual({ act: 'code', refused: null });
    await devices.makeCode();
    expect(devices.code).toBeNull();
    worker.tell({ kind: 'recovery_code', code: 'CCCC-DDDD' });
    expect(devices.code).toBe('CCCC-DDDD');
    devices.putCodeAway();
    expect(devices.code).toBeNull();
  });

  test('and the link are gone when the person signs out', async () => {
    worker.tell({ kind: 'recovery_code', code: 'AAAA-BBBB' });
    worker.tell({ kind: 'device_link', link: '/device/secret', expires_ms: 7 });
    await app.signOut();
    expect(devices).toMatchObject({ code: null, link: null });
  });

  test('is read in groups, however it came', () => {
    expect(groups('7K3M-QX9D 5S')).toEqual(['7K3M', 'QX9D', '5S']);
    expect(groups('7K3MQX9D5S')).toEqual(['7K3M', 'QX9D', '5S']);
  });

  test.each([
    [{ code: false, siblings: 0, safe: false }, 'none'],
    [{ code: true, siblings: 0, safe: false }, 'code'],
    [{ code: false, siblings: 1, safe: false }, 'sibling'],
    [{ code: true, siblings: 1, safe: false }, 'unproven'],
    [{ code: false, siblings: 2, safe: false }, 'unproven'],
    [{ code: true, siblings: 1, safe: true }, 'safe'],
  ] as const)('%o is: %s', (backup, ways) => {
    expect(waysBack(backup)).toBe(ways);
  });
});

describe('using a recovery code', () => {
  const good = '7K3M-QX9D-2FHT-V8RB-N4WC-6PJZ-5S';

  test('takes what a person or a phone makes of it', () => {
    for (const text of [good, good.toLowerCase(), good.replaceAll('-', ' '), `\n${good.replaceAll('-', ' – ')}.`, good.replaceAll('-', '')]) {
      expect(misread(text), text).toBeNull();
      expect(plainCode(text)).toBe(good.replaceAll('-', ''));
    }
  });

  test('says what cannot be right before anybody is asked', async () => {
    expect(misread('')).toEqual({ kind: 'length', count: 0 });
    expect(misread(`${good}X`)).toEqual({ kind: 'length', count: 27 });
    expect(misread('7K3M-Ñ')).toEqual({ kind: 'sign', sign: 'Ñ' });
    const recovery = new Recovery(worker);
    recovery.text = 'abc';
    await recovery.use();
    expect(recovery.refused).toEqual({ kind: 'length', count: 3 });
    expect(worker.commands).toEqual([]);
  });

  test('keeps what was typed when it opens nothing, now or later', async () => {
    const recovery = new Recovery(worker);
    recovery.text = good;
    await recovery.use();
    expect(recovery.busy).toBe(true);
    await recovery.use();
    expect(worker.commands).toEqual([{ kind: 'recover', code: good.replaceAll('-', '') }]);
    recovery.hear({ kind: 'problem', circle: null, code: 'recovery_unknown', detail: '' });
    expect(recovery).toMatchObject({ busy: false, text: good, refused: { kind: 'code', code: 'recovery_unknown' } });
    worker.replies.push({ kind: 'refused', code: 'recovery_unknown', detail: '' });
    await recovery.use();
    expect(recovery.busy).toBe(false);
    // Trouble that nobody asked for here is not about the code.
    recovery.refused = null;
    recovery.hear({ kind: 'problem', circle: null, code: 'busy', detail: '' });
    expect(recovery.refused).toBeNull();
  });
});

test('a link as a square holds every dark module, and four light ones around', () => {
  const link = wholeLink({ link: '/device/abc', expiresMs: 0 }, 'https://care.example');
  expect(link).toBe('https://care.example/#/device/abc');
  const { size, path } = square(link);
  const dark = new Set<string>();
  for (const [, x, y, run] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    for (let at = 0; at < Number(run); at += 1) dark.add(`${Number(x) + at} ${y ?? ''}`);
  }
  const { data } = encode(link, { ecc: 'M', border: 4 });
  expect(size).toBe(data.length);
  const wanted = data.flatMap((row, y) => row.flatMap((one, x) => (one ? [`${x} ${y}`] : [])));
  expect(dark).toEqual(new Set(wanted));
  expect(wanted.every((at) => at.split(' ').every((n) => Number(n) >= 4 && Number(n) < size - 4))).toBe(true);
});
