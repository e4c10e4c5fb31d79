// A passkey in a real browser: made in the settings, shown to come back, refused for another page. The
// authenticator is Chromium's own virtual one.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectGoodLooks } from './browser.ts';
import { MARIA, endJourney } from './family.ts';
import { Person, type Authenticator } from './person.ts';
import { Server } from './server.ts';

let server: Server;
let maria: Person;
let authenticator: Authenticator;

beforeAll(async () => {
  server = await Server.start();
  maria = await Person.arrive(MARIA, server);
  authenticator = await maria.holdAuthenticator();
});

afterAll(() => endJourney(server, maria));

const verified = (isUserVerified: boolean): Promise<unknown> =>
  authenticator.session.send('WebAuthn.setUserVerified', {
    authenticatorId: authenticator.authenticatorId, isUserVerified,
  });

test('a passkey is made in the settings, and by it a person comes back', async () => {
  const { page } = maria;
  await maria.enrol();
  await page.getByRole('link', { name: 'Settings' }).click();
  const section = page.getByRole('region', { name: 'How you sign in' });
  await section.getByText('You have nothing to sign in with yet.').waitFor();
  const add = section.getByRole('button', { name: 'Add a passkey' });
  await add.focus();
  await page.keyboard.press('Enter');
  await section.getByText('Passkey, since').waitFor();
  await expectGoodLooks(page, 'passkey-settings');

  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  await expectGoodLooks(page, 'passkey-signed-out');

  // Touched, but nobody verified: the browser itself does not answer.
  await verified(false);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByText('No passkey was used.').waitFor();
  await verified(true);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Connected', { exact: true }).waitFor();
  const credentials = await authenticator.session.send('WebAuthn.getCredentials', {
    authenticatorId: authenticator.authenticatorId,
  });
  expect(credentials.credentials).toHaveLength(1);
  expect(credentials.credentials[0]?.rpId).toBe('localhost');
});

test('a page of another origin gets no answer out of it', async () => {
  const { page } = maria;
  const refused = await page.evaluate(async () => {
    const publicKey = { challenge: new Uint8Array(32), rpId: 'example.com', allowCredentials: [] };
    return navigator.credentials.get({ publicKey }).then(() => 'shown', (error: Error) => error.name);
  });
  expect(refused).toBe('SecurityError');
  expect(maria.profile.violations).toEqual([]);
});
