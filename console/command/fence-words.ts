/** What a fence tells and what was told, in words. */
import type { FenceEventView, FenceView } from '#modules/patrol/contract.ts'
import type { Format } from '#ui/use-format.ts'

/** As `useTranslation('command')` gives them. */
type Words = (key: string, params?: Record<string, unknown>) => string

/** "进入、离开，停留 10 分钟" */
export function sayTells({ tells, hours, visitSeconds }: Pick<FenceView, 'tells' | 'hours' | 'visitSeconds'>, t: Words): string {
  const said = [
    ...(tells.enter ? [t('fences.enter')] : []),
    ...(tells.leave ? [t('fences.leave')] : []),
    ...(tells.staySeconds === null ? [] : [t('fences.staysFor', { minutes: Math.round(tells.staySeconds / 60) })]),
    ...(tells.speedLimitKmh === null ? [] : [t('fences.overLimit', { kmh: tells.speedLimitKmh })]),
    ...(visitSeconds ? [t('visits.from', { minutes: Math.round(visitSeconds / 6) / 10 })] : []),
  ].join(t('listSeparator'))
  return hours ? t('fences.inHours', { what: said, from: hours.from, until: hours.until }) : said
}

/** "巡3 进入" and what belongs to it. */
export function sayPassage({ kind, seconds, peakKmh, afterSilence }: Pick<FenceEventView, 'kind' | 'seconds' | 'peakKmh' | 'afterSilence'>, callSign: string, t: Words): string {
  const what = t(`fences.kind.${kind}`, { minutes: Math.round((seconds ?? 0) / 60), kmh: Math.round(peakKmh ?? 0) })
  return t(afterSilence ? 'fences.saidAfterSilence' : 'fences.said', { unit: callSign, what })
}

/** When: a crossing lies between two fixes, and the later one is said; the span where it is long. */
export function sayWhen({ since, fixAt, kind }: FenceEventView, format: Pick<Format, 'clockTime'>): string {
  const isCrossing = kind === 'entered' || kind === 'left'
  return isCrossing && fixAt - since > 60_000 ? `${format.clockTime(since)}–${format.clockTime(fixAt)}` : format.clockTime(fixAt)
}
