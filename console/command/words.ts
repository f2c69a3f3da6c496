/** Saying things of the room in the reader's language, with the words of useTranslation('command'). */
import type { CategoryView, IncidentView } from '#modules/dispatch/contract.ts'
import type { AgencyView } from '#modules/organisation/contract.ts'
import type { Language } from '#ui/i18n.ts'
import type { Format } from '#ui/use-format.ts'

export const categoryName = (category: CategoryView | undefined, language: Language): string =>
  category ? (language === 'en' ? category.nameEn : category.name) : '—'

/** A kind in one or two characters: its own one in Chinese, the initials of its words in English. */
export const categoryMark = (category: CategoryView | undefined, language: Language): string => {
  if (!category) return '·'
  if (language !== 'en') return category.glyph
  const words = category.nameEn.split(/[\s/-]+/).filter((word) => word && !/^(or|and|of|the)$/i.test(word))
  return words.slice(0, 2).map((word) => word[0]!.toUpperCase()).join('') || category.glyph
}

export const placeName = (incident: Pick<IncidentView, 'place' | 'placeEn' | 'lon' | 'lat'>, language: Language): string =>
  (language === 'en' ? incident.placeEn || incident.place : incident.place || incident.placeEn) || `${incident.lon.toFixed(5)}, ${incident.lat.toFixed(5)}`

export const agencyName = (agency: AgencyView | undefined, path: string, language: Language): string =>
  agency ? (language === 'en' ? (agency.nameEn ?? agency.name) : agency.name) : (path.split('.').at(-1) ?? path)

/** The incident's number as people say it; with the day when it is not today's. */
export const numberOf = (incident: Pick<IncidentView, 'number'>): string => `#${incident.number}`

/** How old a position is: `刚刚`, `40秒前`. */
export const fixAgeWords = (fixAt: number, now: number, format: Format, t: (key: string, params?: Record<string, unknown>) => string): string =>
  now - fixAt < 5000 ? t('unit.fixNow') : t('unit.fixAge', { age: format.duration((now - fixAt) / 1000) })

/** For how long: within the hour as a running clock, which is short and quick to compare; afterwards in words. */
export const runningWords = (ms: number, format: Format): string =>
  ms < 3_600_000 ? format.countdown(Math.max(0, ms) / 1000) : format.duration(ms / 1000)
