/** The rules of a fence: what may be drawn, for whom it is, when it tells, and what is told once. Pure. */
import type { Passage } from '#core/geo/fence.ts'
import { isWithin } from '#kernel/actor.ts'
import { accept, isRefused, refuse, type Decision } from '#kernel/decision.ts'
import { localClock, minutesOf } from '#kernel/local-clock.ts'
import type { AgencyPath, Instant } from '#kernel/names.ts'
import type { UnitKind } from '#modules/units/contract.ts'
import type { FenceDrawing, FenceEvent, FenceHours, FencePassageKind } from './contract.ts'
import { outlineProblem, type TownBounds } from './outline.ts'

/** A fence as its row has it, locked. */
export type Fence = FenceDrawing & { readonly id: string; readonly agency: AgencyPath; readonly retiredAt: Instant | null }

/** What the shell looked up. */
export type DrawingFacts = {
  /** Another fence of the agency that is called so. */
  readonly nameTaken: boolean
  /** Of the units named, those that are not of the agency or below. */
  readonly strangers: readonly string[]
  readonly town?: TownBounds
}

export const usualTells = { enter: true, leave: true, staySeconds: null, speedLimitKmh: null, overSeconds: 10 } as const

export function drawFence(wanted: FenceDrawing, facts: DrawingFacts, at: Instant): Decision<FenceEvent> {
  const name = wanted.name.trim()
  if (name === '') return refuse('fence-without-name')
  if (facts.nameTaken) return refuse('fence-name-taken', { name })
  const problem = outlineProblem(wanted.geometry, facts.town)
  if (problem) return problem
  const { enter, leave, staySeconds, speedLimitKmh } = wanted.tells
  if (!enter && !leave && staySeconds === null && speedLimitKmh === null && (wanted.visitSeconds ?? null) === null) return refuse('fence-tells-nothing')
  if (wanted.hours && wanted.hours.from === wanted.hours.until) return refuse('fence-hours-empty')
  if (facts.strangers.length > 0) return refuse('fence-units-not-of-it', { units: facts.strangers.join(', ') })
  return accept({ type: 'fence-drawn', at, ...wanted, name })
}

/** What does not change is not written. */
export function changeFence(fence: Fence, changes: Partial<FenceDrawing>, facts: DrawingFacts, at: Instant): Decision<FenceEvent> {
  if (fence.retiredAt !== null) return refuse('fence-is-retired')
  const { name, geometry, appliesTo, tells, hours, severity, visitSeconds = null } = fence
  const before: FenceDrawing = { name, geometry, appliesTo, tells, hours, severity, visitSeconds }
  const wanted: FenceDrawing = { ...before, ...changes }
  if (JSON.stringify(wanted) === JSON.stringify(before)) return accept()
  const decision = drawFence(wanted, facts, at)
  if (isRefused(decision)) return decision
  return accept(...decision.events.map((event) => ({ ...event, type: 'fence-changed' }) as FenceEvent)) // the same fields
}

export const retireFence = (fence: Fence, at: Instant): Decision<FenceEvent> => (fence.retiredAt === null ? accept({ type: 'fence-retired', at }) : accept())

/** Of several that saw the same crossing, on other nodes or after a restart, the first tells it. */
const sameMs = 120_000
const MINUTE_MS = 60_000
const DAY_MINUTES = 24 * 60

/** What was told last of one unit at one fence, by kind: which fix it was. */
export type Told = { readonly [kind in FencePassageKind]?: Instant }

/**
 * Write what the mathematics found, unless the fence does not tell it, not at that hour, or it was told. What came late is no alarm.
 *
 * @param found  `id` of the passage, when it is written
 */
export function tellPassage(fence: Fence, told: Told, found: { readonly id: string; readonly unit: string; readonly passage: Passage; readonly isLate: boolean }, timeZone: string, at: Instant): Decision<FenceEvent> {
  const { unit, passage } = found
  const { type: kind } = passage
  if (fence.retiredAt !== null || !isTold(fence, kind) || !isInHours(fence.hours, passage.at, timeZone)) return accept()
  const last = told[kind]
  const between = kind === 'entered' ? told.left : kind === 'left' ? told.entered : undefined
  if (last !== undefined && (passage.at <= last || (passage.at - last < sameMs && !(between !== undefined && between > last)))) return accept()
  const common = { at, passage: found.id, unit, fixAt: passage.at, since: passage.since, severity: found.isLate ? ('quiet' as const) : fence.severity }
  switch (passage.type) {
    case 'entered':
      return accept({ type: 'fence-entered', ...common, afterSilence: passage.afterSilence })
    case 'left':
      return accept({ type: 'fence-left', ...common, afterSilence: passage.afterSilence })
    case 'stayed':
      return accept({ type: 'fence-stayed', ...common, seconds: passage.seconds })
    case 'speeding':
      return accept({ type: 'fence-speeding', ...common, peakKmh: Math.round(passage.peakKmh) })
  }
}

function isTold({ tells }: Fence, kind: FencePassageKind): boolean {
  switch (kind) {
    case 'entered':
      return tells.enter
    case 'left':
      return tells.leave
    case 'stayed':
      return tells.staySeconds !== null
    case 'speeding':
      return tells.speedLimitKmh !== null
  }
}

/** A dispatcher took note. What is no alarm needs no note; twice is once. */
export function seeAlarm(alarm: { readonly id: string; readonly isAlarm: boolean; readonly seenAt: Instant | null }, at: Instant): Decision<FenceEvent> {
  if (!alarm.isAlarm) return refuse('fence-event-quiet')
  return alarm.seenAt === null ? accept({ type: 'fence-alarm-seen', at, passage: alarm.id }) : accept()
}

/** Whether a fence is for a unit. */
export function isMeant({ agency, appliesTo }: Pick<Fence, 'agency' | 'appliesTo'>, unit: { readonly id: string; readonly agency: AgencyPath; readonly kind: UnitKind }): boolean {
  if (!isWithin(unit.agency, agency)) return false
  switch (appliesTo.to) {
    case 'all':
      return true
    case 'kinds':
      return appliesTo.kinds.includes(unit.kind)
    case 'units':
      return appliesTo.units.includes(unit.id)
  }
}

/** Whether a fence tells at an instant. */
export const isInHours = (hours: FenceHours | null, at: Instant, timeZone: string): boolean => hoursBegan(hours, at, timeZone) !== null

/** When the hours began in which a fence tells at an instant; null: it does not tell then. The hours after midnight belong to the day before. */
export function hoursBegan(hours: FenceHours | null, at: Instant, timeZone: string): Instant | null {
  if (!hours) return -Infinity
  const { day, minutes } = localClock(at, timeZone)
  const [from, until] = [minutesOf(hours.from), minutesOf(hours.until)]
  const minute = at - (at % MINUTE_MS)
  const isBegun = hours.days.includes(day) && minutes >= from && (from > until || minutes < until)
  if (isBegun) return minute - (minutes - from) * MINUTE_MS
  const isOfTheDayBefore = from > until && hours.days.includes(day === 1 ? 7 : day - 1) && minutes < until
  return isOfTheDayBefore ? minute - (minutes + DAY_MINUTES - from) * MINUTE_MS : null
}
