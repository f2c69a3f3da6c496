/** A call for help 紧急求助 by a button, of a terminal in the car or of a phone: one rule for both. */
import { isRefused, refuse, type Refused } from '#kernel/decision.ts'
import type { Tx } from '#kernel/journal.ts'
import type { AccountId, AgencyPath, IncidentId, Instant, UnitId } from '#kernel/names.ts'
import type { DispatchEvent, HelpMeans } from './contract.ts'
import type { HandlerDeps } from './deps.ts'
import { incident as story } from './incident.ts'
import { dayOf } from './open-incident.ts'
import { placeInWords, takeReport, type PlaceKnown } from './report.ts'

export type CallForHelp = {
  /** What the incident is called, where it becomes one of its own. */
  readonly id: IncidentId
  readonly agency: AgencyPath
  readonly unit: UnitId | null
  readonly by: AccountId
  readonly means: HelpMeans
  readonly madeAt: Instant
  readonly point: PlaceKnown
  readonly spoken: { readonly text: string; readonly textEn: string } | undefined
  /** The place in the caller's own words. */
  readonly place?: string
  readonly summary: string
}

type Taken = { readonly id: IncidentId; readonly number: number; readonly day: string }

/**
 * Take a call for help. It is of the kind that is the most urgent here, whatever the agency calls it or has switched off, and of the first
 * priority. While the call of the same unit is open (of the same officer, who sits in none) pressing again is that call: what is new in it
 * goes into its log. It is over when the watch room closes it.
 */
export async function callForHelp(deps: Pick<HandlerDeps, 'facts' | 'timeZone' | 'unitFacts'>, tx: Tx, call: CallForHelp, at: Instant): Promise<{ answer: Taken } | Refused> {
  const { id, agency, unit, by, means, madeAt, summary } = call
  const { from, ...where } = call.point
  const words = placeInWords(from, call.place, call.spoken, means)
  const state = await tx.load(`incident/${id}`, story)
  if (state.status !== 'unheard') return refuse('report-exists', { number: state.number })
  if (unit !== null) await deps.unitFacts(tx, unit) // locked: two buttons pressed at once are heard in turn
  const open = await deps.facts.openCallOf(tx, callerOf({ unit, by }))
  if (open !== undefined) {
    const present = await tx.load(`incident/${open}`, story)
    const event: DispatchEvent = { type: 'help-called-again', at, madeAt: Math.min(madeAt, at), unit, by, means, ...where, ...words, drawnAt: from, summary }
    tx.append(`incident/${open}`, present.agency, [event])
    return { answer: { id: open, number: present.number, day: present.day } }
  }
  const category = await deps.facts.mostUrgentCategory(tx)
  if (!category) return refuse('category-not-found', { category: '' })
  const day = dayOf(at, deps.timeZone())
  const number = await deps.facts.nextNumber(tx, day)
  const facts = { id, agency, day, number, category: category.id, priority: 1, ...where, ...words, summary, reporter: null, phone: null, answers: {} }
  const decision = takeReport(state, facts, { by, unit, madeAt, drawnAt: from, panic: true, ...(means === 'terminal' && { means }) }, at)
  if (isRefused(decision)) return decision
  tx.append(`incident/${id}`, agency, decision.events)
  return { answer: { id, number, day } }
}

/** Whose call it is: the crew's, or that of an officer who sits in no unit. */
export const callerOf = ({ unit, by }: { readonly unit: UnitId | null; readonly by: AccountId }): string => (unit === null ? `account/${by}` : `unit/${unit}`)
