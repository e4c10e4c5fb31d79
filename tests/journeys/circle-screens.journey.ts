// What a person sees in a circle when something is wrong, old, urgent or under way, in real browsers
// over the double of the device core: each trouble with its sentence and its one remedy, history that
// arrives above, who was taken out, who reads, who writes, who sees to what.
import type { Locator } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { Scene } from '../../web-client/doubles/scenes.ts';
import { circles, people, type Who } from '../../web-client/doubles/story.ts';
import type { Command, Content, Item } from '../../web-client/src/core/types.gen.ts';
import { expectAccessible, expectFitsNarrow, takePictures } from './browser.ts';
import { signIn } from './double.ts';
import { focused } from './keyboard.ts';
import { looksGood, openClient, openScreens, page, speakSpanish, stage } from './screen.ts';

openScreens();

async function openPair(who: Who, scene: Scene = 'plain', title = 'Maria and Dana'): Promise<void> {
  await signIn(page, stage, who, scene);
  await page.getByRole('link', { name: title }).click();
  await page.getByRole('heading', { name: title, level: 1 }).waitFor();
}

async function openSpanish(who: Who, scene: Scene): Promise<void> {
  await signIn(page, stage, who, scene);
  await speakSpanish();
  await page.getByRole('link', { name: 'Mensajes', exact: true }).click();
  await page.getByRole('link', { name: 'Maria and Dana' }).click();
  await page.getByRole('heading', { name: 'Maria and Dana', level: 1 }).waitFor();
}

function entry(text: string | RegExp): Locator {
  return page.locator('[data-item]').filter({ hasText: text });
}
function composer(): Locator {
  return page.getByLabel('Your message');
}
function item(id: string, seq: number, content: Content, atMs = Date.now()): Item {
  return { id, seq, at_ms: atMs, content };
}
function said(who: Who, text: string): Content {
  return { kind: 'text', from: people[who].account, mine: false, text, urgency: 'routine', progress: 'received' };
}
/** Commands of one kind that the device was asked so far. */
function asked(kind: Command['kind']): Command[] {
  return stage.news.commands.filter((command) => command.kind === kind);
}
/** Waits until the device was asked so often. */
async function untilAsked(kind: Command['kind'], times: number): Promise<void> {
  await expect.poll(() => asked(kind).length, { timeout: 20_000 }).toBe(times);
}

describe('trouble', () => {
  test.each<[Scene, RegExp, string]>([
    ['rejoining', /fell behind here\. It comes back in by itself/, 'Coming back in'],
    ['old_copy', /woke up with old data/, 'Coming back in'],
    ['clock', /clock of this device is wrong.*This device says: .*day, /s, 'Check your clock'],
    ['needs_reset', /must begin it anew.*Your case manager has been told/s, 'Needs a new beginning'],
    ['recovering', /computer was repaired.*Your case manager has been told/s, 'Needs a new beginning'],
  ])('%s says what is wrong, has no button for a client, and messages wait', async (scene, sentence, mark) => {
    await signIn(page, stage, 'maria', scene);
    const link = page.getByRole('link', { name: 'Maria and Dana' });
    await link.getByText(mark).waitFor();
    await expectAccessible(page, `${scene} in the list`);
    await link.click();
    const notice = page.getByRole('status').filter({ hasText: sentence });
    await notice.waitFor();
    await expect.poll(() => page.locator('.trouble').getByRole('button').count()).toBe(0);
    await composer().waitFor();
    await expectAccessible(page, scene);
    await takePictures(page, `trouble-${scene}`);
    await expectFitsNarrow(page, scene);
  });

  test.each<Scene>(['needs_reset', 'recovering'])('%s: staff begin anew by two taps, and all see it', async (scene) => {
    await openPair('dana', scene);
    await page.getByRole('button', { name: 'Begin anew' }).click();
    expect(asked('reset_circle')).toEqual([]);
    await looksGood(`trouble-${scene}-asked`);
    await page.getByRole('button', { name: 'Yes, begin anew' }).click();
    await entry('You began this circle anew.').waitFor();
    await expect.poll(() => asked('reset_circle')).toEqual([{ kind: 'reset_circle', circle: circles.pair }]);
    await expect.poll(() => page.locator('.trouble').count()).toBe(0);
  });

  test('a stop for safety alarms, takes no message, and is left by two taps', async () => {
    await openPair('maria', 'security_stop');
    await page.getByRole('alert').getByText('Nothing was sent or shown.').waitFor();
    await expect.poll(() => composer().count()).toBe(0);
    await page.getByRole('button', { name: 'Leave and come back in' }).click();
    expect(asked('rejoin')).toEqual([]);
    await looksGood('trouble-security_stop');
    await page.getByRole('button', { name: 'Yes, leave and come back' }).click();
    await composer().waitFor();
    await expect.poll(() => asked('rejoin')).toEqual([{ kind: 'rejoin', circle: circles.pair }]);
  });

  test('new keys are vouched for by a human, here', async () => {
    await openPair('dana', 'new_key');
    await page.getByText('Safety number of').waitFor();
    await looksGood('trouble-new_key');
    await page.getByRole('button', { name: 'No, different' }).click();
    await page.getByRole('alert').getByText('Then this may not be').waitFor();
    await expectAccessible(page, 'numbers that differ');
    await page.getByRole('button', { name: 'Look at the number again' }).click();
    const question = page.getByRole('group', { name: /Safety number of/ });
    await expect.poll(() => question.evaluate((group) => group === document.activeElement), { message: 'on no answer' }).toBe(true);
    await page.getByRole('button', { name: 'Yes, the same' }).click();
    await page.locator('.trouble').waitFor({ state: 'detached' });
  });

  test('or in the list of members, which marks them', async () => {
    await openPair('maria', 'new_key');
    await page.getByRole('link', { name: /3.* people/ }).click();
    const dana = page.getByRole('listitem').filter({ hasText: 'Dana Placeholder' });
    await dana.getByText('New keys, not checked').waitFor();
    await expectAccessible(page, 'members with new keys');
    await takePictures(page, 'members-new-key');
    await dana.getByRole('button', { name: 'Yes, the same' }).click();
    await dana.getByText('Checked in person', { exact: true }).waitFor();
    await expect.poll(() => dana.getByText('New keys, not checked').count()).toBe(0);
    await expect.poll(() => focused(page)).toMatch(/^(?:(?!Dana).)*Checked in person$/s);
  });

  test('speaks Spanish', async () => {
    await openSpanish('maria', 'security_stop');
    await page.getByText('Llegó aquí algo que nunca debería llegar').waitFor();
    await looksGood('trouble-es');
  });
});

test('of a client who was erased no page says more', async () => {
  await openPair('dana');
  stage.news.happen({ kind: 'circle', circle: circles.pair, change: { title: '[erased]' } });
  await page.getByRole('heading', { name: '(erased)', level: 1 }).waitFor();
  await page.getByRole('link', { name: /3.* people/ }).click();
  await page.getByRole('heading', { name: /Who is in .*\(erased\)/, level: 1 }).waitFor();
  stage.news.happen({ kind: 'event', event: { kind: 'problem', circle: circles.pair, code: 'history_not_set', detail: '' } });
  await page.getByRole('alert').getByText('(erased)').waitFor();
  await expectAccessible(page, 'a circle of a client who was erased');
  // Who is taken out of every circle reads which they were.
  stage.news.happen({ kind: 'event', event: { kind: 'circles', circles: [] } });
  await page.getByRole('alert').getByText(/no longer in the circle .*\(erased\)/).waitFor();
  await expect.poll(() => page.getByText('[erased]').count()).toBe(0);
});

describe('what was said before', () => {
  test('comes in above, and nothing that is being read moves', async () => {
    await openPair('maria', 'coming');
    const notice = page.getByText('Earlier messages are on their way');
    await notice.waitFor();
    await expectAccessible(page, 'history coming');
    await takePictures(page, 'history-coming');
    // A short window, so that there is something to scroll; the reader goes to the top.
    await page.setViewportSize({ width: 390, height: 480 });
    const scroller = page.getByRole('region', { name: 'Messages' });
    await scroller.evaluate((element) => (element.scrollTop = 0));
    const held = entry('Hello Maria. This is Dana');
    const before = (await held.boundingBox())?.y ?? NaN;
    expect(before).toBeGreaterThan(0);
    const old = Array.from({ length: 35 }, (_, n) =>
      item(`old ${n}`, 150 + n, said('dana', `Earlier message ${n}`), Date.now() - 90 * 86_400_000 + n * 60_000));
    stage.news.happen({ kind: 'items', circle: circles.pair, items: old });
    await entry('Earlier message 34').waitFor({ state: 'attached' });
    const after = (await held.boundingBox())?.y ?? NaN;
    expect(Math.abs(after - before)).toBeLessThanOrEqual(2);
    expect(await scroller.evaluate((element) => element.scrollTop)).toBeGreaterThan(500);

    // A page is full: the rest waits in the store until the reader comes to it.
    const older = Array.from({ length: 30 }, (_, n) =>
      item(`older ${n}`, 100 + n, said('dana', `Long ago ${n}`), Date.now() - 120 * 86_400_000 + n * 60_000));
    stage.news.happen(
      { kind: 'items', circle: circles.pair, items: older },
      { kind: 'circle', circle: circles.pair, change: { history: 'ready' } },
    );
    await page.getByRole('button', { name: 'Show earlier messages' }).waitFor();
    expect(Math.abs(((await held.boundingBox())?.y ?? NaN) - before)).toBeLessThanOrEqual(2);
    await expect.poll(() => entry('Long ago').count()).toBe(0);
    const first = entry('Earlier message 0').first();
    await scroller.evaluate((element) => (element.scrollTop = 0));
    const top = (await first.boundingBox())?.y ?? NaN;
    await page.getByRole('button', { name: 'Show earlier messages' }).click();
    await entry('Long ago 29').waitFor({ state: 'attached' });
    expect(Math.abs(((await first.boundingBox())?.y ?? NaN) - top)).toBeLessThanOrEqual(2);
    await page.getByText('This is the start of your messages here.').waitFor({ state: 'attached' });
    await expect.poll(() => scroller.evaluate((element) => element === document.activeElement)).toBe(true);
    await expect.poll(() => notice.count()).toBe(0);
  });

  test('is told to be missing, with what helps', async () => {
    await openPair('maria', 'not_yet');
    await page.getByText('Open carecircle once on another device of yours').waitFor();
    await looksGood('history-not-yet');
  });
});

describe('the timeline', () => {
  test('tells who lost access and how fast, whose keys changed, who began anew', async () => {
    await openPair('maria', 'notes');
    await entry(/Access ended for .*Ana Sample/).getByText(/after .*0\.8 seconds/).waitFor();
    await entry(/You ended access for .*Sam Specimen/).waitFor();
    await entry('Your keys changed.').waitFor();
    await entry(/Dana Placeholder.* began this circle anew/).waitFor();
    await expectAccessible(page, 'timeline');
    await takePictures(page, 'timeline');
    await page.getByRole('link', { name: 'Maria and Dana' }).getByText(/began this circle anew/).waitFor();
  });

  test('speaks Spanish', async () => {
    await openSpanish('dana', 'notes');
    await entry(/Llaves nuevas de .*Maria Sample/).waitFor();
    await entry(/Empezaste de nuevo este círculo/).waitFor();
    await entry(/después de .*0,8 segundos/).waitFor();
    await expectAccessible(page, 'timeline in Spanish');
    await takePictures(page, 'timeline-es');
  });

  test('a removal under way lets people write; what they wrote leaves afterwards', async () => {
    await openPair('maria', 'removing');
    await page.getByText('One moment: someone is being taken out.').waitFor();
    await composer().fill('For those who stay');
    await page.keyboard.press('Enter');
    await entry('For those who stay').getByText('waiting', { exact: true }).waitFor();
    await looksGood('removing');
    stage.news.happen({ kind: 'circle', circle: circles.pair, change: { removing: false } });
    await entry('For those who stay').getByText('sent', { exact: true }).waitFor();
    await expect.poll(() => page.getByText('One moment: someone').count()).toBe(0);
  });
});

describe('a withdrawn consent', () => {
  const removed = (tookMs: number): Content => ({
    kind: 'removed', by: people.dana.account, accounts: [people.ana.account], took_ms: tookMs,
  });

  test('is followed until nothing new can be read, with the time it took', async () => {
    await signIn(page, stage, 'maria');
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await page.getByRole('button', { name: 'I take this back' }).click();
    expect(stage.posted).toEqual([]);
    await page.getByRole('button', { name: 'Yes, take it back' }).click();
    const told = page.getByRole('status').filter({ hasText: /Ana Sample.* is being taken out\. Nothing is sent until that is done/ });
    await told.waitFor();
    await expect.poll(() => focused(page)).toContain('is being taken out');
    await expectAccessible(page, 'leaving');
    await takePictures(page, 'leaving');
    stage.news.happen({ kind: 'items', circle: circles.family, items: [item('r', 20, removed(1_240))] });
    await page.getByRole('status').filter({ hasText: /can no longer read new messages \(done in .*1\.2 seconds/ }).waitFor();
    await expectAccessible(page, 'left');
    await takePictures(page, 'left');
  });

  test('also by a case manager', async () => {
    await openClient();
    await page.getByText(/Recorded by .*Dana Placeholder/).waitFor();
    await page.getByRole('button', { name: 'Withdraw this consent' }).click();
    await page.getByLabel('Also clear the coming visits from their calendar').check();
    await looksGood('withdraw');
    await page.getByRole('button', { name: 'Yes, withdraw' }).click();
    expect(JSON.parse(stage.posted[0]?.body ?? '{}')).toMatchObject({ clear_calendar: true });
    await page.getByText(/Ana Sample.* is being taken out/).waitFor();
    stage.news.happen({ kind: 'items', circle: circles.family, items: [item('r', 20, removed(830))] });
    await page.getByText(/can no longer read new messages \(done in .*0\.8 seconds/).waitFor();
    await takePictures(page, 'left-staff');
  });
});

describe('urgent messages', () => {
  test('are chosen on purpose, explained, taken back in one tap, and once only', async () => {
    await openPair('maria');
    await page.getByRole('button', { name: 'How soon?' }).click();
    await page.getByText('This does not call 911 or 988. In danger, call first.').waitFor();
    await page.getByRole('radio', { name: /^Crisis/ }).check();
    await looksGood('how-soon');
    await page.keyboard.press('Escape');
    await expect.poll(() => focused(page)).toBe('How soon?');
    await page.getByText('Goes out as a crisis').waitFor();
    await page.getByRole('button', { name: 'Not urgent after all' }).click();
    await expect.poll(() => page.getByText('Goes out as').count()).toBe(0);
    await page.getByRole('button', { name: 'How soon?' }).click();
    await page.getByRole('radio', { name: /^Urgent/ }).check();
    await composer().fill('Please call me today');
    await page.keyboard.press('Enter');
    await entry('Please call me today').getByText('Urgent', { exact: true }).waitFor();
    await expect.poll(() => page.getByText('Goes out as').count()).toBe(0);
    await composer().fill('All is well now');
    await page.keyboard.press('Enter');
    await entry('All is well now').getByText('sent', { exact: true }).waitFor();
    await expect.poll(() => entry('All is well now').getByText('Urgent', { exact: true }).count()).toBe(0);
  });

  test('are answered by one tap, and all see who sees to it', async () => {
    await openPair('dana', 'urgent');
    const theirs = entry('I do not feel safe at home tonight.').first();
    await theirs.getByText('Crisis', { exact: true }).waitFor();
    // One's own asks nobody here.
    await expect.poll(() => entry('Your ride comes at 9:00').getByRole('button').count()).toBe(0);
    await looksGood('urgent');
    await theirs.getByRole('button', { name: /^I'll see to it: .*I do not feel safe/ }).click();
    await theirs.getByText('You will see to it').waitFor();
    await expect.poll(() => focused(page)).toContain('You will see to it');
    await expect.poll(() => theirs.getByRole('button').count()).toBe(0);
    await entry(/^You see to it/).waitFor();
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    stage.news.happen({ kind: 'items', circle: circles.pair, items: [item('a', 90, { kind: 'urgent_ack', by: people.maria.account, seq: 10 })] });
    await entry('Your ride comes at 9:00').getByText(/Maria Sample.* will see to it/).waitFor();
    // What somebody else says takes nobody there.
    expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true);
    await expectAccessible(page, 'seen to');
    await takePictures(page, 'seen-to');
  });

  test('speak Spanish', async () => {
    await openSpanish('dana', 'urgent');
    await page.getByRole('button', { name: '¿Para cuándo?' }).click();
    await page.getByText('Esto no llama al 911 ni al 988').waitFor();
    await expectAccessible(page, 'how soon in Spanish');
    await takePictures(page, 'how-soon-es');
    await entry('I do not feel safe').getByRole('button', { name: /^Me ocupo/ }).click();
    await entry('I do not feel safe').getByText('Te ocupas tú').waitFor();
  });
});

describe('reading and writing', () => {
  test('what was begun waits in its circle while the writer looks at another page', async () => {
    await openPair('maria');
    await composer().fill('Could we meet on');
    await page.getByRole('link', { name: /3.* people/ }).click();
    await page.getByRole('heading', { name: /Who is in/ }).waitFor();
    await page.getByRole('link', { name: 'Visits', exact: true }).click();
    await page.getByRole('article').first().waitFor();
    await page.getByRole('link', { name: 'Messages', exact: true }).click();
    await page.getByRole('link', { name: 'Maria’s family' }).click();
    await expect.poll(() => composer().inputValue()).toBe('');
    await page.getByRole('link', { name: 'Maria and Dana' }).click();
    await expect.poll(() => composer().inputValue()).toBe('Could we meet on');
    await composer().fill('Could we meet on Friday?');
    await page.keyboard.press('Enter');
    await entry('Could we meet on Friday?').getByText('sent', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Maria’s family' }).click();
    await page.getByRole('heading', { name: 'Maria’s family', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Maria and Dana' }).click();
    await page.getByRole('heading', { name: 'Maria and Dana', level: 1 }).waitFor();
    expect(await composer().inputValue()).toBe('');
  });

  test('others see it, politely, and it passes', async () => {
    await openPair('maria');
    stage.news.happen({ kind: 'event', event: { kind: 'typing', circle: circles.pair, account: people.dana.account } });
    const writing = page.getByRole('status').filter({ hasText: /Dana Placeholder.* is writing…/ });
    await writing.waitFor();
    await expectAccessible(page, 'writing');
    await takePictures(page, 'writing');
    await writing.waitFor({ state: 'detached' });
    await composer().fill('I read it');
    await page.keyboard.press('Enter');
    await entry('I read it').getByText('sent', { exact: true }).waitFor();
    const receipts = [{ account: people.dana.account, seq: 99 }, { account: people.maria.account, seq: 99 }];
    stage.news.happen({ kind: 'event', event: { kind: 'receipts', circle: circles.pair, receipts } });
    await entry('I read it').getByText(/Read by .*Dana Placeholder/).waitFor();
    await expect.poll(() => page.getByText(/Read by/).count()).toBe(1);
    await takePictures(page, 'read-by');
  });

  test('the device is told of keys pressed and of messages seen, and only of those', async () => {
    await openPair('maria');
    await untilAsked('read', 1);
    await expect.poll(() => asked('read')[0]).toMatchObject({ circle: circles.pair, seq: 9 });
    await composer().pressSequentially('ab');
    await untilAsked('typing', 1);
    // Scrolled away: what comes is not seen until the reader is back at the end.
    await page.setViewportSize({ width: 390, height: 480 });
    const scroller = page.getByRole('region', { name: 'Messages' });
    await scroller.evaluate((element) => (element.scrollTop = 0));
    await expect.poll(() => scroller.evaluate((element) => element.scrollTop)).toBe(0);
    stage.news.happen({ kind: 'items', circle: circles.pair, items: [item('new', 30, said('dana', 'Are you there?'))] });
    await entry('Are you there?').waitFor({ state: 'attached' });
    await expect.poll(() => asked('read')).toHaveLength(1);
    await scroller.evaluate((element) => (element.scrollTop = element.scrollHeight));
    await untilAsked('read', 2);
    await expect.poll(() => asked('read')[1]).toMatchObject({ seq: 30 });
  });
});
