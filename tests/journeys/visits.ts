// What a journey about visits needs to know: the mails that left, as their readers' programs read
// them, and calendar days.
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Server } from './server.ts';

/** The longest that a mail may take to leave, once it is due. */
const LEAVE_MS_MAX = 60_000;

export interface Mail {
  to: string;
  subject: string;
  /** Message-ID. */
  id: string;
  plain: string;
  html: string;
  /** The calendar part with its lines unfolded; empty if there is none. */
  calendar: string;
  /** What kinds of parts it has, in order. */
  kinds: string[];
  /** Every header and every part, decoded. */
  everything: string;
}

/** The mails that left, oldest first. */
export function mailsOf(server: Server): Mail[] {
  const folder = folderOf(server);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith('.eml')).map((name) => join(folder, name));
  const aged = files.map((path) => [statSync(path, { bigint: true }).mtimeNs, path] as const);
  return aged.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => read(readFileSync(path, 'utf8')));
}

function folderOf(server: Server): string {
  return join(server.data, 'mails');
}

/** Lets no mail leave, from before the first one: a file stands where their folder should be. The way back. */
export function letNoMailLeave(server: Server): () => void {
  writeFileSync(folderOf(server), '', { flag: 'wx' });
  return () => rmSync(folderOf(server));
}

/** Waits for a mail to an address of which something holds; the last of those. */
export async function lastMail(server: Server, address: string, holds: (mail: Mail) => boolean): Promise<Mail> {
  const theirs = (): Mail[] => mailsOf(server).filter(({ to }) => to === address);
  // If it never comes, the failure says what came.
  const found = (): string[] | true => theirs().some(holds) || theirs().map(({ subject }) => subject);
  await expect.poll(found, { timeout: LEAVE_MS_MAX, message: `a mail to ${address}` }).toBe(true);
  return theirs().findLast(holds) as Mail;
}

/** Waits until so many mails have left to an address; the last of them. */
export async function mailTo(server: Server, address: string, count: number): Promise<Mail> {
  const theirs = (): Mail[] => mailsOf(server).filter(({ to }) => to === address);
  await expect
    .poll(() => theirs().length, { timeout: LEAVE_MS_MAX, message: `mails to ${address}` })
    .toBeGreaterThanOrEqual(count);
  const [last, ...more] = theirs().slice(count - 1);
  expect(more.map(({ subject }) => subject), `no mail to ${address} that was not expected`).toEqual([]);
  if (last === undefined) throw new Error('it was there a moment ago');
  return last;
}

/** Where a mail's button leads. */
export function linkIn(mail: Mail): string {
  const [link] = /https:\/\/localhost:\d+\/l\/[\w-]{22}(?=\s)/.exec(mail.plain) ?? [];
  if (link === undefined) throw new Error(`no link in:\n${mail.plain}`);
  return link;
}

/** A line of a mail's calendar part, without its parameters. */
export function inCalendar(mail: Mail, name: string): string {
  const [, value] = new RegExp(`^${name}(?:;[^:]*)?:(.*)$`, 'm').exec(mail.calendar) ?? [];
  return value ?? '';
}

/** The first Tuesday that leaves a week before it, and the day after so many more. */
export function tuesday(more = 0): string {
  const day = new Date(Date.now() + 8 * 86_400_000);
  day.setUTCDate(day.getUTCDate() + ((9 - day.getUTCDay()) % 7) + more);
  return day.toISOString().slice(0, 10);
}

/** How people read a calendar day. */
export function dayWords(day: string, language = 'en'): string {
  const words = new Intl.DateTimeFormat(language, { weekday: 'long', month: 'long', day: 'numeric', timeZone: 'UTC' });
  return words.format(Date.parse(`${day}T00:00Z`));
}

interface Part {
  headers: Map<string, string>;
  text: string;
}

function read(text: string): Mail {
  const whole = split(text);
  const parts = leaves(whole);
  const header = (name: string): string => words(whole.headers.get(name) ?? '');
  const kind = (part: Part): string => (part.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? '';
  const decoded = (wanted: string): string => parts.filter((part) => kind(part) === wanted).map(decode)[0] ?? '';
  return {
    to: header('to').replace(/^.*<|>.*$/g, ''),
    subject: header('subject'),
    id: header('message-id'),
    plain: decoded('text/plain'),
    html: decoded('text/html'),
    calendar: unfold(decoded('text/calendar')),
    kinds: parts.map(kind),
    everything: [
      ...[...whole.headers].map(([name, value]) => `${name}: ${words(value)}`),
      ...parts.flatMap((part) => [...part.headers.values(), unfold(decode(part))]),
    ].join('\n'),
  };
}

function unfold(text: string): string {
  return text.replace(/\r\n[ \t]/g, '').replaceAll('\r\n', '\n');
}

function split(text: string): Part {
  const end = text.indexOf('\r\n\r\n');
  const lines = unfold(text.slice(0, end)).split('\n');
  const headers = lines.map((line) => /^([^:]+):\s*(.*)$/.exec(line)).filter((found) => found !== null);
  return {
    headers: new Map(headers.map(([, name = '', value = '']) => [name.toLowerCase(), value])),
    text: text.slice(end + 4),
  };
}

function leaves(part: Part): Part[] {
  const [, boundary] = /boundary="?([^";]+)"?/.exec(part.headers.get('content-type') ?? '') ?? [];
  if (boundary === undefined) return [part];
  const pieces = part.text.split(new RegExp(`(?:^|\r\n)--${boundary.replace(/[^\w]/g, '\\$&')}(?:--)?(?:\r\n|$)`));
  return pieces.slice(1, -1).flatMap((piece) => leaves(split(piece)));
}

function decode({ headers, text }: Part): string {
  switch ((headers.get('content-transfer-encoding') ?? '').toLowerCase()) {
    case 'base64':
      return Buffer.from(text, 'base64').toString('utf8');
    case 'quoted-printable':
      return quoted(text.replace(/=\r\n/g, ''));
    default:
      return text;
  }
}

function quoted(text: string): string {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** A header's encoded words (RFC 2047). */
function words(value: string): string {
  return value
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, how: string, text: string) =>
      how.toLowerCase() === 'b' ? Buffer.from(text, 'base64').toString('utf8') : quoted(text.replaceAll('_', ' ')),
    );
}
