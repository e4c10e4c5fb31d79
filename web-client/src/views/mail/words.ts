// What became of a mail, to people.
import { t } from '../../i18n/texts.svelte';
import type { UpdateMail } from '../../platform/api';

const REASONS: Record<string, () => string> = {
  read: () => t('update-mail-read'),
  seen: () => t('update-mail-seen'),
  told: () => t('update-mail-told'),
  no_right: () => t('update-mail-no-right'),
  unwanted: () => t('update-mail-unwanted'),
  address_unconfirmed: () => t('update-mail-unconfirmed'),
  no_address: () => t('update-mail-no-address'),
  too_late: () => t('update-mail-too-late'),
  outside_safe_hours: () => t('update-mail-outside-hours'),
  address_refused: () => t('update-mail-address-refused'),
};

/** In a sentence: that it was sent, or why not. */
export function became({ state, reason }: Pick<UpdateMail, 'state' | 'reason'>): string {
  const why = REASONS[reason ?? ''];
  return {
    planned: () => t('update-mail-planned'),
    leased: () => t('update-mail-leased'),
    sent: () => t('update-mail-sent'),
    skipped: why ?? (() => t('update-mail-skipped')),
    cancelled: () => t('update-mail-skipped'),
    failed: why ?? (() => t('update-mail-failed')),
  }[state]();
}
