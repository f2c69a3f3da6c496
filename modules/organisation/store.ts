/** SQL of the tree: agencies, members, accounts. Tables here are written by the projections below and by nothing else. */
import type { Fact, Projection, Tx } from '#kernel/journal.ts'
import type { AgencyPath } from '#kernel/names.ts'
import { sqlOf, type Sql } from '#platform/db/sql.ts'
import { keyOf, type Account } from './account.ts'
import type { AccountView, AgencyView, MemberView, OrganisationEvent } from './contract.ts'

export { sqlOf }

const agencyColumns = 'id, path::text as path, name, name_en as "nameEn", kind, lon, lat'
const memberColumns = 'id, name, staff_number as "staffNumber", agency::text as agency, active'

export const listAgencies = (sql: Sql, scope: readonly AgencyPath[]) =>
  sql.query<AgencyView>(`select ${agencyColumns} from organisation.agency where path <@ any($1::ltree[]) order by path`, [scope])

export const listEveryAgency = (sql: Sql) => sql.query<AgencyView>(`select ${agencyColumns} from organisation.agency order by path`)

export const findAgencyAt = async (sql: Sql, path: AgencyPath): Promise<AgencyView | undefined> =>
  (await sql.query<AgencyView>(`select ${agencyColumns} from organisation.agency where path = $1::ltree`, [path]))[0]

export const findAgencyById = async (sql: Sql, id: string): Promise<AgencyView | undefined> =>
  (await sql.query<AgencyView>(`select ${agencyColumns} from organisation.agency where id = $1`, [id]))[0]

export const listMembers = (sql: Sql, scope: readonly AgencyPath[]) =>
  sql.query<MemberView>(`select ${memberColumns} from organisation.member where agency <@ any($1::ltree[]) order by agency, staff_number`, [scope])

export const findMember = async (sql: Sql, id: string): Promise<MemberView | undefined> =>
  (await sql.query<MemberView>(`select ${memberColumns} from organisation.member where id = $1`, [id]))[0]

export const findMemberByNumber = async (sql: Sql, staffNumber: string): Promise<MemberView | undefined> =>
  (await sql.query<MemberView>(`select ${memberColumns} from organisation.member where staff_number = $1 limit 1`, [staffNumber]))[0]

export const findMembers = (sql: Sql, ids: readonly string[]) =>
  sql.query<MemberView>(`select ${memberColumns} from organisation.member where id = any($1::text[])`, [ids])

const grants = `coalesce((select json_agg(json_build_object('role', g.role, 'agency', g.agency::text) order by g.agency, g.role)
  from organisation.account_grant g where g.account = a.id), '[]'::json)`

const accountRow = `select a.id, a.name, a.display_name as "displayName", a.agency::text as agency, a.member, a.disabled, ${grants} as grants
  from organisation.account a`

export const findAccount = async (sql: Sql, id: string): Promise<Account | undefined> =>
  (await sql.query<Account>(`${accountRow} where a.id = $1`, [id]))[0]

export const findAccountByName = async (sql: Sql, name: string): Promise<Account | undefined> =>
  (await sql.query<Account>(`${accountRow} where a.name_key = $1`, [keyOf(name)]))[0]

export const countAccounts = async (sql: Sql): Promise<number> =>
  (await sql.query<{ count: number }>('select count(*)::int as count from organisation.account'))[0]!.count

const accountViews = `select a.id, a.name, a.display_name as "displayName", a.agency::text as agency, a.member, ${grants} as grants,
    case when a.disabled then 'disabled' when coalesce(f.locked_until, 0) > $2 then 'locked' else 'active' end as status,
    coalesce(c.must_change, false) as "mustChangePassword", c.last_sign_in_at as "lastSignInAt",
    (select count(*)::int from organisation.session s
      where s.account = a.id and s.ended_at is null and s.expires_at > $2 and s.last_seen_at + s.idle_ms > $2) as sessions
  from organisation.account a
  left join organisation.credential c on c.account = a.id
  left join organisation.sign_in_failure f on f.name_digest = sha256(convert_to(a.name_key, 'UTF8'))
  where a.agency <@ any($1::ltree[])
  order by a.agency, a.name_key`

export const listAccounts = (sql: Sql, scope: readonly AgencyPath[], at: number) => sql.query<AccountView>(accountViews, [scope, at])

// ——— projections ———

type Data<Type extends OrganisationEvent['type']> = Omit<Extract<OrganisationEvent, { type: Type }>, 'type' | 'at'>

/** One event type, one writer of rows. */
function writes<Type extends OrganisationEvent['type']>(type: Type, write: (sql: Sql, data: Data<Type>) => Promise<unknown>): Projection {
  return {
    types: [type],
    async apply(tx: Tx, fact: Fact) {
      await write(sqlOf(tx), fact.data as unknown as Data<Type>) // the fact was written from this very event
    },
  }
}

const setGrants = async (sql: Sql, account: string, list: Account['grants']) => {
  await sql.query('delete from organisation.account_grant where account = $1', [account])
  await sql.query('insert into organisation.account_grant (account, role, agency) select $1, role, agency::ltree from unnest($2::text[], $3::text[]) as t (role, agency)', [
    account,
    list.map((grant) => grant.role),
    list.map((grant) => grant.agency),
  ])
}

export const projections: Projection[] = [
  writes('agency-created', (sql, { id, path, name, nameEn, kind, lon, lat }) =>
    sql.query('insert into organisation.agency (id, path, name, name_en, kind, lon, lat) values ($1, $2::ltree, $3, $4, $5, $6, $7)', [id, path, name, nameEn, kind, lon, lat]),
  ),
  writes('agency-changed', (sql, { id, name, nameEn, lon, lat }) =>
    sql.query('update organisation.agency set name = $2, name_en = $3, lon = $4, lat = $5 where id = $1', [id, name, nameEn, lon, lat]),
  ),
  writes('member-created', (sql, { id, name, staffNumber, agency }) =>
    sql.query('insert into organisation.member (id, name, staff_number, agency) values ($1, $2, $3, $4::ltree)', [id, name, staffNumber, agency]),
  ),
  writes('member-changed', (sql, { id, name, staffNumber, agency, active }) =>
    sql.query('update organisation.member set name = $2, staff_number = $3, agency = $4::ltree, active = $5 where id = $1', [id, name, staffNumber, agency, active]),
  ),
  writes('account-created', async (sql, { id, name, displayName, agency, grants: list, member }) => {
    await sql.query('insert into organisation.account (id, name, name_key, display_name, agency, member) values ($1, $2, $3, $4, $5::ltree, $6)', [id, name, keyOf(name), displayName, agency, member])
    await setGrants(sql, id, list)
  }),
  writes('account-changed', async (sql, { id, displayName, agency, grants: list, member, disabled }) => {
    await sql.query('update organisation.account set display_name = $2, agency = $3::ltree, member = $4, disabled = $5 where id = $1', [id, displayName, agency, member, disabled])
    await setGrants(sql, id, list)
  }),
]
