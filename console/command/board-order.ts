/** Which incidents the board shows, and in what order. */
import type { IncidentView } from '#modules/dispatch/contract.ts'

export const boardTabs = ['waiting', 'active', 'all'] as const
export type BoardTab = (typeof boardTabs)[number]

const isOpen = (incident: IncidentView) => incident.status !== 'closed'
const isAlarming = (incident: IncidentView) =>
  isOpen(incident) && incident.timers.some((timer) => timer.escalation > 0 && timer.seenBy === null)

/** `waiting`: nobody is on it; `active`: open with units or with the station; `all`: also those closed lately. */
export const belongs = (incident: IncidentView, tab: BoardTab): boolean =>
  tab === 'all' || (tab === 'waiting' ? incident.status === 'waiting' : incident.status === 'active' || incident.status === 'handed-over')

/**
 * Unseen alarms first; then open before closed, waiting before the rest, urgent before less urgent, old before new.
 * Closed ones come last, the newest first. Nothing in the order depends on the clock, so rows move only when
 * something happened, and a new row goes below its equals.
 */
export function compareIncidents(a: IncidentView, b: IncidentView): number {
  return (
    Number(isAlarming(b)) - Number(isAlarming(a)) ||
    Number(isOpen(b)) - Number(isOpen(a)) ||
    (isOpen(a)
      ? Number(b.status === 'waiting') - Number(a.status === 'waiting') || a.priority - b.priority || a.openedAt - b.openedAt
      : (b.closedAt ?? 0) - (a.closedAt ?? 0)) ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  )
}

export const boardRows = (incidents: Iterable<IncidentView>, tab: BoardTab): IncidentView[] =>
  [...incidents].filter((incident) => belongs(incident, tab)).sort(compareIncidents)

export function boardCounts(incidents: Iterable<IncidentView>): Record<BoardTab, number> {
  const counts = { waiting: 0, active: 0, all: 0 }
  for (const incident of incidents) for (const tab of boardTabs) if (belongs(incident, tab)) counts[tab]++
  return counts
}
