// A new circle: the server names its people, then calls on a device to make its group.
import type { ClientCard } from '../platform/api';
import type { App } from './app.svelte';
import { Intents } from './intents';

/** A new circle as it is being written. */
export interface CircleDraft {
  title: string;
  members: string[];
  /** Whether its messages are kept for devices that come later. */
  keep: boolean;
}

/**
 * A form that was closed after a lost answer and is opened again asks for the same circle. Kept with what the page holds
 * of people: titles and names go with it when they sign out.
 */
const intents = new WeakMap<App['people'], Intents>();

function intentsOf(people: App['people']): Intents {
  const kept = intents.get(people) ?? new Intents();
  intents.set(people, kept);
  return kept;
}

/** Plans a circle; the code of the refusal, or null when done. */
export async function planCircle(
  { api, client: device, people }: Pick<App, 'api' | 'client' | 'people'>,
  client: ClientCard,
  { title, members, keep }: CircleDraft,
): Promise<string | null> {
  const history = keep ? 'eras' : 'off';
  const body = { client: client.person, title: title.trim(), members, history } as const;
  const answer = await intentsOf(people).once(['circle', body], (op_id) => api.planCircle({ op_id, ...body }));
  if (!answer.ok) return answer.code;
  // This device hears the choice from the page too: the server could tell it another one.
  await device.ask({ kind: 'command', command: { kind: 'keep_history', circle: answer.body.id, keep } });
  await people.load();
  return null;
}
