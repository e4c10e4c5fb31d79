// What is said after a consent was withdrawn, until the person can read nothing new.
import { t, type Language } from '../../i18n/texts.svelte';
import { lasted } from '../../i18n/time';
import type { Stage } from '../../state/withdrawal.svelte';

/** `unseen` is said where this device sees none of the circles that it concerns. */
export function withdrawn(stage: Stage, name: string, unseen: string, language: Language): string {
  switch (stage.kind) {
    case 'idle':
      return '';
    case 'unseen':
      return unseen;
    case 'removing':
      return t('leaving-now', { name });
    case 'done':
      return t('leaving-done', { name, time: lasted(stage.tookMs, language) });
  }
}
