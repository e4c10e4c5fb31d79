// The sentences for what can go wrong with devices and recovery codes.
import type { Link } from '../../core/types.gen';
import { t } from '../../i18n/texts.svelte';
import type { Refusal } from '../../state/recovery.svelte';
import { trouble } from '../words';

export function recoveryTrouble(refusal: Refusal): string {
  switch (refusal.kind) {
    case 'length':
      return t('recover-length', { count: refusal.count });
    case 'sign':
      return t('recover-signs', { sign: refusal.sign });
    case 'code':
      return refusal.code === 'recovery_unknown' ? t('recover-unknown') : trouble(refusal.code);
  }
}

/** Why an act on devices was refused. Without a connection that is the reason, whatever the code. */
export function refusal(code: string, link: Link | undefined): string {
  return trouble(link === 'online' ? code : 'unreachable');
}
