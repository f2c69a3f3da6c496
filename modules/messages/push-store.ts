/** Which agencies tell phones (a projection), which browsers let themselves be told (none: it ends with the shift), and what is still to be told. */
import { createHash } from 'node:crypto'
import type { Projection, Tx } from '#kernel/journal.ts'
import type { AgencyPath, Instant, MemberId, UnitId } from '#kernel/names.ts'
import { sqlOf, type Sql } from '#platform/db/sql.ts'
import type { PushAgencyView } from './contract.ts'
import type { PushNews, PushNotice, SubscriptionsEnd } from './push.ts'

export const pushProjections: Projection[] = [
  {
    types: ['push-set'],
    async apply(tx, { agency, data }) {
      if (data['contact'] === null) await sqlOf(tx).query('delete from messages.push_setting where agency = $1::ltree', [agency])
      else await sqlOf(tx).query('insert into messages.push_setting (agency, contact) values ($1::ltree, $2) on conflict (agency) do update set contact = excluded.contact', [agency, data['contact']])
    },
  },
]

/** Whom a service may write to about an agency's notices: the nearest that said so; undefined where they are off. */
export const pushContact = async (sql: Sql, agency: AgencyPath): Promise<string | undefined> =>
  (await sql.query<{ contact: string }>('select contact from messages.push_setting where agency @> $1::ltree order by nlevel(agency) desc limit 1', [agency]))[0]?.contact

/** What an agency itself said, its row locked against others who say something else. */
export async function lockPushSetting(tx: Tx, agency: AgencyPath): Promise<string | null> {
  await sqlOf(tx).query(`select pg_advisory_xact_lock(hashtextextended('messages/push/' || $1, 0))`, [agency])
  return (await sqlOf(tx).query<{ contact: string }>('select contact from messages.push_setting where agency = $1::ltree', [agency]))[0]?.contact ?? null
}

/** Agencies that switched them on, with how many phones are told now and how many could not be. */
export const pushAgencies = (sql: Sql, scope: readonly AgencyPath[]): Promise<PushAgencyView[]> =>
  sql.query<PushAgencyView>(
    `select s.agency::text as agency, s.contact, count(p.id)::int as browsers, count(p.problem)::int as failing, max(p.problem) as problem
     from messages.push_setting s left join messages.push_subscription p on p.agency <@ s.agency
     where s.agency <@ any($1::ltree[]) group by s.agency, s.contact order by s.agency`,
    [scope],
  )

export type SubscriptionRow = { readonly id: string; readonly member: MemberId; readonly unit: UnitId; readonly agency: AgencyPath; readonly session: string; readonly closed: string }

const digestOf = (endpoint: string) => createHash('sha256').update(endpoint).digest('hex')

/** A browser is told for one member at a time: who subscribes with it later takes it over. */
export async function putSubscription(sql: Sql, endpoint: string, row: SubscriptionRow, at: Instant): Promise<void> {
  const digest = digestOf(endpoint)
  await sql.query('delete from messages.push_subscription where digest = $1 and id <> $2', [digest, row.id])
  await sql.query(
    `insert into messages.push_subscription (id, digest, closed, member, unit, agency, session, made_at) values ($1, $2, $3, $4, $5, $6::ltree, $7, $8)
     on conflict (digest) do nothing`, // two at once are of one browser: either will do
    [row.id, digest, row.closed, row.member, row.unit, row.agency, row.session, at],
  )
}

export const dropSubscription = (sql: Sql, id: string) => sql.query('delete from messages.push_subscription where id = $1', [id])

/** By its address, and only one's own. */
export const dropOwnSubscription = (sql: Sql, endpoint: string, member: MemberId) => sql.query('delete from messages.push_subscription where digest = $1 and member = $2', [digestOf(endpoint), member])

export const countSubscriptions = async (sql: Sql, member: MemberId): Promise<number> =>
  (await sql.query<{ count: number }>('select count(*)::int as count from messages.push_subscription where member = $1', [member]))[0]!.count

/** @param at  of what ended them: it may be heard late, when the next shift has begun and let itself be told */
export async function endSubscriptions(sql: Sql, end: SubscriptionsEnd, at: Instant): Promise<void> {
  if ('session' in end) await sql.query('delete from messages.push_subscription where session = $1', [end.session])
  else await sql.query('delete from messages.push_subscription where unit = $1 and not member = any($2) and made_at <= $3', [end.unit, end.staying, at])
}

/** All of an agency and below, when it switches them off. In the transaction of the command. */
export const endSubscriptionsOf = (tx: Tx, agency: AgencyPath) =>
  sqlOf(tx).query(
    `delete from messages.push_subscription p where agency <@ $1::ltree and not exists (select 1 from messages.push_setting s where s.agency @> p.agency and s.agency <> $1::ltree)`,
    [agency],
  )

/** Leave a notice for every phone that it is for. The same entry twice is one notice, however many nodes hear it. */
export async function leavePushNotice(sql: Sql, { what, to, endsAt }: PushNews, told: { readonly entry: number; readonly number: number; readonly at: Instant }): Promise<void> {
  const unit = 'unit' in to ? to.unit : null
  await sql.query(
    `insert into messages.push_notice (subscription, entry, what, number, made_at, ends_at, fire_at, tries)
     select id, $3, $4, $5, $6, $7, $6, 0 from messages.push_subscription where unit = $1 or member = any($2)
     on conflict do nothing`,
    [unit, 'members' in to ? to.members : [], told.entry, what, told.number, told.at, endsAt],
  )
}

export type DuePush = PushNotice & SubscriptionRow & { readonly entry: number; readonly endsAt: Instant; readonly tries: number }

/** Take notices that are due, so that no other node takes them meanwhile; those of no more use go. */
export async function takePushes(sql: Sql, at: Instant, asked: { readonly limit: number; readonly heldMs: number }): Promise<DuePush[]> {
  await sql.query('delete from messages.push_notice where ends_at <= $1', [at])
  return sql.query<DuePush>(
    `update messages.push_notice n set fire_at = $1::bigint + $3, tries = tries + 1
     from messages.push_subscription s
     where s.id = n.subscription and (n.subscription, n.entry) in (
       select subscription, entry from messages.push_notice where fire_at <= $1 order by fire_at limit $2 for update skip locked)
     returning s.id, s.member, s.unit, s.agency::text as agency, s.session, s.closed, n.entry, n.what, n.number, n.ends_at as "endsAt", n.tries`,
    [at, asked.limit, asked.heldMs],
  )
}

/** How it ended: told or given up (`again` null), or to be tried at `again`. */
export async function settlePush(sql: Sql, { id, entry }: Pick<DuePush, 'id' | 'entry'>, end: { readonly again: Instant | null; readonly problem: string | null }): Promise<void> {
  if (end.again === null) await sql.query('delete from messages.push_notice where subscription = $1 and entry = $2', [id, entry])
  else await sql.query('update messages.push_notice set fire_at = $3 where subscription = $1 and entry = $2', [id, entry, end.again])
  await sql.query('update messages.push_subscription set problem = $2 where id = $1 and problem is distinct from $2', [id, end.problem])
}
