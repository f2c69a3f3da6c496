/** What an officer reports: made on a phone, perhaps long before the server hears of it. Pure. */
import { accept, refuse, type Decision } from '#kernel/decision.ts'
import type { AccountId, Instant, UnitId } from '#kernel/names.ts'
import type { DispatchEvent, HelpMeans } from './contract.ts'
import type { Incident } from './incident.ts'
import { open } from './incident.ts'

/** How old a report may be when it arrives: a phone that lay without a network over a long weekend is heard. */
export const reportAgeMaxMs = 72 * 3_600_000

/** For how long whoever reported may add to it, from when the server heard of it: pictures come last and slowly. */
export const reporterMs = 72 * 3_600_000

/**
 * When a report was made: as the phone said, but never later than now. A phone whose clock is ahead is not sent away,
 * since it could never say it better.
 */
export const madeAtOf = (said: Instant, now: Instant): Instant | 'too-old' => (now - said > reportAgeMaxMs ? 'too-old' : Math.min(said, now))

/** Whose place it is: the first two said it themselves. */
export type DrawnAt = 'phone' | 'terminal' | 'unit' | 'agency' | 'town' | 'nowhere'
export type PlaceKnown = { readonly lon: number; readonly lat: number; readonly from: DrawnAt }
type Point = { readonly lon: number | null; readonly lat: number | null }

/**
 * Where to draw it: where the phone or terminal itself was; else where the unit was last seen; else its agency; else the middle of the
 * town; else nowhere, at 0° E 0° N. Only the first is a place that somebody meant, and the log keeps which it was.
 */
export function placeOf(own: Partial<Point>, unit: Point | undefined, agency: Point | undefined, town: Point | undefined, by: 'phone' | 'terminal' = 'phone'): PlaceKnown {
  for (const [from, point] of [[by, own], ['unit', unit], ['agency', agency], ['town', town]] as const) {
    if (point?.lon != null && point.lat != null) return { lon: point.lon, lat: point.lat, from }
  }
  return { lon: 0, lat: 0, from: 'nowhere' }
}

const drawnAt: Readonly<Record<Exclude<DrawnAt, HelpMeans>, { readonly zh: string; readonly en: string }>> = {
  unit: { zh: '没有定位，标在单元最后的位置', en: 'had no position: drawn where the unit was last' },
  agency: { zh: '没有定位，标在单位所在地', en: 'had no position: drawn at the agency' },
  town: { zh: '没有定位，标在地图中心', en: 'had no position: drawn in the middle of the map' },
  nowhere: { zh: '没有定位，图上位置不明', en: 'had no position: its place on the map is not known' },
}
const whose: Readonly<Record<HelpMeans, { readonly zh: string; readonly en: string }>> = {
  phone: { zh: '手机', en: 'the phone' },
  terminal: { zh: '车载终端', en: 'the terminal' },
}

/**
 * The place in words, both languages: the officer's own, else the map's. Where nobody meant the point it says so, since
 * somebody is sent there.
 */
export function placeInWords(from: DrawnAt, own: string | undefined, spoken: { readonly text: string; readonly textEn: string } | undefined, means: HelpMeans = 'phone') {
  if (from === 'phone' || from === 'terminal') return { place: own || (spoken?.text ?? ''), placeEn: own || (spoken?.textEn ?? '') }
  const [zh, en] = [`${whose[means].zh}${drawnAt[from].zh}`, `${whose[means].en} ${drawnAt[from].en}`]
  return { place: own ? `${own}（${zh}）` : zh, placeEn: own ? `${own} (${en})` : en }
}

/** Take an officer's report: it opens an incident under the id that the phone made. */
export function takeReport(
  state: Incident,
  facts: Parameters<typeof open>[0],
  how: { readonly by: AccountId; readonly unit: UnitId | null; readonly madeAt: Instant; readonly drawnAt: DrawnAt; readonly panic: boolean; readonly means?: HelpMeans },
  at: Instant,
): Decision<DispatchEvent, 'report-exists' | 'report-too-old'> {
  if (state.status !== 'unheard') return refuse('report-exists', { number: state.number })
  const madeAt = madeAtOf(how.madeAt, at)
  if (madeAt === 'too-old') return refuse('report-too-old', { hours: reportAgeMaxMs / 3_600_000 })
  const opened = open(facts, at)
  if ('refused' in opened) return opened
  return accept<DispatchEvent>(...opened.events.map((event) => (event.type === 'incident-opened' ? { ...event, report: { ...how, madeAt } } : event)))
}

/** Whether this account reported the incident and may still add to it. */
export const isReporter = (state: Pick<Incident, 'report'>, account: AccountId, at: Instant): boolean =>
  state.report !== null && state.report.by === account && at - state.report.takenAt <= reporterMs
