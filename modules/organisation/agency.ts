/** The rules of the tree: agencies and the people in them. Pure. */
import { inScope, scopeOf, system, type Actor } from '#kernel/actor.ts'
import { accept, refuse, type Decision } from '#kernel/decision.ts'
import type { AgencyPath, Instant } from '#kernel/names.ts'
import type { AgencyView, MemberView, OrganisationEvent } from './contract.ts'

const mayAdminister = (actor: Actor, path: AgencyPath): boolean => actor === system || inScope(path, scopeOf(actor, ['administrator']))

export type AgencyRefusal = 'agency-not-found' | 'agency-parent-needed' | 'agency-path-taken' | 'place-incomplete'

/** Half a place is none. */
const isHalf = (lon: number | null, lat: number | null): boolean => (lon === null) !== (lat === null)

/** @param facts.parentExists also true for no parent; only the program itself may plant a root */
export function createAgency(
  actor: Actor,
  wanted: AgencyView & { readonly parent: AgencyPath | null },
  facts: { readonly parentExists: boolean; readonly taken: boolean },
  at: Instant,
): Decision<OrganisationEvent, AgencyRefusal> {
  const { id, path, name, nameEn, kind, lon, lat, parent } = wanted
  if (parent === null && actor !== system) return refuse('agency-parent-needed')
  if (parent !== null && (!facts.parentExists || !mayAdminister(actor, parent))) return refuse('agency-not-found')
  if (facts.taken) return refuse('agency-path-taken', { path })
  if (isHalf(lon, lat)) return refuse('place-incomplete')
  return accept({ type: 'agency-created', at, id, path, name, nameEn, kind, lon, lat })
}

export function changeAgency(
  actor: Actor,
  agency: AgencyView | undefined,
  changes: Partial<Pick<AgencyView, 'name' | 'nameEn' | 'lon' | 'lat'>>,
  at: Instant,
): Decision<OrganisationEvent, AgencyRefusal> {
  if (!agency || !mayAdminister(actor, agency.path)) return refuse('agency-not-found')
  const { id, name, nameEn, lon, lat } = { ...agency, ...changes }
  if (isHalf(lon, lat)) return refuse('place-incomplete')
  return accept({ type: 'agency-changed', at, id, name, nameEn, lon, lat })
}

export type MemberRefusal = 'agency-not-found' | 'member-not-found' | 'staff-number-taken'

export function createMember(
  actor: Actor,
  wanted: Pick<MemberView, 'id' | 'name' | 'staffNumber' | 'agency'>,
  facts: { readonly agencyExists: boolean; readonly numberTaken: boolean },
  at: Instant,
): Decision<OrganisationEvent, MemberRefusal> {
  const { id, name, staffNumber, agency } = wanted
  if (!facts.agencyExists || !mayAdminister(actor, agency)) return refuse('agency-not-found')
  if (facts.numberTaken) return refuse('staff-number-taken', { staffNumber })
  return accept({ type: 'member-created', at, id, name, staffNumber, agency })
}

export function changeMember(
  actor: Actor,
  member: MemberView | undefined,
  changes: Partial<Omit<MemberView, 'id'>>,
  facts: { readonly agencyExists: boolean; readonly numberTaken: boolean },
  at: Instant,
): Decision<OrganisationEvent, MemberRefusal> {
  if (!member || !mayAdminister(actor, member.agency)) return refuse('member-not-found')
  const { id, name, staffNumber, agency, active } = { ...member, ...changes }
  if (!facts.agencyExists || !mayAdminister(actor, agency)) return refuse('agency-not-found')
  if (facts.numberTaken) return refuse('staff-number-taken', { staffNumber })
  return accept({ type: 'member-changed', at, id, name, staffNumber, agency, active })
}
