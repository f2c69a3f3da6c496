/** The laws that a stranger can check from outside: from the journal's entries and from what the doors show. Pure. */
import { activeStates, type IncidentView } from '#modules/dispatch/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'

export type HistoryEntry = {
  readonly position: number
  readonly at: number
  readonly stream: string
  readonly type: string
  readonly command: string
  readonly data: Readonly<Record<string, unknown>>
}

const isActive = (state: unknown): boolean => (activeStates as readonly unknown[]).includes(state)

/**
 * Follows the journal from its first entry and complains where a law is broken.
 *
 * One order; a unit on one incident at a time; orders only to units on duty; no shift ends under an order; nothing
 * happens to an incident before it is opened. Entries may come in pages. A gap is no complaint: a look is cut to a part
 * of the tree, and `journal verify` proves that nothing is missing.
 */
export function historyCheck() {
  let last = 0
  let commandOf: string | undefined
  const opened = new Set<string>()
  const onDuty = new Set<string>()
  const active = new Map<string, Map<string, string>>() // unit → its active assignments → incident
  const doubled = new Set<string>()

  function read(entries: readonly HistoryEntry[]): string[] {
    const complaints: string[] = []
    for (const entry of entries) {
      const say = (what: string) => complaints.push(`entry ${entry.position} (${entry.type} of ${entry.stream}): ${what}`)
      // A diversion frees the unit and sends it in one command: the law holds between commands, not between its lines.
      if (entry.command !== commandOf) settle(say)
      commandOf = entry.command
      if (entry.position <= last) say(`follows ${last}`)
      last = entry.position

      const [kind, id] = entry.stream.split('/')
      const { unit, assignment, state } = entry.data as { unit?: string; assignment?: string; state?: string }
      if (kind === 'incident') {
        if (entry.type === 'incident-opened') opened.add(id)
        else if (!opened.has(id)) say('the incident was never opened')
      }
      if (entry.type === 'shift-started') onDuty.add(id)
      if (entry.type === 'shift-ended') {
        onDuty.delete(id)
        if ((active.get(id)?.size ?? 0) > 0) say('the shift ends under an order')
      }
      if (entry.type === 'unit-assigned' && unit && assignment) {
        if (!onDuty.has(unit)) say(`unit ${unit} is off duty`)
        ordersOf(unit).set(assignment, id)
      }
      if (entry.type === 'assignment-changed' && unit && assignment) {
        if (isActive(state)) ordersOf(unit).set(assignment, id)
        else ordersOf(unit).delete(assignment)
      }
    }
    return complaints
  }
  /** After the last page. */
  function end(): string[] {
    const complaints: string[] = []
    settle((what) => complaints.push(`entry ${last}: ${what}`))
    return complaints
  }

  function ordersOf(unit: string) {
    const orders = active.get(unit) ?? new Map<string, string>()
    active.set(unit, orders)
    if (orders.size >= 1) doubled.add(unit)
    return orders
  }
  function settle(say: (what: string) => void) {
    for (const unit of doubled) {
      const orders = active.get(unit)!
      if (orders.size > 1) say(`unit ${unit} is on ${[...orders.values()].join(' and ')}`)
    }
    doubled.clear()
  }
  return { read, end, last: () => last }
}

/** What is wrong with two lists shown at (nearly) the same moment. A complaint counts when it is still there when looked at again. */
export function boardCheck(units: readonly UnitView[], incidents: readonly IncidentView[]): string[] {
  const complaints: string[] = []
  const orders = new Map<string, { incident: string; state: string }[]>()
  for (const incident of incidents) {
    const active = incident.assignments.filter((each) => isActive(each.state))
    if (incident.status === 'waiting' && active.length > 0) complaints.push(`#${incident.number} waits and has ${active.length} units`)
    if (incident.status === 'active' && active.length === 0) complaints.push(`#${incident.number} is active and has no unit`)
    for (const each of active) orders.set(each.unit, [...(orders.get(each.unit) ?? []), { incident: incident.id, state: each.state }])
  }
  for (const unit of units) {
    const own = orders.get(unit.id) ?? []
    if (own.length > 1) complaints.push(`${unit.callSign} is on ${own.length} incidents`)
    if (unit.state === 'off-duty') {
      if (own.length > 0) complaints.push(`${unit.callSign} is off duty and has an order`)
    } else if (unit.state !== (own[0]?.state ?? 'free')) {
      complaints.push(`${unit.callSign} is shown ${unit.state} and its order says ${own[0]?.state ?? 'free'}`)
    }
    const incident = own[0]?.incident ?? null
    if (unit.incident !== incident) complaints.push(`${unit.callSign} is shown on ${unit.incident} and its order is on ${incident}`)
  }
  return complaints
}
