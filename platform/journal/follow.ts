/** A job that follows the journal by a kept place, so that what it does is done once, whether it was awake when an entry was written or not. */
import type { Entry } from '#kernel/journal.ts'
import type { Db, Sql } from '#platform/db/sql.ts'
import type { ChainedEntry } from './chain.ts'
import { entryOf } from './fact.ts'

/** Looked at this often without being told: another node may have died over it, or the database was away. */
const lookMs = 2_000
const batch = 200
/** A node that stops in the middle, as a machine that is frozen does, holds the others up for so long. */
const heldMs = 15_000

export type Follower = {
  /** For `journal.listen`: entries were written that may be of those. Returns at once. */
  heard(entries: readonly Entry[]): void
  /** Resolves when nothing is left to do, or it failed. */
  settled(): Promise<void>
  stop(): Promise<void>
}

const beginAtHead = 'insert into journal.follower (name, position) select $1, position from journal.durable on conflict (name) do nothing'
const holdPlace = 'select position from journal.follower where name = $1 for update'
const readDurable = 'select position from journal.durable'
// An upper end, for the place may be moved past what was not of these types; but never past what was not on disk when it was read.
const readNext = `
  select position, at, stream, type, agency, account, actor, command, data::text as data, hash from journal.entry
  where position > $1 and position <= $2 and type = any($3::text[]) order by position limit $4`
const movePlace = 'update journal.follower set position = $2 where name = $1'

/**
 * Follow the journal from where this job, on whatever node, has got to; the first time from its head.
 *
 * What `carryOut` writes through `sql` is written together with the place, under a lock that the nodes share: once in effect. What it
 * does beyond that may happen twice. It must leave out by itself what is too old to be done: after a long time away everything since comes.
 *
 * @param name      of the job, the same on every node and for ever
 * @param types     of the entries it is about
 * @param carryOut  throws: nothing of it is kept, and the same entries come again
 * @param onDone    told after something was carried out and is on disk
 */
export async function followJournal(options: {
  readonly db: Pick<Db, 'query' | 'transaction'>
  readonly name: string
  readonly types: readonly string[]
  readonly carryOut: (sql: Sql, entries: readonly Entry[]) => Promise<void>
  readonly onDone?: () => void
  readonly onFault: (what: string, cause: unknown) => void
}): Promise<Follower> {
  const { db, name, types, carryOut, onDone, onFault } = options
  const wanted = new Set(types)
  let stopped = false
  let isAskedAgain = false
  let following: Promise<void> | undefined

  /** True when there may be more. */
  const step = (): Promise<{ readonly done: number; readonly isMore: boolean }> =>
    db.transaction(async (sql) => {
      await sql.query(`set local idle_in_transaction_session_timeout = ${heldMs}`)
      const [place] = await sql.query<{ position: number }>(holdPlace, [name])
      if (!place) throw new Error(`Invariant failed: ${name} has no place in the journal`)
      const [durable] = await sql.query<{ position: number }>(readDurable) // after the wait for whoever held it
      if (durable!.position <= place.position) return { done: 0, isMore: false }
      const entries = (await sql.query<ChainedEntry>(readNext, [place.position, durable!.position, types, batch])).map(entryOf)
      const isMore = entries.length === batch
      if (entries.length > 0) await carryOut(sql, entries)
      await sql.query(movePlace, [name, isMore ? entries.at(-1)!.position : durable!.position])
      return { done: entries.length, isMore }
    })

  async function follow(): Promise<void> {
    do {
      isAskedAgain = false
      try {
        const { done, isMore } = await step()
        if (done > 0) onDone?.()
        isAskedAgain ||= isMore
      } catch (cause) {
        onFault(`following the journal: ${name}; tried again`, cause)
        return
      }
    } while (isAskedAgain && !stopped)
  }
  function wake(): void {
    isAskedAgain = true
    if (!stopped) following ??= follow().finally(() => (following = undefined))
  }

  await db.query(beginAtHead, [name])
  const looking = setInterval(wake, lookMs).unref()
  wake() // what was written while no node was awake
  return {
    heard(entries) {
      if (entries.some(({ type }) => wanted.has(type))) wake()
    },
    async settled() {
      while (following) await following
    },
    async stop() {
      stopped = true
      clearInterval(looking)
      await following
    },
  }
}
