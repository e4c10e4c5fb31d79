// The page's end of a worker that is not there: tests read what was asked and say what is answered.
import type { Client, Heard } from '../src/core/client';
import type { Ask, Reply } from '../src/core/messages';
import type { Command, Event } from '../src/core/types.gen';

export class Worker implements Client {
  asked: Ask[] = [];
  replies: Reply[] = [];
  heard: Heard | null = null;
  ask(ask: Ask): Promise<Reply> {
    this.asked.push(ask);
    return Promise.resolve(this.replies.shift() ?? { kind: 'done' });
  }
  listen(heard: Heard): void {
    this.heard = heard;
  }
  end(): void {
    this.heard = null;
  }
  /** The commands among what was asked. */
  get commands(): Command[] {
    return this.asked.flatMap((ask) => (ask.kind === 'command' ? [ask.command] : []));
  }
  tell(event: Event): void {
    this.heard?.event(event);
  }
}
