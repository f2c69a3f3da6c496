/** Who should go 推荐: every fresh free unit in order of its real way by road, with the reasons. Pure. */
import { distanceMeters } from '#core/geo/distance.ts'
import { sentence, type RefusalParams, type Sentences } from '#kernel/decision.ts'
import type { Instant } from '#kernel/names.ts'
import { secondsWithin, travelOf, type Arrival, type Traveller } from '#modules/roads/contract.ts'
import type { UnitKind, UnitView } from '#modules/units/contract.ts'
import type { RecommendationItem } from './contract.ts'

/** Why a unit stands where it does in the list, in both languages. */
export const reasonSentences: Sentences = {
  'nearest-by-road': { zh: '按路程最先到达', en: 'nearest by road' },
  'nearest-with-capability': { zh: '具备所需能力（{capabilities}）的单元中最先到达', en: 'nearest of those with {capabilities}' },
  'minutes-behind-nearest': { zh: '比最快的晚 {minutes} 分钟', en: '{minutes} min behind the nearest' },
  'lacks-capability': { zh: '缺少能力：{capabilities}', en: 'lacks {capabilities}' },
  'as-emergency': { zh: '按紧急行车计算', en: 'driving as an emergency' },
  'closed-road-avoided': { zh: '绕行封闭道路，多 {minutes} 分钟', en: 'goes round a closed road: {minutes} min more' },
  'closed-road-between': { zh: '途中有封闭道路，时间按可通行估算', en: 'a closed road lies between: the time is as if it were open' },
  'no-road-data': { zh: '没有可用的道路数据，按直线距离估算', en: 'no way by road is known: estimated from the straight line' },
  'fix-age': { zh: '定位于 {seconds} 秒前', en: 'position {seconds} s old' },
  'off-duty': { zh: '未在勤', en: 'off duty' },
  committed: { zh: '正在处理另一起警情', en: 'on another incident' },
  assigned: { zh: '已派往本警情', en: 'on this incident already' },
  'no-position': { zh: '没有位置', en: 'its position is not known' },
  stale: { zh: '位置已过时（{seconds} 秒前）', en: 'its position is too old ({seconds} s)' },
}

export type Language = 'zh' | 'en'
type Code = keyof typeof reasonSentences & string
const reason = (code: Code, language: Language, params?: RefusalParams) => ({
  code,
  text: sentence(reasonSentences, { refused: code, params }, language),
})

/** Incidents of this priority are driven to with lights and siren. */
const urgentPriority = 1
export const isUrgent = (priority: number | undefined) => priority === urgentPriority

/** Who could be sent: on duty, free, and known to be where it is now. */
export type Placed = UnitView & { readonly lon: number; readonly lat: number; readonly fixAt: number }
export const isUsable = (unit: UnitView): unit is Placed =>
  unit.state === 'free' && !unit.stale && unit.lon !== null && unit.lat !== null && unit.fixAt !== null

export const travellerOf = (unit: Placed, priority?: number): Traveller => ({ id: unit.id, lon: unit.lon, lat: unit.lat, ...travelOf(unit.kind, isUrgent(priority)) })

/** Without roads: what a unit usually makes, and how much longer a way is than the straight line. */
const metersPerSecond: Readonly<Record<UnitKind, number>> = { car: 30 / 3.6, motorcycle: 30 / 3.6, 'e-bike': 20 / 3.6, foot: 5 / 3.6 }
const detour = 1.4
/** Until it is there, by the straight line. */
export const estimatedSeconds = ({ kind, lon, lat }: Placed, to: { readonly lon: number; readonly lat: number }): number =>
  (distanceMeters(lon, lat, to.lon, to.lat) * detour) / metersPerSecond[kind]

/**
 * Order the usable units: those with every needed capability first, then by time on the road; who has no known way
 * comes after, by the straight line, and says so.
 *
 * @param arrivals       as the road engine gave them; a unit that is missing there has no way
 * @param how.openRoads  the same as if nothing were closed, where something is: who comes only so is told as such
 */
export function recommend(
  to: { readonly lon: number; readonly lat: number },
  units: readonly Placed[],
  arrivals: readonly Arrival[],
  needs: readonly string[],
  language: Language,
  at: Instant,
  how: { readonly priority?: number; readonly openRoads?: readonly Arrival[] } = {},
): RecommendationItem[] {
  const openOf = new Map((how.openRoads ?? []).map((arrival) => [arrival.id, arrival]))
  const arrivalOf = new Map(arrivals.map((arrival) => [arrival.id, arrival]))
  const rows = units.map((unit) => {
    const isBarred = !arrivalOf.has(unit.id) && openOf.has(unit.id)
    const arrival = arrivalOf.get(unit.id) ?? openOf.get(unit.id)
    const meters = arrival?.meters ?? distanceMeters(unit.lon, unit.lat, to.lon, to.lat)
    const seconds = arrival ? secondsOf(unit, arrival) : estimatedSeconds(unit, to)
    return { unit, byRoad: arrival !== undefined, isBarred, meters, seconds, lacks: needs.filter((need) => !unit.capabilities.includes(need)) }
  })
  rows.sort(
    (a, b) =>
      Number(a.lacks.length > 0) - Number(b.lacks.length > 0) ||
      Number(b.byRoad) - Number(a.byRoad) ||
      Number(a.isBarred) - Number(b.isBarred) ||
      a.seconds - b.seconds ||
      inOrder(a.unit.callSign, b.unit.callSign) ||
      inOrder(a.unit.id, b.unit.id),
  )
  // Nearest of all, whether it has what is needed or not: the others are measured against it.
  const nearest = rows.filter((row) => row.byRoad && !row.isBarred).toSorted((a, b) => a.seconds - b.seconds)[0]
  const first = rows[0]
  return rows.map((row) => {
    const reasons = []
    if (row === nearest) reasons.push(reason('nearest-by-road', language))
    else if (row === first && row.byRoad && needs.length > 0 && row.lacks.length === 0) {
      reasons.push(reason('nearest-with-capability', language, { capabilities: needs.join(', ') }))
    }
    if (nearest && row !== nearest && row.byRoad) {
      reasons.push(reason('minutes-behind-nearest', language, { minutes: Math.round((row.seconds - nearest.seconds) / 6) / 10 }))
    }
    const detour = openOf.has(row.unit.id) && !row.isBarred ? row.seconds - secondsOf(row.unit, openOf.get(row.unit.id)!) : 0
    if (row.isBarred) reasons.push(reason('closed-road-between', language))
    else if (detour >= 6) reasons.push(reason('closed-road-avoided', language, { minutes: Math.round(detour / 6) / 10 }))
    if (row.byRoad && travelOf(row.unit.kind, isUrgent(how.priority)).mode === 'emergency') reasons.push(reason('as-emergency', language))
    if (row.lacks.length > 0) reasons.push(reason('lacks-capability', language, { capabilities: row.lacks.join(', ') }))
    if (!row.byRoad) reasons.push(reason('no-road-data', language))
    reasons.push(reason('fix-age', language, { seconds: Math.max(0, Math.round((at - row.unit.fixAt) / 1000)) }))
    return { unit: row.unit.id, callSign: row.unit.callSign, travelSeconds: row.seconds, distanceMeters: row.meters, reasons }
  })
}

const secondsOf = ({ kind }: Placed, { seconds, meters }: Arrival) => secondsWithin(travelOf(kind).metersPerSecondMax, seconds, meters)
const inOrder = (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1)

/** Why each of the others cannot be recommended. */
export function unusable(units: readonly UnitView[], incident: string | undefined, language: Language, at: Instant) {
  return units
    .filter((unit) => !isUsable(unit))
    .map((unit) => ({ unit: unit.id, callSign: unit.callSign, reasons: [whyNot(unit, incident, language, at)] }))
}

function whyNot(unit: UnitView, incident: string | undefined, language: Language, at: Instant) {
  if (unit.state === 'off-duty') return reason('off-duty', language)
  if (unit.state !== 'free') return reason(unit.incident === incident ? 'assigned' : 'committed', language)
  if (unit.lon === null || unit.fixAt === null) return reason('no-position', language)
  return reason('stale', language, { seconds: Math.round((at - unit.fixAt) / 1000) })
}
