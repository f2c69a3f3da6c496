import type { Log } from '#platform/log.ts'
import { DatabaseUnavailable } from '#platform/db/fault.ts'
import type { Sql } from '#platform/db/sql.ts'

/** Makes what was committed durable, for many callers at a time. */
export type Flusher = {
  /** Flush now, or with those already asking; the position up to which everything is on disk. */
  flush(): Promise<number>
  /** Grows when a flush fails, or the journal is another: what was committed but not flushed before that may be lost. */
  generation(): number
  /** Everything up to here is on disk, as far as is known. */
  position(): number
  /** A connection was lost, or a position came that cannot be: the next flush looks whether this is still the same journal. */
  doubt(): void
  /**
   * Resolves when everything up to a committed position is on disk.
   *
   * @param since  the generation when the command began
   * @throws DatabaseUnavailable when it cannot be known whether the commit survived: ask again with the same id
   */
  untilDurable(position: number, since: number): Promise<void>
  /** Another node says: everything up to here is on disk. */
  heard(position: number): void
  /** `back`: the database is another than it was (a backup, a standby that lagged); what was beyond is gone, and others may have written since. */
  onDurable(fn: (position: number, back: boolean) => void): void
}

/** An entry as it was once on disk: where it is missing, or its hash is another, this is not the journal that we knew. */
type Mark = { readonly position: number; readonly hash: string }

/**
 * The statement commits with the usual wait for the disk. Its snapshot sees every head that is committed, so their
 * commit records lie before its own in the log, and one write of the log makes all of them durable. Nobody
 * sees the new `durable` before that. Other nodes are told in the same transaction.
 */
const moveDurable = `
  with moved as (
    update journal.durable d set position = h.position from journal.head h where d.position < h.position returning d.position, h.hash
  )
  select position, hash, pg_notify('journal', position::text) from moved`
const readDurable = 'select d.position, e.hash from journal.durable d left join journal.entry e on e.position = d.position'
const hashAt = 'select hash from journal.entry where position = $1'

export function createFlusher(sql: Sql, log: Log): Flusher {
  let durable = 0
  let generation = 0
  let mark: Mark | undefined
  /** Doubts so far, and up to which of them it was looked: one that comes up during a look is not settled by it. */
  let [doubts, settled] = [0, 0]
  /** `doubt`: the last before it, which must be settled too. */
  let waiting: { position: number; doubt: number; done: () => void; failed: (error: unknown) => void }[] = []
  const listeners: ((position: number, back: boolean) => void)[] = []

  const reached = (position: number) => {
    const isNews = position > durable
    durable = Math.max(durable, position)
    const isReady = (one: { position: number; doubt: number }) => one.position <= durable && one.doubt <= settled
    const ready = waiting.filter(isReady)
    waiting = waiting.filter((one) => !isReady(one))
    for (const one of ready) one.done()
    if (isNews) for (const fn of listeners) fn(durable, false)
  }

  /** Whether what we knew to be on disk is still there. A position alone says nothing: others may have written past it meanwhile. */
  const isAnother = async (known: Mark | undefined): Promise<boolean> => known !== undefined && (await sql.query<{ hash: string }>(hashAt, [known.position]))[0]?.hash !== known.hash

  const startAnew = (position: number, hash: string | null) => {
    durable = position
    mark = hash === null ? undefined : { position, hash }
    generation++
    const lost = waiting
    waiting = []
    for (const one of lost) one.failed(unknownFate(new Error('the database was replaced by an earlier one')))
    for (const fn of listeners) fn(durable, true)
  }

  const once = async (): Promise<number> => {
    const [known, of, asked] = [durable, generation, doubts]
    try {
      // asked first: what is written behind the question is of the same database as the answer
      const other = asked > settled && (await isAnother(mark))
      const [moved] = await sql.query<{ position: number; hash: string | null }>(moveDurable)
      const { position, hash } = moved ?? (await sql.query<{ position: number; hash: string | null }>(readDurable))[0]!
      if (generation !== of && (other || position < known)) return await once() // somebody else found it out meanwhile
      settled = Math.max(settled, asked)
      if (other || position < known) {
        log.error({ known, found: position }, 'the journal went back: the database was replaced by an earlier one')
        startAnew(position, hash)
        return position
      }
      if (hash !== null && position >= (mark?.position ?? 0)) mark = { position, hash }
      reached(position)
      return position
    } catch (error) {
      doubts++
      throw error
    }
  }

  let turn: Promise<unknown> = Promise.resolve()
  /** One at a time: one that was overtaken would judge what others found meanwhile by what it knew before. */
  const flush = (): Promise<number> => {
    const next = turn.then(once)
    turn = next.catch(() => {})
    return next
  }

  let looking: Promise<void> | undefined
  let serving = false
  /** Who asks during a flush is served by the next, because its commit may have come after the snapshot. */
  const serve = async () => {
    serving = true
    while (waiting.length > 0) {
      const asking = [...waiting] // whoever comes during the flush is not judged by it
      let trouble: unknown
      try {
        await flush()
        // A flush that began after a commit and does not reach it: the database crashed in between and the commit is gone.
        if (asking.some((one) => one.position > durable)) trouble = new Error('the database restarted before the commit was on disk')
      } catch (error) {
        trouble = error
      }
      if (trouble === undefined) continue
      generation++
      const lost = waiting
      waiting = []
      for (const one of lost) one.failed(unknownFate(trouble))
    }
    serving = false // in the same breath as nobody waits any more: who comes now begins anew
  }

  return {
    flush,
    generation: () => generation,
    position: () => durable,
    doubt: () => void doubts++,
    async untilDurable(position, since) {
      if (since !== generation) throw unknownFate(new Error('a flush failed while the command ran'))
      if (position <= durable && doubts === settled) return
      const promise = new Promise<void>((done, failed) => waiting.push({ position, doubt: doubts, done, failed }))
      if (!serving) void serve()
      return promise
    },
    heard(position) {
      if (!Number.isSafeInteger(position)) log.warn({ position }, 'a journal notification is not a position')
      else if (doubts === settled) reached(position)
      // It may be of another database than the one that was known; our own flush says so too, before its answer is here.
      else looking ??= flush().then(() => {}, () => {}).finally(() => (looking = undefined))
    },
    onDurable: (fn) => void listeners.push(fn),
  }
}

const unknownFate = (cause: unknown) => (cause instanceof DatabaseUnavailable ? cause : new DatabaseUnavailable(cause))
