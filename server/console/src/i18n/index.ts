import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

import en from './en.json';
import fr from './fr.json';

export const languages = ['en', 'fr'] as const;
export type Language = (typeof languages)[number];

/** Each in its own words. */
export const languageNames: Record<Language, string> = { en: 'English', fr: 'Français' };

const kept = 'vigie-language';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
    returnNull: false;
  }
}

export function firstLanguage(stored: string | null, wanted: readonly string[]): Language {
  const known = (name: string | null): name is Language => languages.includes(name as Language);
  if (known(stored)) return stored;
  return wanted.map((name) => name.slice(0, 2)).find(known) ?? 'en';
}

export function setLanguage(language: Language): void {
  window.localStorage.setItem(kept, language);
  document.documentElement.lang = language;
  void i18next.changeLanguage(language);
}

export function startTexts(): void {
  const language = firstLanguage(window.localStorage.getItem(kept), navigator.languages);
  document.documentElement.lang = language;
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    resources: { en: { translation: en }, fr: { translation: fr } },
    interpolation: { escapeValue: false }, // React escapes
  });
}
