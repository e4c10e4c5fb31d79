import { describe, expect, test } from 'vitest';
import { refusing } from '../../doubles/refusing';
import { StaffDouble } from '../../doubles/staff';
import { people, peopleAround } from '../../doubles/story';
import type { Answer, Api, StaffEnded, StaffLink, Transfers } from '../platform/api';
import { CaseloadsView } from './caseloads.svelte';
import { StaffPeople } from './staff.svelte';
import { notIn, TransfersView } from './transfers.svelte';

const good = <Body>(body: Body): Promise<Answer<Body>> => Promise.resolve({ ok: true, body });
const bad = (code: string): Promise<Answer<never>> => Promise.resolve({ ok: false, code });
const NOW = Date.UTC(2026, 10, 2, 15);

describe('the administrator’s people', () => {
  test('a lost answer is asked for again under the same id, and a link is put away for good', async () => {
    const asked: string[] = [];
    const made: StaffLink = { account: 'a', link: '/link/secret.key', expires_at: 1 };
    const api: Api = {
      ...refusing,
      staff: () => good({ members: [] }),
      inviteStaff: ({ op_id }) => (asked.push(op_id), asked.length === 1 ? bad('unreachable') : good(made)),
    };
    const staff = new StaffPeople(api);
    expect(await staff.invite(' Rae ', 'supervisor')).toBe('unreachable');
    expect(staff.link).toBeNull();
    expect(await staff.invite('Rae', 'supervisor')).toBeNull();
    expect(asked[0]).toBe(asked[1]);
    expect(staff.link).toEqual({ name: 'Rae', made });
    await staff.invite('Rae', 'supervisor');
    expect(asked[2]).not.toBe(asked[1]);
    staff.putAway();
    expect(JSON.stringify(staff)).not.toContain('secret');
  });

  test('an ended account says how many clients have nobody, a refusal says why', async () => {
    const answers: Promise<Answer<StaffEnded>>[] = [bad('step_up_required'), good({ clients_left: 3 })];
    const api: Api = { ...refusing, staff: () => good({ members: [] }), endAccount: () => answers.shift() ?? bad('other') };
    const staff = new StaffPeople(api);
    const card = new StaffDouble(NOW).members[0];
    if (card === undefined) throw new Error('somebody works there');
    expect(await staff.end(card)).toBe('step_up_required');
    expect(await staff.end(card)).toBe(3);
  });
});

describe('who serves whom', () => {
  test('is found by name without accents, and by what waits', async () => {
    const double = new StaffDouble(NOW);
    const api: Api = { ...refusing, caseloads: () => good({ clients: double.clients, managers: [] }) };
    const loads = new CaseloadsView(api);
    await loads.load();
    const names = (wanted: string, waiting: boolean): string[] => loads.found(wanted, waiting, 'en').map(({ name }) => name);
    expect(names('', false)).toEqual(['Alex Alone', 'José Ejemplo', 'Maria Sample']);
    expect(names(' JOSE', false)).toEqual(['José Ejemplo']);
    expect(names('', true)).toEqual(['Maria Sample']);
    expect(loads.alone.map(({ name }) => name)).toEqual(['Alex Alone']);
  });
});

describe('offers', () => {
  const list = (over: Partial<Transfers> = {}): Transfers => ({ incoming: [], outgoing: [], colleagues: [], ...over });

  test('only clients who are neither offered nor handed over can be offered', async () => {
    const { clients } = peopleAround();
    const offered = new StaffDouble(NOW).incoming.map((card) => ({ ...card, client: people.maria.person }));
    let answer = list();
    const transfers = new TransfersView({ ...refusing, transfers: () => good(answer) });
    await transfers.load();
    expect(transfers.free(clients, people.dana.account)).toHaveLength(1);
    expect(transfers.free(clients, people.robin.account)).toHaveLength(0);
    answer = list({ outgoing: offered });
    await transfers.load();
    expect(transfers.free(clients, people.dana.account)).toHaveLength(0);
    answer = list({ outgoing: offered.map((card) => ({ ...card, state: 'declined' })) });
    await transfers.load();
    expect(transfers.free(clients, people.dana.account)).toHaveLength(1);
  });

  test('somebody was faster: the list is read again', async () => {
    const { incoming } = new StaffDouble(NOW);
    const lists = [list({ incoming }), list()];
    const api: Api = { ...refusing, transfers: () => good(lists.shift() ?? list()), acceptTransfer: () => bad('transfer_gone') };
    const transfers = new TransfersView(api);
    await transfers.load();
    const [card] = transfers.incoming;
    if (card === undefined) throw new Error('one is offered');
    expect(await transfers.accept(card)).toBe('transfer_gone');
    expect(transfers.incoming).toEqual([]);
  });

  test('circles that have a group and not the new one are proposed', () => {
    const maria = peopleAround().clients[0];
    if (maria === undefined) throw new Error('Maria is in the story');
    expect(notIn(maria, people.sam.account)).toEqual([]);
    expect(notIn(maria, people.ana.account).map(({ title }) => title)).toEqual(['Maria and Dana']);
  });
});
