import type { Log } from '#platform/log.ts'
import { DatabaseUnavailable } from '#platform/db/fault.ts'
import type { Sql } from '#platform/db/sql.ts'

/** Makes what was committed durable, for many callers at a time. */
export type Flusher = {
  /** Flush now, or with those already asking; the position up to which everything is on disk. */
  flush(): Promise<number>
  /** Grows when a flush fails: what was committed but not flushed before that may be lost. */
  generation(): number
  /**
   * Resolves when everything up to a committed position is on disk.
   *
   * @param since  the generation when the command began
   * @throws DatabaseUnavailable when it cannot be known whether the commit survived: ask again with the same id
   */
  untilDurable(position: number, since: number): Promise<void>
  /** Another node says: everything up to here is on disk. */
  heard(position: number): void
  /** `back`: the database itself went back (a backup, a standby that lagged); what was beyond is gone. */
  onDurable(fn: (position: number, back: boolean) => void): void
}

/**
 * The statement commits with the usual wait for the disk. Its snapshot sees every head that is committed, so their
 * commit records lie before its own in the log, and one write of the log makes all of them durable. Nobody
 * sees the new `durable` before that. Other nodes are told in the same transaction.
 */
const moveDurable = `
  with moved as (
    update journal.durable d set position = h.position from journal.head h where d.position < h.position returning d.position
  )
  select position, pg_notify('journal', position::text) from moved`
const readDurable = 'select position from journal.durable'

export function createFlusher(sql: Sql, log: Log): Flusher {
  let durable = 0
  let generation = 0
  let waiting: { position: number; done: () => void; failed: (error: unknown) => void }[] = []
  const listeners: ((position: number, back: boolean) => void)[] = []

  const reached = (position: number) => {
    if (position <= durable) return
    durable = position
    const ready = waiting.filter((one) => one.position <= durable)
    waiting = waiting.filter((one) => one.position > durable)
    for (const one of ready) one.done()
    for (const fn of listeners) fn(durable, false)
  }

  const once = async (): Promise<number> => {
    const known = durable
    const [moved] = await sql.query<{ position: number }>(moveDurable)
    const position = moved?.position ?? (await sql.query<{ position: number }>(readDurable))[0]!.position
    if (position < known) {
      log.error({ known, found: position }, 'the journal went back: the database was replaced by an earlier one')
      durable = position
      generation++
      for (const fn of listeners) fn(durable, true)
    }
    reached(position)
    return position
  }

  /** One flush at a time; who asks during one is served by the next, because its commit may have come after the snapshot. */
  const serve = async () => {
    while (waiting.length > 0) {
      const asking = [...waiting] // whoever comes during the flush is not judged by it
      let trouble: unknown
      try {
        await once()
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
  }
  let serving: Promise<void> | undefined

  return {
    flush: once,
    generation: () => generation,
    async untilDurable(position, since) {
      if (since !== generation) throw unknownFate(new Error('a flush failed while the command ran'))
      if (position <= durable) return
      const promise = new Promise<void>((done, failed) => waiting.push({ position, done, failed }))
      serving ??= serve().finally(() => (serving = undefined))
      return promise
    },
    heard(position) {
      if (Number.isSafeInteger(position)) reached(position)
      else log.warn({ position }, 'a journal notification is not a position')
    },
    onDurable: (fn) => void listeners.push(fn),
  }
}

const unknownFate = (cause: unknown) => (cause instanceof DatabaseUnavailable ? cause : new DatabaseUnavailable(cause))
