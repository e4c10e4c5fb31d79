// Every sentence a person sees, from the Fluent files that mails and the command line use too
// (`server/care/locales`). A folder there is a language here; only the chosen one is loaded, and of
// it only the parts that the open pages need: signing in needs `web` alone.
import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle';
import { negotiateLanguages } from '@fluent/langneg';

const files = import.meta.glob<string>('$locales/*/{web,circle,care,devices,audit,ways,staff,intake,agency}.ftl', {
  query: '?raw',
  import: 'default',
});
export type Part = 'web' | 'circle' | 'care' | 'devices' | 'audit' | 'ways' | 'staff' | 'intake' | 'agency';

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
  #parts: readonly Part[] = ['web'];
  /** One loading at a time, so that a late one never undoes a newer one. */
  #loading: Promise<unknown> = Promise.resolve();

  /** Loads a language and switches to it; on failure the present one stays. */
  async use(language: Language): Promise<void> {
    await this.#after(() => this.#load(language, this.#parts));
  }

  /** Resolves once a part's sentences are there, now and in every language used later. */
  async need(part: Part): Promise<void> {
    const there = await this.#after(
      async () => this.#parts.includes(part) || this.#load(this.language, [...this.#parts, part]),
    );
    if (!there) throw new Error(`no sentences: ${part}`);
  }

  format(key: string, values?: Record<string, FluentVariable>): string {
    const pattern = this.#bundle?.getMessage(key)?.value;
    if (pattern === null || pattern === undefined) return key;
    return this.#bundle?.formatPattern(pattern, values) ?? key;
  }

  #after<Outcome>(work: () => Promise<Outcome>): Promise<Outcome> {
    const done = this.#loading.then(work);
    this.#loading = done.catch(() => undefined);
    return done;
  }

  async #load(language: Language, parts: readonly Part[]): Promise<boolean> {
    const sources = await Promise.all(
      parts.map((part) => {
        const file = Object.entries(files).find(([path]) => path.endsWith(`/${language}/${part}.ftl`));
        return file?.[1]().catch(() => undefined);
      }),
    );
    const bundle = new FluentBundle(language);
    for (const source of sources) {
      if (source === undefined) return false;
      bundle.addResource(new FluentResource(source));
    }
    this.#bundle = bundle;
    this.#parts = parts;
    this.language = language;
    return true;
  }
}

export const texts = new Texts();

/** What the server says in the place of a text about a client who was erased (`protocol::ERASED`). */
export const ERASED = '[erased]';

/** A name, a title or a note as people read it, also of a client who was erased. */
export function orErased(text: string): string {
  return text === ERASED ? t('erased') : text;
}

/** The sentence for a key, in the present language. */
export function t(key: string, values?: Record<string, FluentVariable>): string {
  return texts.format(key, values);
}
