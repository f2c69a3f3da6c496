/** SQL of secrets and sessions. Not of the journal: nothing here may ever be read in it. */
import type { Actor, Grant } from '#kernel/actor.ts'
import type { Instant } from '#kernel/names.ts'
import type { Sql } from '#platform/db/sql.ts'

export type Credential = { readonly passwordHash: string; readonly earlier: readonly string[]; readonly mustChange: boolean; readonly lastSignInAt: Instant | null }

export const findCredential = async (sql: Sql, account: string): Promise<Credential | undefined> =>
  (
    await sql.query<Credential>(
      'select password_hash as "passwordHash", earlier, must_change as "mustChange", last_sign_in_at as "lastSignInAt" from organisation.credential where account = $1',
      [account],
    )
  )[0]

/** A new password; the one before joins the last few (`keep`) that may not be used again. */
export const setPassword = (sql: Sql, account: string, passwordHash: string, mustChange: boolean, at: Instant, keep = 4) =>
  sql.query(
    `insert into organisation.credential (account, password_hash, must_change, changed_at) values ($1, $2, $3, $4)
     on conflict (account) do update set
       earlier = (array_prepend(organisation.credential.password_hash, organisation.credential.earlier))[1:$5],
       password_hash = excluded.password_hash, must_change = excluded.must_change, changed_at = excluded.changed_at`,
    [account, passwordHash, mustChange, at, keep],
  )

/** The same password at today's cost. */
export const rehashPassword = (sql: Sql, account: string, before: string, after: string) =>
  sql.query('update organisation.credential set password_hash = $3 where account = $1 and password_hash = $2', [account, before, after])

export const noteSignIn = (sql: Sql, account: string, at: Instant) =>
  sql.query('update organisation.credential set last_sign_in_at = $2 where account = $1', [account, at])

// ——— wrong passwords ———

export const lockedUntil = async (sql: Sql, nameDigest: Buffer): Promise<Instant> =>
  (await sql.query<{ lockedUntil: number }>('select locked_until as "lockedUntil" from organisation.sign_in_failure where name_digest = $1', [nameDigest]))[0]?.lockedUntil ?? 0

/**
 * One more wrong password for a name, whether there is such a name or not.
 *
 * @returns until when the name is locked now; 0 while it is not
 */
export const countFailure = async (sql: Sql, nameDigest: Buffer, at: Instant, rules: { failuresMax: number; lockMs: number }): Promise<Instant> => {
  const [row] = await sql.query<{ lockedUntil: number }>(
    `insert into organisation.sign_in_failure as f (name_digest, failures, since_at, locked_until)
       values ($1, 1, $2::bigint, case when 1 >= $3::int then $2::bigint + $4::bigint else 0 end)
     on conflict (name_digest) do update set
       failures = case when f.since_at + $4::bigint <= $2::bigint then 1 else f.failures + 1 end,
       since_at = case when f.since_at + $4::bigint <= $2::bigint then $2::bigint else f.since_at end,
       locked_until = case when (case when f.since_at + $4::bigint <= $2::bigint then 1 else f.failures + 1 end) >= $3::int then $2::bigint + $4::bigint else 0 end
     returning locked_until as "lockedUntil"`,
    [nameDigest, at, rules.failuresMax, rules.lockMs],
  )
  return row!.lockedUntil
}

export const forgetFailures = (sql: Sql, nameDigest: Buffer) => sql.query('delete from organisation.sign_in_failure where name_digest = $1', [nameDigest])

// ——— sessions ———

export type NewSession = {
  readonly id: string
  readonly digest: Buffer
  readonly account: string
  readonly address: string
  readonly at: Instant
  readonly idleMs: number
  readonly expiresAt: Instant
}

export const insertSession = (sql: Sql, session: NewSession) =>
  sql.query(
    `insert into organisation.session (id, token_digest, account, address, created_at, last_seen_at, idle_ms, expires_at)
     values ($1, $2, $3, $4, $5, $5, $6, $7)`,
    [session.id, session.digest, session.account, session.address, session.at, session.idleMs, session.expiresAt],
  )

export type SessionRow = {
  readonly id: string
  readonly account: string
  readonly lastSeenAt: Instant
  readonly idleMs: number
  readonly expiresAt: Instant
  readonly endedAt: Instant | null
  readonly disabled: boolean
  readonly mustChange: boolean
  readonly displayName: string
  readonly member: Actor['member'] | null
  readonly grants: readonly Grant[]
}

const sessionRow = `select s.id, s.account, s.last_seen_at as "lastSeenAt", s.idle_ms as "idleMs", s.expires_at as "expiresAt", s.ended_at as "endedAt",
    a.disabled, a.display_name as "displayName", a.member, coalesce(c.must_change, true) as "mustChange",
    coalesce((select json_agg(json_build_object('role', g.role, 'agency', g.agency::text) order by g.agency, g.role)
      from organisation.account_grant g where g.account = a.id), '[]'::json) as grants
  from organisation.session s
  join organisation.account a on a.id = s.account
  left join organisation.credential c on c.account = a.id
  where s.token_digest = $1`

export const findSession = async (sql: Sql, digest: Buffer): Promise<SessionRow | undefined> => (await sql.query<SessionRow>(sessionRow, [digest]))[0]

/** Which of these sessions still go on. */
export const openSessions = async (sql: Sql, ids: readonly string[], at: Instant): Promise<ReadonlySet<string>> =>
  new Set(
    (
      await sql.query<{ id: string }>(
        `select s.id from organisation.session s join organisation.account a on a.id = s.account
         where s.id = any($1) and s.ended_at is null and s.expires_at > $2 and s.last_seen_at + s.idle_ms > $2 and not a.disabled`,
        [ids, at],
      )
    ).map(({ id }) => id),
  )

export const touchSession = (sql: Sql, id: string, at: Instant) =>
  sql.query('update organisation.session set last_seen_at = $2 where id = $1 and last_seen_at < $2', [id, at])

export const endSession = (sql: Sql, id: string, at: Instant) =>
  sql.query('update organisation.session set ended_at = $2 where id = $1 and ended_at is null', [id, at])

/** End an account's sessions, all or all but one. How many there were. */
export const endSessionsOf = async (sql: Sql, account: string, at: Instant, except: string | null = null): Promise<number> =>
  (
    await sql.query(
      `update organisation.session set ended_at = $2 where account = $1 and ended_at is null and expires_at > $2
         and ($3::text is null or id <> $3) returning id`,
      [account, at, except],
    )
  ).length

/** What is over for a week is gone; failures that count no more as well. */
export const sweepSessions = async (sql: Sql, before: Instant) => {
  await sql.query('delete from organisation.session where expires_at < $1', [before])
  await sql.query('delete from organisation.sign_in_failure where since_at < $1 and locked_until < $1', [before])
}
