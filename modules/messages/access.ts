/** Who may read and write in a channel. Outside of that there is nothing to be found. */
import { holds, isWithin, scopeOf, type Actor } from '#kernel/actor.ts'
import { refuse, type Refused } from '#kernel/decision.ts'
import type { AgencyPath, Instant, UnitId } from '#kernel/names.ts'
import type { IncidentView } from '#modules/dispatch/contract.ts'
import type { AgencyView } from '#modules/organisation/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'
import { channelOf } from './channel.ts'
import type { ChannelKind } from './contract.ts'
import type { MessagesDeps } from './deps.ts'
import { accountReader, memberReader, type Reader } from './receipts.ts'

/** Who talk to crews from a desk: for all of their part of the tree, and all of its history. */
export const talkers = ['dispatcher', 'commander', 'station'] as const
/** Who lead: make groups, call many. */
export const leaders = ['dispatcher', 'commander'] as const

/** A crew goes on talking in an incident for so long after its order ended, as it may go on reading it. */
const afterOrderMs = 30 * 60_000

type SqlOf = MessagesDeps['db'] | ReturnType<MessagesDeps['facts']['sqlOf']>

/** From where somebody talks: the parts of the tree of a desk, and the unit that he sits in now. */
export type Seat = { readonly scope: readonly AgencyPath[]; readonly unit: UnitView | undefined }

export function seatOf(deps: Pick<MessagesDeps, 'unitOfMember' | 'describeUnits'>, actor: Actor): Seat {
  const isOfficer = actor.member !== undefined && actor.grants.some((grant) => grant.role === 'officer')
  const unit = isOfficer ? deps.unitOfMember(actor.member!) : undefined
  return { scope: scopeOf(actor, talkers), unit: unit === undefined ? undefined : deps.describeUnits([unit])[0] }
}

/** A channel with what it belongs to, as it is now. */
export type Channel = {
  readonly id: string
  readonly kind: ChannelKind
  readonly agency: AgencyPath
  readonly name: string
  readonly nameEn: string | null
  readonly isClosed: boolean
  /** The units that are in it by name; undefined: all of its agency and below. */
  readonly units: readonly UnitId[] | undefined
  readonly has: (unit: UnitView) => boolean
}

export const unitChannel = (unit: Pick<UnitView, 'id' | 'agency' | 'callSign'>): Channel => ({
  id: `unit-${unit.id}`, kind: 'unit', agency: unit.agency, name: unit.callSign, nameEn: null, isClosed: false, units: [unit.id], has: ({ id }) => id === unit.id,
})
export const agencyChannel = (agency: Pick<AgencyView, 'id' | 'path' | 'name' | 'nameEn'>): Channel => ({
  id: `agency-${agency.id}`, kind: 'agency', agency: agency.path, name: agency.name, nameEn: agency.nameEn, isClosed: false, units: undefined,
  has: (unit) => isWithin(unit.agency, agency.path),
})
export function incidentChannel(incident: IncidentView, at: Instant): Channel {
  const units = new Set(incident.assignments.filter(({ endedAt }) => endedAt === null || endedAt > at - afterOrderMs).map(({ unit }) => unit))
  return { id: `incident-${incident.id}`, kind: 'incident', agency: incident.agency, name: `#${incident.number}`, nameEn: null, isClosed: false, units: [...units], has: ({ id }) => units.has(id) }
}
export const groupChannel = (id: string, row: { readonly agency: AgencyPath; readonly name: string; readonly units: readonly UnitId[]; readonly isClosed: boolean }): Channel => ({
  id, kind: 'group', agency: row.agency, name: row.name, nameEn: null, isClosed: row.isClosed, units: row.units, has: (unit) => row.units.includes(unit.id),
})

/** The channel with this id; undefined when what it belongs to is not there. */
export async function findChannel(deps: Pick<MessagesDeps, 'describeUnits' | 'incidents' | 'agencyById' | 'facts' | 'now'>, sql: SqlOf, id: string): Promise<Channel | undefined> {
  const { kind, of } = channelOf(id)
  switch (kind) {
    case 'unit': {
      const unit = deps.describeUnits([of])[0]
      return unit && unitChannel(unit)
    }
    case 'incident': {
      const incident = (await deps.incidents(sql, [of]))[0]
      return incident && incidentChannel(incident, deps.now())
    }
    case 'agency': {
      const agency = await deps.agencyById(sql, of)
      return agency && agencyChannel(agency)
    }
    case 'group': {
      const row = await deps.facts.channel(sql, id)
      return row && groupChannel(id, row)
    }
  }
}

/** In what capacity somebody is in a channel, and from when on he sees what was sent. */
export type Standing = { readonly as: 'desk' | 'crew'; readonly since: Instant; readonly reader: Reader; readonly callSign: string | null; readonly mayWrite: boolean }

/**
 * A desk sees everything of its part of the tree. A crew on duty sees what was sent in its shift; off duty, nothing. It writes to its
 * own agency, and only reads what the agencies above tell: one thumb shall not ring every phone of a province.
 *
 * @returns undefined for everybody else
 */
export function standingIn(channel: Channel, actor: Actor, seat: Seat): Standing | undefined {
  if (holds(actor, talkers, channel.agency)) return { as: 'desk', since: 0, reader: accountReader(actor), callSign: null, mayWrite: true }
  const { unit } = seat
  if (actor.member === undefined || !unit || unit.onDutySince === null || !channel.has(unit)) return undefined
  const mayWrite = channel.kind !== 'agency' || channel.agency === unit.agency
  return { as: 'crew', since: unit.onDutySince, reader: memberReader(actor.member), callSign: unit.callSign, mayWrite }
}

/** Load a channel for somebody who is in it. */
export async function channelFor(
  deps: Pick<MessagesDeps, 'describeUnits' | 'incidents' | 'agencyById' | 'facts' | 'now' | 'unitOfMember'>,
  sql: SqlOf,
  actor: Actor,
  id: string,
): Promise<{ readonly channel: Channel; readonly standing: Standing } | Refused<'channel-not-found'>> {
  const channel = await findChannel(deps, sql, id)
  const standing = channel && standingIn(channel, actor, seatOf(deps, actor))
  return channel && standing ? { channel, standing } : refuse('channel-not-found')
}

/** The people who sit in the units of a channel now. */
export function crewsOf(deps: Pick<MessagesDeps, 'liveUnits' | 'describeUnits'>, { agency, units }: Channel): UnitView[] {
  // by name where there are names: a list of 300 channels does not walk over every unit 300 times
  return (units ? deps.describeUnits(units) : deps.liveUnits([agency])).filter((unit) => unit.onDutySince !== null)
}
