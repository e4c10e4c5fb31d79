// How this browser shows things: language, light or dark, size of text, the calendar as a list or by the
// clock. Kept without the server.
import { isLanguage, negotiate, texts, type Language } from '../i18n/texts.svelte';
import { keep, recall } from '../platform/kept';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
export const SIZES = ['100', '125', '150', '200'] as const;
export type Size = (typeof SIZES)[number];
export type View = 'list' | 'grid';

function oneOf<Word extends string>(words: readonly Word[], text: string | null): Word | undefined {
  return words.find((word) => word === text);
}

export class Preferences {
  theme = $state<Theme>(oneOf(THEMES, recall('theme')) ?? 'system');
  size = $state<Size>(oneOf(SIZES, recall('size')) ?? '100');
  /** The list says the same to everybody; the grid is for whoever asks for it. */
  calendar = $state<View>(recall('calendar') === 'grid' ? 'grid' : 'list');

  /** The language chosen here before, or the one the browser wishes for. */
  start(wishes: readonly string[]): Promise<void> {
    const chosen = recall('language');
    return texts.use(isLanguage(chosen) ? chosen : negotiate(wishes));
  }

  async useLanguage(language: Language): Promise<void> {
    await texts.use(language);
    keep('language', language);
  }

  useTheme(theme: Theme): void {
    this.theme = theme;
    keep('theme', theme);
  }

  useSize(size: Size): void {
    this.size = size;
    keep('size', size);
  }

  useView(view: View): void {
    this.calendar = view;
    keep('calendar', view);
  }
}
