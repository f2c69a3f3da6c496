/** Ant Design's own words. */
import type { ConfigProviderProps } from 'antd'
import en from 'antd/es/locale/en_US.js'
import zh from 'antd/es/locale/zh_CN.js'
import type { Language } from '#ui/i18n.ts'

type Locale = NonNullable<ConfigProviderProps['locale']>

/**
 * These files are ES modules to Vite, but their package does not say so: TypeScript takes what is imported for
 * the whole module. Either is taken here.
 */
const wordsOf = (imported: unknown): Locale =>
  ((imported as { default?: Locale }).default ?? imported) as Locale // one of the two, as said above

export const antdLocales: Readonly<Record<Language, Locale>> = { 'zh-CN': wordsOf(zh), en: wordsOf(en) }
