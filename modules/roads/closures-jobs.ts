/** Closures in force: read from the tables, kept by the journal's tail, lifted by the clock. */
import { system } from '#kernel/actor.ts'
import type { Entry } from '#kernel/journal.ts'
import type { Instant } from '#kernel/names.ts'
import { openRoad } from './close-road.ts'
import type { RoadsNeeds } from './deps.ts'
import { closuresById, closuresInForce, closuresOver, type ClosureRow } from './store.ts'

const TICK_MS = 5_000
const AGAIN_AFTER_MS = 250

export type InForce = {
  readonly rows: () => ReadonlyMap<string, ClosureRow>
  /** Resolves when they count. */
  hear(entries: readonly Entry[]): Promise<void>
  /** Read all of them again: the journal is another. */
  startAnew(): Promise<void>
  /** Read them again: something may have been said while nobody listened. And begin to lift what has run out. */
  start(): void
  stop(): Promise<void>
}

/** @param onChange  makes the next question be about the rows as they are now */
export async function openInForce({ db, journal, now, onFault }: Pick<RoadsNeeds, 'db' | 'journal' | 'now' | 'onFault'>, onChange: () => Promise<void>): Promise<InForce> {
  let rows: ReadonlyMap<string, ClosureRow> = new Map()
  let stopped = false
  /** Everything up to here is in the rows. */
  let heardUpTo = 0

  async function readAll(): Promise<void> {
    // The position first: what is heard again is known again, what is missed would be lost.
    const position = await journal.head()
    rows = new Map((await closuresInForce(db)).map((row) => [row.id, row]))
    heardUpTo = position
    await onChange()
  }
  async function readThese(ids: readonly string[]): Promise<void> {
    const changed = new Map(rows)
    for (const row of await closuresById(db, ids)) {
      if (row.liftedAt === null) changed.set(row.id, row)
      else changed.delete(row.id)
    }
    rows = changed
    await onChange()
  }

  // one reading after another, so that an older one never overwrites a newer one
  let queue: Promise<void> = Promise.resolve()
  let again: NodeJS.Timeout | undefined
  function inTurn(work: () => Promise<void>): Promise<void> {
    const turn = queue.then(work)
    queue = turn.catch(() => {
      // The database was away, or a thread died: what was heard is not lost, because everything is read again.
      heardUpTo = -1
      if (!stopped) again ??= setTimeout(readAgain, AGAIN_AFTER_MS).unref()
    })
    return turn
  }
  function readAgain(): void {
    again = undefined
    if (!stopped) inTurn(readAll).catch((cause: unknown) => onFault('reading the closures in force; tried again', cause))
  }

  let timer: NodeJS.Timeout | undefined
  async function tick(at: Instant): Promise<void> {
    // a backup was put in the database's place: what it does not know never happened
    if ((await journal.head()) < heardUpTo) readAgain()
    for (const { id, until } of await closuresOver(db, at)) {
      // every node sees the same end and asks under the same id: it is lifted once
      await openRoad({ journal, now }, system, id, `closure-over:${id}:${until}`)
    }
  }

  await inTurn(readAll)
  return {
    rows: () => rows,
    async hear(entries) {
      const [first, last] = [entries[0]?.position, entries.at(-1)?.position]
      if (first === undefined || last === undefined) return
      const ids = entries.flatMap((entry) => (entry.stream.startsWith('closure/') ? [entry.stream.slice('closure/'.length)] : []))
      const work = async () => {
        // Others wrote between our reading and our listening, or a reading failed.
        if (first > heardUpTo + 1) return readAll()
        if (ids.length > 0) await readThese(ids)
        heardUpTo = Math.max(heardUpTo, last)
      }
      try {
        await inTurn(work)
      } catch (cause) {
        onFault('hearing of closures; they are read again', cause)
      }
    },
    startAnew: () => inTurn(readAll),
    start() {
      readAgain()
      timer ??= setInterval(() => void tick(now()).catch((cause: unknown) => onFault('lifting closures that have run out', cause)), TICK_MS).unref()
    },
    async stop() {
      stopped = true
      clearInterval(timer)
      clearTimeout(again)
      await queue
    },
  }
}
