/** Posting to group bots: what the journal tells of becomes notices, and notices are posted until they are taken. */
import { createHmac } from 'node:crypto'
import type { Entry } from '#kernel/journal.ts'
import type { IncidentId, Instant } from '#kernel/names.ts'
import type { IncidentView } from '#modules/dispatch/contract.ts'
import type { Db, Sql } from '#platform/db/sql.ts'
import { openedWith, postOf, postsPerMinute, problemOf, retryMs, triesMax } from './bot.ts'
import { giveUpLate, leaveNotice, settlePost, sweepPosts, takePosts, type DuePost } from './bot-store.ts'
import type { BotTells } from './contract.ts'
import type { Fetch, Seal } from './deps.ts'

const timeoutMs = 5_000
/** A node that took posts and was killed: others take them again after this. */
const heldMs = 30_000
const weekMs = 7 * 24 * 3_600_000
/** More than this is no answer of theirs. */
const answerMax = 64 * 1024
/** A process that comes back after a long time, or a bot with more to tell than its vendor takes, does not tell of yesterday. */
const staleMs = 10 * 60_000

export type PostingDeps = {
  readonly db: Db
  readonly now: () => Instant
  readonly fetch: Fetch
  readonly seal: Pick<Seal, 'open'>
  readonly incidents: (sql: Sql, ids: readonly IncidentId[]) => Promise<readonly IncidentView[]>
}

const told: Readonly<Record<string, BotTells>> = { 'incident-opened': 'incident', 'limit-passed': 'limit', 'broadcast-sent': 'broadcast' }

/** Entries that bots may tell of. */
export const toldTypes = Object.keys(told)

/** Leave notices of what was written, but for what is no news any more. Once for each bot and entry, however often it comes. */
export async function leaveNotices(sql: Sql, deps: Pick<PostingDeps, 'now' | 'incidents'>, entries: readonly Entry[]): Promise<void> {
  const at = deps.now()
  for (const entry of entries) {
    const what = told[entry.type]
    if (what === undefined || entry.at < at - staleMs) continue
    const id = what === 'broadcast' ? entry.data['incident'] : entry.stream.slice('incident/'.length)
    const incident = typeof id === 'string' ? (await deps.incidents(sql, [id]))[0] : undefined
    const path = incident ? `/command?incident=${incident.id}` : '/command'
    await leaveNotice(sql, { agency: entry.agency, entry: entry.position, what, number: incident?.number ?? 0, path, at })
  }
}

/** Post what is due. How many were tried. */
export async function postDue(deps: PostingDeps): Promise<number> {
  await giveUpLate(deps.db, deps.now() - staleMs)
  const posts = await takePosts(deps.db, deps.now(), { limit: 5, heldMs, perMinute: postsPerMinute })
  await Promise.all(posts.map((post) => postOne(deps, post)))
  return posts.length
}

async function postOne(deps: PostingDeps, post: DuePost): Promise<void> {
  const problem = await tryPost(deps, post)
  const at = deps.now()
  if (problem === undefined) return settlePost(deps.db, post, { postedAt: at, fireAt: null, problem: null })
  const again = post.row.enabled && post.tries < triesMax
  return settlePost(deps.db, post, { postedAt: null, fireAt: again ? at + retryMs * 2 ** (post.tries - 1) : null, problem })
}

/** Undefined when it was taken; else why not, in words without key, secret or text. */
async function tryPost({ fetch, now, seal }: PostingDeps, { row, ...notice }: DuePost): Promise<string | undefined> {
  if (!row.enabled) return 'switched off'
  const credentials = openedWith(seal, row.id, row)
  if (!credentials) return 'its key was closed on another machine: enter the webhook again'
  const { url, body } = postOf({ ...row, ...credentials }, notice, now(), (key, text) => createHmac('sha256', key).update(text).digest('base64'))
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body,
      redirect: 'error', // who answers elsewhere is not who was asked
      signal: AbortSignal.timeout(timeoutMs),
    })
    return problemOf(response.status, await shortText(response))
  } catch (cause) {
    // the cause of a failed fetch names the address with its key: only its kind is told
    return cause instanceof Error && cause.name === 'TimeoutError' ? 'no answer in time' : 'could not be reached'
  }
}

async function shortText(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return ''
  const parts: Uint8Array[] = []
  for (let bytes = 0; ; ) {
    const { done, value } = await reader.read()
    if (done) break
    bytes += value.length
    parts.push(value)
    if (bytes > answerMax) {
      await reader.cancel()
      return ''
    }
  }
  return Buffer.concat(parts).toString('utf8')
}

export const sweepOldPosts = (deps: Pick<PostingDeps, 'db' | 'now'>): Promise<void> => sweepPosts(deps.db, deps.now() - weekMs)
