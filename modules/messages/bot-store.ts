/** Group bots and what they are to post. Credentials and posts are no projections: the journal knows only that there is a bot. */
import type { Tx } from '#kernel/journal.ts'
import type { AgencyPath, Instant } from '#kernel/names.ts'
import { sqlOf, type Sql } from '#platform/db/sql.ts'
import { closedIn, type Bot, type Notice } from './bot.ts'
import type { BotTells, BotView } from './contract.ts'
import type { Seal } from './deps.ts'

/** `token` and `secret` are closed: what opens them lies outside the database. `ending`: the last of the key, to tell it from others. */
export type BotRow = Bot & { readonly ending: string; readonly id: string; readonly agency: AgencyPath; readonly label: string; readonly tells: readonly BotTells[]; readonly enabled: boolean }

const columns = 'id, agency::text as agency, vendor, label, token, secret, ending, link_base as "linkBase", tells, enabled'

export const findBot = async (tx: Tx, id: string): Promise<BotRow | undefined> =>
  (await sqlOf(tx).query<BotRow>(`select ${columns} from messages.bot where id = $1 for update`, [id]))[0]

/** In the transaction of the command that says so. */
export async function putBot(tx: Tx, bot: BotRow, at: Instant): Promise<void> {
  await sqlOf(tx).query(
    `insert into messages.bot (id, agency, vendor, label, token, secret, ending, link_base, tells, enabled, changed_at) values ($1, $2::ltree, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (id) do update set vendor = excluded.vendor, label = excluded.label, token = excluded.token, secret = excluded.secret, ending = excluded.ending,
       link_base = excluded.link_base, tells = excluded.tells, enabled = excluded.enabled, changed_at = excluded.changed_at`,
    [bot.id, bot.agency, bot.vendor, bot.label, bot.token, bot.secret, bot.ending, bot.linkBase, bot.tells, bot.enabled, at],
  )
}

/** Close what was written before there was a key: the plain text of earlier versions. Whole rows at a time, so that two nodes do no harm to each other. */
export async function closeOpenBots(sql: Sql, seal: Seal): Promise<number> {
  const rows = await sql.query<Pick<BotRow, 'id' | 'token' | 'secret'>>('select id, token, secret from messages.bot')
  const open = rows.filter(({ token }) => !seal.isClosed(token))
  for (const { id, token, secret } of open) {
    const closed = closedIn(seal, id, { token, secret })
    await sql.query('update messages.bot set token = $2, secret = $3 where id = $1 and token = $4', [id, closed.token, closed.secret, token])
  }
  return open.length
}

export async function dropBot(tx: Tx, id: string): Promise<void> {
  await sqlOf(tx).query('delete from messages.bot where id = $1', [id])
}

/** As administrators see them: without key and secret. */
export const botViews = (sql: Sql, scope: readonly AgencyPath[]): Promise<BotView[]> =>
  sql.query<BotView>(
    `select id, agency::text as agency, vendor, label, ending, secret is not null as signs, link_base as "linkBase", tells, enabled,
       (select max(posted_at) from messages.bot_post where bot = bot.id) as "postedAt",
       (select count(*)::int from messages.bot_post where bot = bot.id and fire_at is not null) as waiting,
       (select problem from messages.bot_post where bot = bot.id order by entry desc limit 1) as problem
     from messages.bot where agency <@ any($1::ltree[]) order by agency, label, id`,
    [scope],
  )

/** Leave a notice for every bot that tells of such things over this agency. The same entry twice is one post. */
export async function leaveNotice(sql: Sql, asked: { readonly agency: AgencyPath; readonly entry: number; readonly what: BotTells; readonly number: number; readonly path: string; readonly at: Instant }): Promise<void> {
  await sql.query(
    `insert into messages.bot_post (bot, entry, what, number, link, made_at, fire_at, tries)
     select id, $2, $3, $4, link_base || $5, $6, $6, 0 from messages.bot where enabled and $3 = any(tells) and agency @> $1::ltree
     on conflict do nothing`,
    [asked.agency, asked.entry, asked.what, asked.number, asked.path, asked.at],
  )
}

export type DuePost = Notice & { readonly bot: string; readonly entry: number; readonly tries: number; readonly row: BotRow }

/** What waited for too long is not told any more. */
export async function giveUpLate(sql: Sql, before: Instant): Promise<void> {
  await sql.query(`update messages.bot_post set fire_at = null, problem = 'too late' where fire_at is not null and made_at < $1`, [before])
}

/** Take posts that are due, so that no other node takes them meanwhile; `perBot` of one bot at a time. */
export async function takePosts(sql: Sql, at: Instant, asked: { readonly limit: number; readonly heldMs: number; readonly perMinute: number }): Promise<DuePost[]> {
  const posts = await sql.query<Omit<DuePost, 'row'>>(
    `update messages.bot_post set fire_at = $1::bigint + $3, tries = tries + 1
     where (bot, entry) in (
       select bot, entry from messages.bot_post due where fire_at <= $1
         and (select count(*) from messages.bot_post lately where lately.bot = due.bot and lately.posted_at > $1 - 60000) < $4
       order by fire_at limit $2 for update skip locked)
     returning bot, entry, what, number, link, tries`,
    [at, asked.limit, asked.heldMs, asked.perMinute],
  )
  if (posts.length === 0) return []
  const bots = new Map((await sql.query<BotRow>(`select ${columns} from messages.bot where id = any($1)`, [posts.map(({ bot }) => bot)])).map((row) => [row.id, row]))
  return posts.flatMap((post) => (bots.has(post.bot) ? [{ ...post, row: bots.get(post.bot)! }] : []))
}

/** How a post ended: posted, to be tried again, or given up (`fireAt` null and a problem). */
export async function settlePost(sql: Sql, post: { readonly bot: string; readonly entry: number }, end: { readonly postedAt: Instant | null; readonly fireAt: Instant | null; readonly problem: string | null }): Promise<void> {
  await sql.query('update messages.bot_post set posted_at = $3, fire_at = $4, problem = $5 where bot = $1 and entry = $2', [post.bot, post.entry, end.postedAt, end.fireAt, end.problem])
}

/** Posts of the last week say whether a bot works; older ones say nothing. */
export async function sweepPosts(sql: Sql, before: Instant): Promise<void> {
  await sql.query('delete from messages.bot_post where made_at < $1', [before])
}
