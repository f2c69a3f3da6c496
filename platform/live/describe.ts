/** Incidents, units, closed roads and fences as the live feed shows them: who may see which, and how much of it. */
import type { Role } from '#kernel/actor.ts'
import type { Entry } from '#kernel/journal.ts'
import type { Instant, MemberId } from '#kernel/names.ts'
import type { AgencyPath } from '#kernel/names.ts'
import type { IncidentView } from '#modules/dispatch/contract.ts'
import type { FenceView } from '#modules/patrol/contract.ts'
import type { ClosureView } from '#modules/roads/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'
import type { Describe, Form, Thing } from './audience.ts'

/** Those who answer reports; they see who reported. */
const answering: readonly Role[] = ['dispatcher', 'commander', 'station']
/** Those who study reports; they see no persons. */
const studying: readonly Role[] = ['analyst']
export const unitViewers: readonly Role[] = ['dispatcher', 'commander', 'officer', 'station', 'auditor', 'administrator', 'integrator']

/** Whoever is on the streets must know which are closed. */
const everybody: readonly Role[] = ['dispatcher', 'commander', 'officer', 'station', 'analyst', 'auditor', 'administrator', 'integrator']

/** Fences say what units did: who watches, and who answers for it. */
const fenceViewers: readonly Role[] = ['dispatcher', 'commander', 'station', 'administrator', 'auditor']

/** An officer goes on seeing an order of his for so long after it ended. */
const afterOrderMs = 30 * 60_000

const withoutUnit = (data: Entry['data']): Record<string, unknown> => ('unit' in data ? {} : { ...data })

type Cuts = {
  readonly withoutPersons: (view: IncidentView) => IncidentView
  readonly dataWithoutPersons: (data: Entry['data']) => Record<string, unknown>
}

/** Who may see an incident and its entries, and how: whole, or without the persons. `members`: the crews sent to it. */
export const incidentForms = (incident: IncidentView, members: readonly MemberId[], cuts: Cuts): readonly Form[] => [
  { to: { roles: answering, agencies: [incident.agency], members }, view: incident },
  { to: { roles: studying, agencies: [incident.agency] }, view: cuts.withoutPersons(incident), dataOf: cuts.dataWithoutPersons },
]

/**
 * From entries to the things they touched.
 *
 * Streams `incident/ID`, `unit/ID`, `closure/ID` and `fence/ID` name their thing; an event's `unit` field names another.
 */
export function describeWith(rooms: Cuts & {
  readonly describeIncidents: (ids: readonly string[]) => Promise<readonly IncidentView[]> | readonly IncidentView[]
  readonly describeUnits: (ids: readonly string[]) => Promise<readonly UnitView[]> | readonly UnitView[]
  readonly describeClosures: (ids: readonly string[]) => Promise<readonly ClosureView[]>
  readonly describeFences: (ids: readonly string[]) => Promise<readonly FenceView[]>
  /** Every path of the tree: roads are everybody's. */
  readonly agencyPaths: () => Promise<readonly AgencyPath[]>
  readonly now: () => Instant
}): Describe {
  return async (entries) => {
    const incidentIds = new Set<string>()
    const unitIds = new Set<string>()
    const closureIds = new Set<string>()
    const fenceIds = new Set<string>()
    for (const entry of entries) {
      const [kind, id = ''] = entry.stream.split('/')
      if (kind === 'incident') incidentIds.add(id)
      if (kind === 'unit') unitIds.add(id)
      if (kind === 'closure') closureIds.add(id)
      if (kind === 'fence') fenceIds.add(id)
      if (typeof entry.data['unit'] === 'string') unitIds.add(entry.data['unit'])
    }
    const incidents = incidentIds.size > 0 ? await rooms.describeIncidents([...incidentIds]) : []
    const at = rooms.now()
    const ordered = ({ assignments }: IncidentView) =>
      assignments.filter((one) => one.endedAt === null || one.endedAt > at - afterOrderMs).map((one) => one.unit)
    const crewed = new Set([...unitIds, ...incidents.flatMap(ordered)])
    const units = new Map((crewed.size > 0 ? await rooms.describeUnits([...crewed]) : []).map((unit) => [unit.id, unit]))

    const things: Thing[] = []
    const seen = new Set<string>()
    for (const incident of incidents) {
      seen.add(incident.id)
      const members: MemberId[] = ordered(incident).flatMap((unit) => units.get(unit)?.crew.map((member) => member.id) ?? [])
      things.push({
        kind: 'incidents',
        id: incident.id,
        stream: `incident/${incident.id}`,
        forms: incidentForms(incident, members, rooms),
      })
    }
    for (const id of incidentIds) if (!seen.has(id)) things.push({ kind: 'incidents', id, stream: `incident/${id}`, forms: [] })
    for (const id of unitIds) {
      const unit = units.get(id)
      const members = unit?.crew.map((member) => member.id) ?? []
      const forms = unit ? [{ to: { roles: unitViewers, agencies: [unit.agency], members }, view: unit }] : []
      things.push({ kind: 'units', id, stream: `unit/${id}`, forms })
    }
    if (closureIds.size > 0) {
      const [closures, agencies] = await Promise.all([rooms.describeClosures([...closureIds]), rooms.agencyPaths()])
      for (const closure of closures) {
        things.push({ kind: 'closures', id: closure.id, stream: `closure/${closure.id}`, forms: [{ to: { roles: everybody, agencies }, view: closure }] })
      }
    }
    for (const fence of fenceIds.size > 0 ? await rooms.describeFences([...fenceIds]) : []) {
      // a fence counts for the units below it, whose rooms see where it lies; what units did at it is told to those who watch all of them
      const below = { to: { roles: fenceViewers, agencies: [fence.agency], below: true }, view: { ...fence, alarms: [] }, dataOf: withoutUnit }
      things.push({ kind: 'fences', id: fence.id, stream: `fence/${fence.id}`, forms: [{ to: { roles: fenceViewers, agencies: [fence.agency] }, view: fence }, below] })
    }
    return things
  }
}
