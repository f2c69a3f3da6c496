/** Look at where a unit has been. The look itself is written down first, with its reason. */
import { holds, type Actor } from '#kernel/actor.ts'
import { refuse, type Refused } from '#kernel/decision.ts'
import type { TrackView, UnitEvent } from './contract.ts'
import type { UnitsDeps } from './deps.ts'
import { readTrack } from './positions-store.ts'
import { lockUnit } from './store.ts'

const pointsMax = 10_000
const daysMax = 31
const DAY_MS = 86_400_000

/** Commanders and auditors, for their part of the tree; retired units too. */
export async function viewTrack(
  deps: UnitsDeps,
  actor: Actor,
  unit: string,
  wanted: { from: number; to: number; reason: string },
): Promise<TrackView | Refused> {
  const { from, to, reason } = wanted
  const at = deps.now()
  const outcome = await deps.journal.act<{ handle: number }, string>({ id: deps.newId(), actor, at }, async (tx) => {
    const seen = await lockUnit(tx, unit)
    if (!seen || !holds(actor, ['commander', 'auditor'], seen.agency)) return refuse('unit-not-found')
    if (!(from < to)) return refuse('track-backwards')
    if (to - from > daysMax * DAY_MS) return refuse('track-too-long', { days: daysMax })
    const event: UnitEvent = { type: 'track-viewed', at, from, to, reason: reason.trim() }
    tx.append(`unit/${unit}`, seen.agency, [event])
    return { answer: { handle: seen.handle } }
  })
  if ('refused' in outcome) return outcome
  const points = await readTrack(deps.db, outcome.answer.handle, from, to, pointsMax + 1, at)
  const nextFrom = points.length > pointsMax ? points[pointsMax]!.fixAt : null
  // Two devices may report in one millisecond: a page never ends between them.
  const items = nextFrom === null ? points : points.filter((point) => point.fixAt < nextFrom)
  return { unit, from, to, items, nextFrom }
}
