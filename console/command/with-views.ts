/** What the live socket says, put into what is known: views replace by id, what may no longer be seen goes. Pure. */
import type { IncidentView } from '#modules/dispatch/contract.ts'
import type { FenceView } from '#modules/patrol/contract.ts'
import type { ClosureView } from '#modules/roads/contract.ts'
import type { UnitAlarmsView, UnitView } from '#modules/units/contract.ts'

export type Gone<T extends { id: string }> = T | { readonly id: string; readonly gone: true }
export type Views = { readonly [kind: string]: readonly unknown[] }
type Known = { readonly incidents: ReadonlyMap<string, IncidentView>; readonly units: ReadonlyMap<string, UnitView>; readonly closures: ReadonlyMap<string, ClosureView>; readonly fences: ReadonlyMap<string, FenceView>; readonly deviceAlarms: ReadonlyMap<string, UnitAlarmsView> }

/** Closed incidents kept for the board's last tab. */
export const closedMax = 100

/** @returns the same object when nothing in it changed, and the same maps for kinds that did not */
export function withViews<T extends Known>(known: T, views: Views): T {
  const incidents = replaced(known.incidents, (views['incidents'] ?? []) as Gone<IncidentView>[]) // the server's own views
  const units = replaced(known.units, (views['units'] ?? []) as Gone<UnitView>[])
  const heard = (views['closures'] ?? []) as Gone<ClosureView>[]
  // a road that is open again is no closure
  const closures = replaced(known.closures, heard.map((view) => ('liftedAt' in view && view.liftedAt !== null ? { id: view.id, gone: true } : view)))
  const fencesHeard = (views['fences'] ?? []) as Gone<FenceView>[]
  const fences = replaced(known.fences, fencesHeard.map((view) => ('retiredAt' in view && view.retiredAt !== null ? { id: view.id, gone: true } : view)))
  const alarmsHeard = (views['deviceAlarms'] ?? []) as Gone<UnitAlarmsView>[]
  const deviceAlarms = replaced(known.deviceAlarms, alarmsHeard.map((view) => ('alarms' in view && view.alarms.length === 0 ? { id: view.id, gone: true } : view)))
  if (incidents === known.incidents && units === known.units && closures === known.closures && fences === known.fences && deviceAlarms === known.deviceAlarms) return known
  return { ...known, incidents: incidents === known.incidents ? incidents : withoutOldest(incidents), units, closures, fences, deviceAlarms }
}

function replaced<T extends { id: string }>(known: ReadonlyMap<string, T>, views: readonly Gone<T>[]): ReadonlyMap<string, T> {
  if (views.length === 0) return known
  const next = new Map(known)
  for (const view of views) {
    if ('gone' in view) next.delete(view.id)
    else next.set(view.id, view)
  }
  return next
}

/** A page that stays open for weeks does not collect every incident of them. */
function withoutOldest(incidents: ReadonlyMap<string, IncidentView>): ReadonlyMap<string, IncidentView> {
  const closed = [...incidents.values()].filter(({ status }) => status === 'closed')
  if (closed.length <= closedMax * 2) return incidents
  closed.sort((a, b) => (a.closedAt ?? 0) - (b.closedAt ?? 0))
  const kept = new Map(incidents)
  for (const { id } of closed.slice(0, closed.length - closedMax)) kept.delete(id)
  return kept
}
