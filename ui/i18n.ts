/**
 * Two languages, switchable at once. Every word on a screen comes from a catalogue in `locales/`.
 *
 * `common` is always there. A page adds the catalogue it needs by importing `locales/<namespace>.ts`, so that the
 * officer's phone does not load the administrator's words.
 */
import { createInstance } from 'i18next'
import { useSyncExternalStore } from 'react'
import { initReactI18next } from 'react-i18next'
import { setClientLanguage } from './client.ts'
import commonEn from './locales/en/common.json' with { type: 'json' }
import commonZh from './locales/zh-CN/common.json' with { type: 'json' }

export const languages = ['zh-CN', 'en'] as const
export type Language = (typeof languages)[number]
export type Namespace = 'common' | 'command' | 'administration' | 'officer' | 'setup' | 'messages' | 'playback'

const storageKey = 'gengfu.language'

export const i18n = createInstance()

/** The language that was chosen here before; else the browser's own; Chinese for every kind of Chinese. */
export function preferredLanguage(stored: string | null, browser: readonly string[]): Language {
  if (stored === 'zh-CN' || stored === 'en') return stored
  for (const name of browser) {
    if (/^zh\b/i.test(name)) return 'zh-CN'
    if (/^en\b/i.test(name)) return 'en'
  }
  return 'en'
}

const stored = (): string | null => {
  try {
    return localStorage.getItem(storageKey)
  } catch {
    return null // storage may be forbidden; then the choice lasts as long as the page
  }
}

void i18n.use(initReactI18next).init({
  lng: typeof navigator === 'undefined' ? 'en' : preferredLanguage(stored(), navigator.languages ?? [navigator.language]),
  fallbackLng: false, // a missing word shows as its key, and the catalogue test fails
  supportedLngs: [...languages],
  defaultNS: 'common',
  fallbackNS: 'common',
  ns: ['common'],
  resources: { 'zh-CN': { common: commonZh }, en: { common: commonEn } },
  interpolation: { escapeValue: false }, // React escapes
  returnNull: false,
  initAsync: false,
})

/** Make a catalogue known. Called by `locales/<namespace>.ts`. */
export function addCatalogue(namespace: Namespace, words: Readonly<Record<Language, object>>): void {
  for (const language of languages) i18n.addResourceBundle(language, namespace, words[language], true, true)
}

const apply = (language: Language) => {
  setClientLanguage(language)
  if (typeof document !== 'undefined') document.documentElement.lang = language
}
apply(i18n.language as Language) // `supportedLngs` leaves nothing else
i18n.on('languageChanged', (language: string) => apply(language as Language))

/** The language now; from outside React. */
export const currentLanguage = (): Language => i18n.language as Language // `supportedLngs` leaves nothing else

export function setLanguage(language: Language): void {
  try {
    localStorage.setItem(storageKey, language)
  } catch {
    // forbidden storage: the choice lasts as long as the page
  }
  void i18n.changeLanguage(language)
}

const subscribe = (listener: () => void) => {
  i18n.on('languageChanged', listener)
  return () => i18n.off('languageChanged', listener)
}

/** The language and how to change it; the component is drawn anew when it changes. */
export function useLanguage(): { readonly language: Language; readonly setLanguage: (language: Language) => void } {
  return { language: useSyncExternalStore(subscribe, currentLanguage), setLanguage }
}
