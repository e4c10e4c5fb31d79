// Every sentence a person sees, from the Fluent files that mails and the command line use too
// (`server/care/locales`). A folder there is a language here; only the chosen one is loaded.
import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle';
import { negotiateLanguages } from '@fluent/langneg';

const files = import.meta.glob<string>('$locales/*/web.ftl', { query: '?raw', import: 'default' });

/** Languages by code, in the order they are offered. */
export const LANGUAGES = { en: 'English', es: 'Español' } as const;
export type Language = keyof typeof LANGUAGES;
const codes = Object.keys(LANGUAGES) as Language[];

export function isLanguage(text: string | null): text is Language {
  return text !== null && (codes as string[]).includes(text);
}

/** The offered language that suits the browser's wishes best. */
export function negotiate(wishes: readonly string[]): Language {
  const [best] = negotiateLanguages(wishes, codes, { strategy: 'lookup', defaultLocale: 'en' });
  return isLanguage(best ?? null) ? (best as Language) : 'en';
}

class Texts {
  language = $state<Language>('en');
  #bundle = $state.raw<FluentBundle | null>(null);

  /** Loads a language and switches to it; on failure the present one stays. */
  async use(language: Language): Promise<void> {
    const file = Object.entries(files).find(([path]) => path.includes(`/${language}/`));
    const source = await file?.[1]().catch(() => undefined);
    if (source === undefined) return;
    const bundle = new FluentBundle(language);
    bundle.addResource(new FluentResource(source));
    this.#bundle = bundle;
    this.language = language;
  }

  format(key: string, values?: Record<string, FluentVariable>): string {
    const pattern = this.#bundle?.getMessage(key)?.value;
    if (pattern === null || pattern === undefined) return key;
    return this.#bundle?.formatPattern(pattern, values) ?? key;
  }
}

export const texts = new Texts();

/** The sentence for a key, in the present language. */
export function t(key: string, values?: Record<string, FluentVariable>): string {
  return texts.format(key, values);
}
