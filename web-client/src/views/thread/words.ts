// What happened in a circle, and what is wrong with it, in sentences.
import type { AccountId, CircleView, Content, Trouble } from '../../core/types.gen';
import { orErased, t, type Language } from '../../i18n/texts.svelte';
import { joined } from '../words';

/** Who reads, and how the others are called. */
export interface Reader {
  me: AccountId | undefined;
  name: (account: AccountId) => string;
  language: Language;
}

export function readerOf({ members }: CircleView, language: Language): Reader {
  const names = new Map(members.map(({ account, name }) => [account, orErased(name)]));
  return {
    me: members.find(({ me }) => me)?.account,
    name: (account) => names.get(account) || t('someone'),
    language,
  };
}

/** "Dana and Ana". */
export function listed(accounts: readonly AccountId[], { name, language }: Reader): string {
  return new Intl.ListFormat(language).format(accounts.map(name));
}

/** What an entry that is no message says. */
export function note(content: Exclude<Content, { kind: 'text' }>, reader: Reader): string {
  const { me, name, language } = reader;
  switch (content.kind) {
    case 'joined':
      return joined(content.accounts.map(name), language);
    case 'removed': {
      const who = { names: listed(content.accounts, reader), count: content.accounts.length };
      // Their right had ended: whose device carried it out is nobody's business.
      if ((content.took_ms ?? null) !== null) return t('note-ended', who);
      if (content.by === me) return t('note-removed-mine', who);
      return t('note-removed', { by: name(content.by), ...who });
    }
    case 'key_changed':
      return content.account === me ? t('note-key-changed-mine') : t('note-key-changed', { name: name(content.account) });
    case 'reset':
      return content.by === me ? t('note-reset-mine') : t('note-reset', { name: name(content.by) });
    case 'history_set':
      if (content.by === me) return content.kept ? t('note-kept-mine') : t('note-unkept-mine');
      return content.kept ? t('note-kept', { name: name(content.by) }) : t('note-unkept', { name: name(content.by) });
    case 'urgent_ack':
      return content.by === me ? t('note-ack-mine') : t('note-ack', { name: name(content.by) });
    case 'unreadable':
      return content.reason === 'not_kept' ? t('note-not-kept') : t('note-unreadable');
  }
}

/** The newest entry, for the list of circles. */
export function preview(circle: CircleView, reader: Reader): string {
  if (circle.phase === 'waiting') return t('circle-waiting-short');
  if (circle.phase === 'stopped') return t('circle-stopped-short');
  const content = circle.newest?.content;
  if (content === undefined) return t('circle-empty');
  if (content.kind !== 'text') return note(content, reader);
  if (content.mine || content.from === reader.me) return t('preview-mine', { text: content.text });
  return t('preview-theirs', { name: reader.name(content.from), text: content.text });
}

/** What is wrong, for the list of circles. */
export function troubleShort(trouble: Trouble): string {
  return {
    rejoining: () => t('circle-rejoining-short'),
    old_copy: () => t('circle-old-copy-short'),
    clock: () => t('circle-clock-short'),
    needs_reset: () => t('circle-reset-short'),
    recovering: () => t('circle-recovering-short'),
    security_stop: () => t('circle-security-short'),
    new_key: () => t('circle-new-key-short'),
  }[trouble]();
}

/** What is wrong, at the top of the circle. New keys have a sentence for each person. */
export function troubleLong(trouble: Exclude<Trouble, 'new_key'>, time: string): string {
  return {
    rejoining: () => t('circle-rejoining'),
    old_copy: () => t('circle-old-copy'),
    clock: () => t('circle-clock', { time }),
    needs_reset: () => t('circle-reset'),
    recovering: () => t('circle-recovering'),
    security_stop: () => t('circle-security'),
  }[trouble]();
}
