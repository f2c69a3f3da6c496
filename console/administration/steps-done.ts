/** How far a new place is from its first dispatch. Pure. */
import type { AccountView, AgencyView, MemberView } from '#modules/organisation/contract.ts'
import type { TownView } from '#modules/town/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'
import type { Section } from './sections.ts'

export type FirstStep = { readonly id: 'map' | 'stations' | 'members' | 'units' | 'accounts'; readonly section: Section; readonly done: boolean; readonly count: number }

type Known = {
  readonly town: TownView | undefined
  readonly agencies: readonly AgencyView[] | undefined
  readonly members: readonly MemberView[] | undefined
  readonly units: readonly UnitView[] | undefined
  readonly accounts: readonly AccountView[] | undefined
}

/** The steps in order. One is done when it is there, however it came there; what is not known yet is not done. */
export function stepsDone({ town, agencies = [], members = [], units = [], accounts = [] }: Known): readonly FirstStep[] {
  const placed = agencies.filter((agency) => agency.lon !== null).length
  const working = members.filter((member) => member.active).length
  const can = (role: string) => accounts.filter((account) => account.status !== 'disabled' && account.grants.some((grant) => grant.role === role)).length
  return [
    { id: 'map', section: 'map', done: town?.ready === true, count: town?.places ?? 0 },
    { id: 'stations', section: 'agencies', done: placed > 0, count: placed },
    { id: 'members', section: 'members', done: working > 0, count: working },
    { id: 'units', section: 'units', done: units.length > 0, count: units.length },
    // somebody must send, and somebody must be sent
    { id: 'accounts', section: 'accounts', done: can('dispatcher') + can('commander') > 0 && can('officer') > 0, count: Math.max(0, accounts.length - 1) },
  ]
}
