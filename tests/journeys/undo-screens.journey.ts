// A visit that staff cancel by mistake, in a real browser over the doubles: undone on the same screen for as long as
// nobody is told, by keyboard, in both languages; and what is said once that is over.
import { beforeEach, expect, test } from 'vitest';
import { expectAccessible, takePictures } from './browser.ts';
import { signIn } from './double.ts';
import { focused } from './keyboard.ts';
import { looksGood, openClient, openScreens, page, speakSpanish, stage } from './screen.ts';

openScreens();
beforeEach(() => {
  // However slow the machine is.
  stage.agency.undoLeftS = 600;
});

/** Dana cancels the phone call on the client's page. */
async function cancelByMistake(): Promise<void> {
  await openClient();
  const visit = page.getByRole('article').filter({ hasText: 'Phone call' }).first();
  await visit.getByRole('button', { name: 'Cancel visit' }).click();
  await visit.getByRole('button', { name: 'Yes, cancel the visit' }).click();
  await page.getByText('Cancelled. The emails go out in one minute.').waitFor();
}

test('is undone by keyboard, and nothing but that was sent', async () => {
  await cancelByMistake();
  const visit = page.getByRole('article').filter({ hasText: 'Phone call' });
  await expect.poll(() => visit.count()).toBe(0);
  const line = page.getByRole('group').filter({ hasText: 'No email has gone out yet' });
  await line.getByText(/You can undo this for .*\d+.* more seconds?/).waitFor();
  await looksGood('cancelled-by-mistake');
  // It took no focus; what was pressed is gone, so what happened has it, and the way back is the next stop.
  expect(await focused(page)).toBe('Cancelled. The emails go out in one minute.');
  // Read out once: the seconds that pass are in no live region.
  const live = await line.evaluate((element) => element.closest('[role=status], [role=alert], [aria-live]') === null);
  expect(live).toBe(true);
  await page.keyboard.press('Tab');
  expect(await focused(page)).toBe('Undo');
  await page.keyboard.press('Enter');
  await page.getByText('The visit is on again. No email went out.').waitFor();
  await line.waitFor({ state: 'detached' });
  await visit.first().getByRole('button', { name: 'Cancel visit' }).waitFor();
  const acts = stage.posted.map(({ path }) => path.split('/').at(-1));
  expect(acts.filter((act) => act === 'cancel' || act === 'undo-cancel')).toEqual(['cancel', 'undo-cancel']);
  await expectAccessible(page, 'on again');
});

test('stays cancelled when somebody has its time by then', async () => {
  await cancelByMistake();
  const { appointments, undoable } = stage.agency;
  const off = appointments.filter(({ id }) => undoable.has(id));
  expect(off).toHaveLength(1);
  appointments.push(...off.map((one) => ({ ...one, id: `${one.id}-taken`, state: 'booked' as const })));
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await page.getByText('That time is not free any more. The visit stays cancelled.').waitFor();
  await expectAccessible(page, 'taken meanwhile');
});

test('is told when its time is over, and whoever stood at the button hears so', async () => {
  stage.agency.undoLeftS = 10;
  await cancelByMistake();
  const undo = page.getByRole('button', { name: 'Undo', exact: true });
  await undo.focus();
  await undo.waitFor({ state: 'detached' });
  await page.getByText('Cancelled. The emails go out now.').waitFor();
  expect(await focused(page)).toBe('Cancelled. The emails go out now.');
});

test('says by itself that its time is over, to whoever is elsewhere by then, once and without taking the focus', async () => {
  stage.agency.undoLeftS = 10;
  await cancelByMistake();
  const region = page.getByRole('status').filter({ hasText: 'Cancelled.' });
  await page.getByRole('button', { name: 'Book a visit' }).focus();
  await region.getByText('Cancelled. The emails go out now.').waitFor();
  await expect.poll(() => page.getByText('The emails go out in one minute').count()).toBe(0);
  await expect.poll(() => page.getByRole('button', { name: 'Undo', exact: true }).count()).toBe(0);
  expect(await page.getByText('Cancelled. The emails go out now.').count()).toBe(1);
  expect(await focused(page)).toBe('Book a visit');
  await expectAccessible(page, 'the time to undo is over');
});

test('is undone in the calendar too, and in Spanish', async () => {
  await signIn(page, stage, 'dana');
  await speakSpanish();
  await page.getByRole('link', { name: 'Calendario', exact: true }).click();
  const visit = stage.agency.appointments.find(({ client_name }) => client_name === 'Noor Placeholder');
  await page.evaluate((hash) => (location.hash = hash), `#/calendar/day/${visit?.yours.civil.slice(0, 10) ?? ''}`);
  const noor = page.getByRole('article').filter({ hasText: 'Noor Placeholder' });
  await noor.getByRole('button', { name: /^Cambiar/ }).click();
  await noor.getByRole('button', { name: 'Cancelar visita' }).click();
  await noor.getByRole('button', { name: 'Sí, cancelar la visita' }).click();
  await page.getByText('Cancelada. Los correos salen en un minuto.').waitFor();
  await page.getByText('Aún no salió ningún correo.').waitFor();
  const line = page.getByRole('group').filter({ hasText: 'Aún no salió ningún correo' });
  await takePictures(page, 'cancelled-by-mistake-es', line);
  await page.getByRole('button', { name: 'Deshacer', exact: true }).click();
  await page.getByText('La visita sigue en pie. No salió ningún correo.').waitFor();
  await noor.getByRole('button', { name: /^Cambiar/ }).waitFor();
});
