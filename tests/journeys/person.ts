// One person with a browser profile of their own, in the words of the product.
import type { CDPSession, Locator } from 'playwright-core';
import { expect } from 'vitest';
import { openProfile, type Options, type Profile } from './browser.ts';
import { trustedKey, type Server } from './server.ts';

/** Chromium's own virtual authenticator, as its person's phone has one. */
export interface Authenticator {
  session: CDPSession;
  authenticatorId: string;
}

export class Person {
  readonly name: string;
  readonly profile: Profile;
  readonly #server: Server;

  private constructor(name: string, profile: Profile, server: Server) {
    this.name = name;
    this.profile = profile;
    this.#server = server;
  }

  /** A person with a fresh profile, who has not opened their link yet. */
  static async arrive(name: string, server: Server, options: Options = {}): Promise<Person> {
    const profile = await openProfile({ ...options, trustedKey: trustedKey() });
    return new Person(name, profile, server);
  }

  /** A person whose device has its keys. */
  static async enrolled(name: string, server: Server, options: Options = {}): Promise<Person> {
    const person = await Person.arrive(name, server, options);
    await person.enrol();
    return person;
  }

  get page(): Profile['page'] {
    return this.profile.page;
  }

  /** From now on their browser can make passkeys, and knows that it is them. */
  async holdAuthenticator(): Promise<Authenticator> {
    const session = await this.profile.context.newCDPSession(this.page);
    await session.send('WebAuthn.enable');
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
        isUserVerified: true, automaticPresenceSimulation: true,
      },
    });
    return { session, authenticatorId };
  }

  /** Opens the link and looks at whom it is for. */
  async openLink(): Promise<void> {
    await this.page.goto(this.#server.link(this.name));
    await this.page.getByRole('heading', { name: this.name }).waitFor();
    expect(this.page.url()).toBe(this.#server.url);
  }

  /** Makes this device's keys. */
  async enrol(): Promise<void> {
    await this.openLink();
    await this.page.getByRole('button', { name: 'Yes, this is me' }).click();
    await this.page.getByRole('heading', { name: 'Your circles' }).waitFor();
    await this.page.getByText('Connected', { exact: true }).waitFor();
  }

  async open(circle: string): Promise<void> {
    await this.page.getByRole('link', { name: 'Messages', exact: true }).click();
    await this.page.getByRole('link', { name: circle }).click();
    await this.page.getByRole('heading', { name: circle, level: 1 }).waitFor();
  }

  async write(text: string): Promise<void> {
    await this.page.getByLabel('Your message').fill(text);
    await this.page.keyboard.press('Enter');
    await this.message(text).waitFor();
  }

  /** Writes and waits until the server has it. */
  async send(text: string): Promise<void> {
    await this.write(text);
    await this.sees(text, 'sent');
  }

  message(text: string | RegExp): Locator {
    return this.page.locator('[data-item]').filter({ hasText: text });
  }

  /** Waits for a message, with its state if named. */
  async sees(text: string, state?: 'sent' | 'waiting'): Promise<void> {
    const message = this.message(text);
    await (state === undefined ? message : message.getByText(state, { exact: true })).waitFor();
  }

  /** The texts of the open conversation, in order. */
  texts(): Promise<string[]> {
    return this.page.locator('[data-item] .text').allTextContents();
  }

  /** Closes the tab at once, as a phone does. */
  closeTab(): Promise<void> {
    return this.profile.closeTab();
  }

  /** Opens the app again in a new tab of the same profile. */
  async comeBack(): Promise<void> {
    await this.profile.openTab(this.#server.url);
    await this.page.getByRole('heading', { name: 'Your circles' }).waitFor();
  }

  leave(): Promise<void> {
    return this.profile.end();
  }
}
