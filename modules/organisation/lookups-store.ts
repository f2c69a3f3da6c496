/** What other rooms ask of the organisation; `server/compose.ts` hands these to them. */
import type { AgencyPath } from '#kernel/names.ts'
import type { Db } from '#platform/db/sql.ts'
import type { AgencyView } from './contract.ts'
import { findAgencyAt, findMembers, listEveryAgency } from './store.ts'

export const findAgency = (deps: { readonly db: Db }, path: AgencyPath): Promise<AgencyView | undefined> => findAgencyAt(deps.db, path)

/** The paths of the whole tree. */
export const agencyPaths = async (deps: { readonly db: Db }): Promise<AgencyPath[]> => (await listEveryAgency(deps.db)).map(({ path }) => path)

/** The whole tree, by path. */
export const everyAgency = (deps: { readonly db: Db }): Promise<AgencyView[]> => listEveryAgency(deps.db)

/** Every agency that is a station, with a place or without. */
export const listStations = async (deps: { readonly db: Db }): Promise<AgencyView[]> =>
  (await listEveryAgency(deps.db)).filter((agency) => agency.kind === 'station')

/** Names of the members that there are among these ids, by id. */
export const memberNames = async (deps: { readonly db: Db }, ids: readonly string[]): Promise<ReadonlyMap<string, string>> =>
  new Map(ids.length === 0 ? [] : (await findMembers(deps.db, ids)).map((member) => [member.id, member.name]))
