/** What administrators do with the tree: agencies and members. */
import { isRefused } from '#kernel/decision.ts'
import type { Command } from '#kernel/journal.ts'
import type { AgencyPath } from '#kernel/names.ts'
import { changeAgency, changeMember, createAgency, createMember } from './agency.ts'
import type { AgencyView, MemberView } from './contract.ts'
import type { OrganisationDeps } from './deps.ts'
import { findAgencyAt, findAgencyById, findMember, findMemberByNumber, sqlOf } from './store.ts'

const turn = { initial: null, evolve: () => null }

export type WantedAgency = {
  readonly parent: AgencyPath | null
  readonly label: string
  readonly name: string
  readonly nameEn?: string | null | undefined
  readonly kind: AgencyView['kind']
  readonly lon?: number | null | undefined
  readonly lat?: number | null | undefined
}

export function openAgency(deps: OrganisationDeps, command: Command, wanted: WantedAgency) {
  const { parent, label, name, kind, nameEn = null, lon = null, lat = null } = wanted
  const path = parent === null ? label : `${parent}.${label}`
  const id = deps.newId()
  return deps.journal.act(command, async (tx) => {
    await tx.load(`agency-path/${path}`, turn)
    const sql = sqlOf(tx)
    const facts = {
      parentExists: parent === null || (await findAgencyAt(sql, parent)) !== undefined,
      taken: (await findAgencyAt(sql, path)) !== undefined,
    }
    const decision = createAgency(command.actor, { id, path, parent, name, nameEn: nameEn || null, kind, lon, lat }, facts, command.at)
    if (isRefused(decision)) return decision
    tx.append(`agency/${id}`, path, decision.events)
    return { answer: { id, path } }
  })
}

type AgencyChanges = Partial<Pick<AgencyView, 'name' | 'nameEn' | 'lon' | 'lat'>>

export function alterAgency(deps: OrganisationDeps, command: Command, id: string, changes: AgencyChanges) {
  return deps.journal.act(command, async (tx) => {
    await tx.load(`agency/${id}`, turn)
    const agency = await findAgencyById(sqlOf(tx), id)
    const decision = changeAgency(command.actor, agency, changes, command.at)
    if (isRefused(decision)) return decision
    tx.append(`agency/${id}`, agency!.path, decision.events)
    return { answer: { id, path: agency!.path } }
  })
}

export function enrolMember(deps: OrganisationDeps, command: Command, wanted: Pick<MemberView, 'name' | 'staffNumber' | 'agency'>) {
  const id = deps.newId()
  return deps.journal.act(command, async (tx) => {
    await tx.load(`staff-number/${wanted.staffNumber}`, turn)
    const sql = sqlOf(tx)
    const facts = {
      agencyExists: (await findAgencyAt(sql, wanted.agency)) !== undefined,
      numberTaken: (await findMemberByNumber(sql, wanted.staffNumber)) !== undefined,
    }
    const decision = createMember(command.actor, { id, ...wanted }, facts, command.at)
    if (isRefused(decision)) return decision
    tx.append(`member/${id}`, wanted.agency, decision.events)
    return { answer: id }
  })
}

export function alterMember(deps: OrganisationDeps, command: Command, id: string, changes: Partial<Omit<MemberView, 'id'>>) {
  return deps.journal.act(command, async (tx) => {
    await tx.load(`member/${id}`, turn)
    if (changes.staffNumber !== undefined) await tx.load(`staff-number/${changes.staffNumber}`, turn)
    const sql = sqlOf(tx)
    const member = await findMember(sql, id)
    const holder = changes.staffNumber === undefined ? undefined : await findMemberByNumber(sql, changes.staffNumber)
    const facts = {
      agencyExists: (await findAgencyAt(sql, changes.agency ?? member?.agency ?? '')) !== undefined,
      numberTaken: holder !== undefined && holder.id !== id,
    }
    const decision = changeMember(command.actor, member, changes, facts, command.at)
    if (isRefused(decision)) return decision
    tx.append(`member/${id}`, changes.agency ?? member!.agency, decision.events)
    return { answer: id }
  })
}
