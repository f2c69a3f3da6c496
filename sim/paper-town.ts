/**
 * A server made of paper: doors and picture with no network, for living an hour of the simulator in a second.
 *
 * It keeps the laws that the real one keeps and throws where the simulator would have needed the real one to save it.
 */
import { distanceMeters } from '#core/geo/distance.ts'
import type { AssignmentState, AssignmentView, IncidentView } from '#modules/dispatch/contract.ts'
import type { UnitState, UnitView } from '#modules/units/contract.ts'
import type { Answer } from './client.ts'
import { isActive } from './desk.ts'
import type { Doors, Fix, Press } from './doors.ts'
import type { Picture } from './picture.ts'
import { accountsFor, type TownFile } from './town-file.ts'

export type PaperTown = {
  readonly doors: Doors
  readonly picture: Picture
  readonly incidents: Map<string, IncidentView>
  readonly units: Map<string, UnitView>
  /** Every state an assignment was in, in order: "巡1 #12 ordered". */
  readonly log: string[]
  readonly fixes: Fix[]
  /** While true every door is shut: nobody answers. */
  shut: boolean
  /** Assign as a person would. */
  assignAsPerson(incident: string, unit: string): void
  now: number
}

const after: Readonly<Record<string, readonly AssignmentState[]>> = {
  acknowledged: ['ordered'],
  refused: ['ordered', 'acknowledged'],
  'en-route': ['acknowledged'],
  'on-scene': ['en-route'],
  reported: ['on-scene'],
  cleared: ['reported'],
}

export function paperTown(town: TownFile, now: number, options: { readonly onDuty?: boolean } = {}): PaperTown {
  const name = (role: string) => accountsFor(town, 'simulator').find((account) => account.role === role)!.displayName
  const incidents = new Map<string, IncidentView>()
  const open = new Map<string, IncidentView>()
  const units = new Map<string, UnitView>()
  const log: string[] = []
  const fixes: Fix[] = []
  let ids = 0

  for (const [index, unit] of town.units.entries()) {
    const id = `u${index}`
    units.set(id, {
      id, handle: index, callSign: unit.callSign, kind: unit.kind, agency: unit.agency, capabilities: [...unit.capabilities],
      state: options.onDuty ? 'free' : 'off-duty', stateSince: now, incident: null, assignment: null, crew: [], onDutySince: null,
      lon: null, lat: null, fixAt: null, speedKmh: null, courseDeg: null, accuracyMeters: null, stale: true,
    })
  }
  const yes = <T>(body: T): Answer<T> => ({ ok: true, status: 200, body: structuredClone(body) })
  const no = (code: string, status = 409): Answer<never> => ({ ok: false, status, code, because: code })
  const door = <A extends unknown[], T>(work: (...args: A) => Answer<T>) => async (...args: A): Promise<Answer<T>> =>
    self.shut ? { ok: false, status: 0, code: 'unreachable', because: 'nobody there' } : work(...args)

  const orderOf = (unit: string) =>
    [...open.values()].flatMap((incident) => incident.assignments.filter((each) => each.unit === unit && isActive(each)))
  function settle(incident: IncidentView): void {
    incident.changedAt = self.now
    if (incident.status !== 'closed') incident.status = incident.assignments.some(isActive) ? 'active' : 'waiting'
    for (const unit of units.values()) {
      const [order, second] = orderOf(unit.id)
      if (second) throw new Error(`${unit.callSign} is on two incidents`)
      if (unit.state === 'off-duty') continue
      const state: UnitState = order ? (order.state as UnitState) : 'free' // active states are unit states
      if (state !== unit.state) Object.assign(unit, { state, stateSince: self.now })
    }
  }
  function step(assignment: AssignmentView, state: AssignmentState): void {
    Object.assign(assignment, { state, stateSince: self.now, ...(isActive({ ...assignment, state }) ? {} : { endedAt: self.now }) })
    log.push(`${assignment.callSign} #${incidents.get(assignment.incident)!.number} ${state}`)
  }
  function assign(incident: IncidentView, unit: UnitView, orderedBy: string): Answer<{ id: string }> {
    if (incident.status === 'closed') return no('incident-closed')
    if (unit.state === 'off-duty') return no('unit-off-duty')
    if (orderOf(unit.id).length > 0) return no('unit-committed')
    const assignment: AssignmentView = {
      id: `a${++ids}`, incident: incident.id, unit: unit.id, callSign: unit.callSign, state: 'ordered',
      stateSince: self.now, orderedAt: self.now, orderedBy,
      spokenAt: null, acknowledgedAt: null, enRouteAt: null, onSceneAt: null, reportedAt: null, endedAt: null, because: null,
    }
    incident.assignments.push(assignment)
    step(assignment, 'ordered')
    settle(incident)
    return yes({ id: assignment.id })
  }

  const self: PaperTown = {
    incidents,
    units,
    log,
    fixes,
    shut: false,
    now,
    assignAsPerson: (incident, unit) => void assign(incidents.get(incident)!, units.get(unit)!, 'dispatcher'),
    picture: {
      ready: () => !self.shut,
      units: () => units,
      incidents: () => open,
      aheadMs: () => 0,
    },
    doors: {
      units: door(() => yes([...units.values()])),
      openIncidents: door(() => yes([...open.values()])),
      members: door(() => yes(new Map(town.members.map(({ staffNumber }) => [staffNumber, `m-${staffNumber}`])))),
      startShift: door((id, crew) => {
        const unit = units.get(id)!
        if (unit.state !== 'off-duty') return no('unit-on-duty')
        const seated = crew.map((member) => ({ id: member, name: member }))
        Object.assign(unit, { state: 'free', stateSince: self.now, onDutySince: self.now, crew: seated })
        return yes(null)
      }),
      open: door((call) => {
        const number = incidents.size + 1
        const id = `i${number}`
        const incident: IncidentView = {
          id, number, day: '2026-01-01', category: call.category, priority: call.priority, status: 'waiting', agency: town.agencies[0].path,
          lon: call.lon, lat: call.lat, place: call.place ?? '', placeEn: '', summary: call.summary, reporter: null, phone: null, answers: {},
          openedAt: self.now, openedBy: name('dispatcher'), closedAt: null, outcome: null, mergedInto: null, handedTo: null, assignments: [], timers: [], notes: 0, changedAt: self.now,
        }
        incidents.set(id, incident)
        open.set(id, incident)
        return yes({ id })
      }),
      recommendation: door((id, limit) => {
        const { lon, lat } = incidents.get(id)!
        const free = [...units.values()].filter((unit) => unit.state === 'free' && unit.lon !== null && self.now - unit.fixAt! < 60_000)
        const items = free.map((unit) => {
          const meters = distanceMeters(unit.lon!, unit.lat!, lon, lat)
          return { unit: unit.id, callSign: unit.callSign, travelSeconds: meters / 10, distanceMeters: meters, reasons: [] }
        })
        return yes(items.sort((a, b) => a.travelSeconds - b.travelSeconds).slice(0, limit))
      }),
      assign: door((incident, unit) => assign(incidents.get(incident)!, units.get(unit)!, name('dispatcher'))),
      press: door((callSign, id, state: Press) => {
        const incident = [...open.values()].find((each) => each.assignments.some((assignment) => assignment.id === id))
        if (!incident) return no('assignment-cleared')
        const assignment = incident.assignments.find((each) => each.id === id)!
        if (assignment.callSign !== callSign) throw new Error(`${callSign} pressed for ${assignment.callSign}`)
        if (!isActive(assignment)) return no(`assignment-${assignment.state}`)
        if (!after[state]?.includes(assignment.state)) throw new Error(`${callSign} pressed ${state} while ${assignment.state}`)
        step(assignment, state)
        settle(incident)
        return yes(null)
      }),
      close: door((id, outcome) => {
        const incident = incidents.get(id)!
        if (incident.status === 'closed') return no('incident-closed')
        for (const assignment of incident.assignments.filter(isActive)) step(assignment, 'cleared')
        Object.assign(incident, { status: 'closed', outcome, closedAt: self.now })
        settle(incident)
        open.delete(id)
        return yes(null)
      }),
      way: door(({ from, to }) => {
        const geometry = [[...from], [to[0], from[1]], [...to]]
        const meters = distanceMeters(...from, to[0], from[1]) + distanceMeters(to[0], from[1], ...to)
        return yes({ geometry, meters, seconds: meters / 11, steps: [], engine: 'live' as const, snappedFromMeters: 0, snappedToMeters: 0 })
      }),
      report: door((positions) => {
        for (const fix of positions) {
          const unit = units.get(fix.unit!)!
          if (unit.state === 'off-duty') throw new Error(`${unit.callSign} reports a place off duty`)
          fixes.push(fix)
          if (unit.fixAt === null || fix.fixAt > unit.fixAt) Object.assign(unit, { lon: fix.lon, lat: fix.lat, fixAt: fix.fixAt })
        }
        return yes({ accepted: positions.length, duplicates: 0, discarded: 0, flagged: 0, rejected: [] })
      }),
    },
  }
  return self
}
