// The pages about staff in a real browser, over the doubles: an administrator's people, a supervisor's
// view, a case manager's offers. axe finds nothing on any of them, and whoever may not see one is told so.
import { beforeEach, describe, expect, test } from 'vitest';
import { people } from '../../web-client/doubles/story.ts';
import { expectAccessible } from './browser.ts';
import { signIn } from './double.ts';
import { looksGood, noon, openScreens, page, speakSpanish, stage } from './screen.ts';

openScreens(noon);

const openPeople = (): Promise<void> => page.getByRole('link', { name: 'People', exact: true }).click();
const row = (name: string) => page.getByRole('listitem', { name, exact: true });

describe('an administrator', () => {
  beforeEach(async () => {
    await signIn(page, stage, 'kim');
    await openPeople();
    await page.getByRole('heading', { name: 'People who work here', level: 1 }).waitFor();
  });

  test('sees how far everybody has come, and no client', async () => {
    await row('Noa Newcomer').getByText('Invited').waitFor();
    await row('Pat Waiting').getByText('No link').waitFor();
    await row('Dana Placeholder').getByText(/Last here on/).waitFor();
    await row('Sam Specimen').getByText(/Emails do not reach/).waitFor();
    await expect.poll(() => page.getByText(/Emails do not reach/).count()).toBe(1);
    await page.getByText('Ended accounts').waitFor();
    await expect.poll(() => page.getByText('Maria').count()).toBe(0);
    // About oneself there is nothing to press.
    await expect.poll(() => row('Kim Keyring').getByRole('button').count()).toBe(0);
    await looksGood('staff');
  });

  test('invites by a link that is shown once, to scan, open or print', async () => {
    await page.getByText('Invite someone').click();
    await page.getByLabel('Full name').fill('Rae Recruit');
    await page.getByRole('radio', { name: /Supervisor/ }).check();
    await looksGood('staff-invite');
    await page.getByRole('button', { name: 'Make the link' }).click();
    await page.getByRole('heading', { name: /Link for .*Rae Recruit/ }).waitFor();
    await page.getByRole('img', { name: /square code/ }).waitFor();
    const link = await page.getByLabel('Or open this link').inputValue();
    expect(link).toContain('#/link/');
    await looksGood('staff-link');
    await page.emulateMedia({ media: 'print' });
    await page.getByText('It works once. Keep it to yourself').waitFor();
    await expect.poll(() => page.getByRole('heading', { name: 'Your way in' }).isVisible()).toBe(true);
    await page.emulateMedia({ media: 'screen' });
    await page.getByRole('button', { name: 'I have handed it over' }).click();
    await row('Rae Recruit').getByText('Invited').waitFor();
    expect(await page.content()).not.toContain(link.split('#')[1]);
    await row('Pat Waiting').getByRole('button', { name: /Make a new link/ }).click();
    await page.getByRole('heading', { name: /Link for .*Pat Waiting/ }).waitFor();
    expect(stage.posted.map(({ path }) => path)[0]).toBe('/v1/staff');
  });

  test('changes a role, signs out and ends an account, each in two taps', async () => {
    await row('Dana Placeholder').getByRole('button', { name: 'Change role' }).click();
    await row('Dana Placeholder').getByRole('combobox').selectOption({ label: 'Supervisor' });
    await looksGood('staff-role');
    await row('Dana Placeholder').getByRole('group').getByRole('button', { name: 'Change the role' }).click();
    await page.getByRole('alert').filter({ hasText: 'Clients are still with this person' }).waitFor();
    await row('Robin Overview').getByRole('button', { name: 'Sign out everywhere' }).click();
    await row('Robin Overview').getByRole('button', { name: 'Yes, sign out' }).click();
    await page.getByText(/Robin Overview.* is signed out everywhere/).waitFor();
    await row('Sam Specimen').getByRole('button', { name: 'End this account' }).click();
    await page.getByText('Their clients are then with nobody').waitFor();
    await looksGood('staff-end');
    await row('Sam Specimen').getByRole('button', { name: 'Yes, end it' }).click();
    await page.getByText('One client has nobody now').waitFor();
    await expect.poll(() => row('Sam Specimen').count()).toBe(0);
    await expectAccessible(page, 'staff, ended');
  });

  test('is asked for the passkey again where it was shown long ago', async () => {
    stage.agency.stale = true;
    await row('Sam Specimen').getByRole('button', { name: 'End this account' }).click();
    await row('Sam Specimen').getByRole('button', { name: 'Yes, end it' }).click();
    await page.getByRole('alert').filter({ hasText: 'only for someone who is here now' }).waitFor();
    await page.getByRole('button', { name: 'Show my passkey' }).waitFor();
    await row('Sam Specimen').waitFor();
    await looksGood('staff-stale');
    await page.getByRole('button', { name: 'Use my password' }).click();
    await page.getByLabel('Your sign-in name').fill('kim');
    await page.getByLabel('Password', { exact: true }).fill('four plain words');
    stage.agency.ways.second = false;
    stage.agency.stale = false;
    await page.keyboard.press('Enter');
    await page.getByText('One client has nobody now').waitFor();
    await expect.poll(() => row('Sam Specimen').count()).toBe(0);
  });

  test('reads the same in Spanish', async () => {
    await speakSpanish();
    await page.getByRole('link', { name: 'Personas', exact: true }).click();
    await page.getByRole('heading', { name: 'Personas que trabajan aquí', level: 1 }).waitFor();
    await row('Noa Newcomer').getByText('Invitado').waitFor();
    await looksGood('staff-es');
  });
});

describe('a supervisor', () => {
  beforeEach(async () => {
    await signIn(page, stage, 'robin');
    await openPeople();
    await page.getByRole('heading', { name: 'Who serves whom', level: 1 }).waitFor();
  });

  test('sees first whom nobody serves, and assigns', async () => {
    const alone = page.getByRole('region', { name: /Nobody serves them/ });
    await alone.getByRole('heading', { name: 'Alex Alone' }).waitFor();
    await expect.poll(() => page.getByText('Maria and Dana').count()).toBe(0);
    await looksGood('caseloads');
    await alone.getByRole('combobox', { name: /Case manager for .*Alex Alone/ }).selectOption({ label: 'Sam Specimen' });
    await alone.getByRole('button', { name: /Assign/ }).click();
    await page.getByText(/Sam Specimen.* serves .*Alex Alone.* now/).waitFor();
    await expect.poll(() => alone.count()).toBe(0);
  });

  test('ends a service in two taps, finds by name, and by what waits', async () => {
    const all = page.getByRole('region', { name: 'All clients' });
    await all.getByLabel('Find by name').fill('jose');
    expect(await all.getByRole('heading', { level: 3 }).allTextContents()).toEqual(['José Ejemplo']);
    await all.getByText('offered to a colleague').waitFor();
    await all.getByRole('button', { name: /^End.*Sam Specimen, José Ejemplo$/ }).click();
    await all.getByText(/leaves their circles/).waitFor();
    await looksGood('caseloads-end');
    await all.getByRole('button', { name: 'Yes, end it' }).click();
    await page.getByText(/Sam Specimen.* no longer serves .*José Ejemplo/).waitFor();
    await all.getByLabel('Find by name').fill('');
    await all.getByText('Show only those').click();
    expect(await all.getByRole('heading', { level: 3 }).allTextContents()).toEqual(['Maria Sample']);
    await all.getByLabel('Find by name').fill('nobody');
    await all.getByText('No name fits.').waitFor();
    await expectAccessible(page, 'caseloads, nobody found');
  });

  test('reads the same in Spanish', async () => {
    await speakSpanish();
    await page.getByRole('link', { name: 'Personas', exact: true }).click();
    await page.getByRole('heading', { name: 'Quién atiende a quién', level: 1 }).waitFor();
    await looksGood('caseloads-es');
  });
});

describe('a case manager', () => {
  beforeEach(async () => {
    await signIn(page, stage, 'dana');
    await openPeople();
    await page.getByRole('link', { name: 'Pass clients on' }).first().click();
    await page.getByRole('heading', { name: 'Pass clients on', level: 1 }).waitFor();
  });

  test('declines with a reason', async () => {
    const offer = page.getByRole('article', { name: 'José Ejemplo' });
    await offer.getByText('called in the morning').waitFor();
    await offer.getByRole('button', { name: /Decline/ }).click();
    await page.getByLabel('Why not?').fill('I have no room this month.');
    await looksGood('transfers-decline');
    await offer.getByRole('button', { name: 'Decline', exact: true }).click();
    await page.getByText('You declined.').waitFor();
    await page.getByText('Nobody offers you a client now.').waitFor();
    const last = stage.posted.at(-1);
    expect(last?.path).toMatch(/\/decline$/);
    expect(last?.body).toContain('no room this month');
  });

  test('takes over, and is told what comes with it', async () => {
    const offer = page.getByRole('article', { name: 'José Ejemplo' });
    await offer.getByText(/You are in it only when someone inside adds you/).waitFor();
    await offer.getByRole('button', { name: /Take over/ }).click();
    await page.getByText(/You serve .*José Ejemplo.* now/).waitFor();
    await page.getByRole('link', { name: 'Open their page' }).waitFor();
    await expectAccessible(page, 'transfers, taken over');
  });

  test('an offer that is over says so', async () => {
    stage.agency.staff.incoming = [];
    await page.getByRole('button', { name: /Take over/ }).click();
    await page.getByRole('alert').filter({ hasText: 'This offer is over' }).waitFor();
    await expect.poll(() => page.getByRole('article').count()).toBe(0);
  });

  test('a client who was erased is said to be, also where they are offered', async () => {
    const [offer] = stage.agency.staff.incoming;
    if (offer === undefined) throw new Error('somebody offers a client');
    stage.agency.staff.incoming = [{ ...offer, client_name: '[erased]', note: '[erased]' }];
    await openPeople();
    await page.getByRole('link', { name: 'Pass clients on' }).first().click();
    const erased = page.getByRole('article', { name: '(erased)' });
    await erased.getByRole('button', { name: /Take over.*\(erased\)/ }).waitFor();
    await expect.poll(() => page.getByText('[erased]').count()).toBe(0);
  });

  test('offers clients with a note, and takes it back', async () => {
    await page.getByRole('checkbox', { name: people.maria.name }).check();
    await page.getByLabel('To whom?').selectOption({ label: 'Sam Specimen' });
    await page.getByLabel('What should they know?').fill('Her daughter helps her.');
    await looksGood('transfers');
    await page.getByRole('button', { name: 'Offer', exact: true }).click();
    await page.getByText('The clients stay with you until').waitFor();
    const made = page.getByRole('region', { name: 'What you offered' });
    await made.getByText('Waits for an answer').waitFor();
    await looksGood('transfers-offered');
    await made.getByRole('button', { name: /Take back/ }).click();
    await made.getByText('Taken back').waitFor();
  });

  test('while handing over names the new one in circles, one by one', async () => {
    const maria = stage.agency.around.clients[0];
    if (maria === undefined) throw new Error('Maria is in the story');
    maria.staff = maria.staff.filter(({ account }) => account !== people.dana.account);
    for (const circle of maria.circles) {
      circle.status = 'live';
      circle.members = circle.members.filter((account) => account !== people.sam.account);
    }
    const { account, name, role } = people.dana;
    maria.handing_over = [{ account, name, role, to: people.sam.account, until: (Date.now() + 14 * 86_400_000) * 1_000 }];
    await openPeople();
    await page.getByRole('link', { name: people.maria.name }).click();
    await page.getByText(/You handed .*Maria Sample.* over to .*Sam Specimen.* until .*day, /).waitFor();
    await looksGood('handing-over');
    await page.getByRole('button', { name: /Add .*Sam Specimen.*: Maria and Dana/ }).click();
    await page.getByText(/Sam Specimen.* is named/).waitFor();
    await expect.poll(() => page.getByRole('button', { name: /Add .*Sam Specimen/ }).count()).toBe(1);
    await page.getByRole('button', { name: 'End my part now' }).click();
    await page.getByText(/leave their circles/).waitFor();
    await expectAccessible(page, 'handing over, asked to end');
  });

  test('in Spanish', async () => {
    await speakSpanish();
    await page.getByRole('link', { name: 'Personas', exact: true }).click();
    await page.getByRole('link', { name: 'Pasar clientes' }).first().click();
    await page.getByRole('heading', { name: 'Pasar clientes', level: 1 }).waitFor();
    await looksGood('transfers-es');
  });
});

test.each([['maria', 'staff', 'You may not see this page.'], ['dana', 'caseloads', 'You may not see this page.']] as const)(
  '%s is told that a page is not theirs',
  async (who, path, words) => {
    await signIn(page, stage, who);
    await page.goto(`${stage.url}#/${path}`);
    await page.getByText(words).waitFor();
    await expectAccessible(page, `${path}, not theirs`);
  },
);
