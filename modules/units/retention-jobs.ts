/** Retention at work: each hour what an agency no longer keeps is gone. Nobody could read it before either (`positions-store.ts`). */
import type { Instant } from '#kernel/names.ts'
import type { Db } from '#platform/db/sql.ts'
import { ageMsMax } from './fix.ts'
import { dropDays, expiredDays, listDays } from './positions-store.ts'
import { daysOf } from './retention.ts'
import { deleteAlarms, deletePositions, lastSweep, readSaid, rememberSweep, sweepsFirst, unitsByAgency, type Sweep } from './retention-store.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** A day’s table is dropped only when no late fix can ask for it any more; what is younger goes row by row. */
const dropDaysMin = Math.ceil(ageMsMax / DAY_MS) + 1

const inShort = (cause: unknown) => (cause as Error).message.slice(0, 500)

export type RetentionRoom = {
  /** Sweep now and each hour. */
  start(): void
  stop(): Promise<void>
  sweep(): Promise<Sweep>
}

export function openRetention(needs: { readonly db: Db; readonly now: () => Instant; readonly onFault: (what: string, cause: unknown) => void }): RetentionRoom {
  const { db, now, onFault } = needs
  let timer: NodeJS.Timeout | undefined
  let sweeping: Promise<Sweep> | undefined

  async function work(at: Instant, done: { daysDropped: number; rowsDeleted: number; fault: string | null }): Promise<void> {
    const [said, units] = await Promise.all([readSaid(db), unitsByAgency(db)])
    const byDays = new Map<number, number[]>()
    for (const [agency, handles] of units) {
      const days = daysOf(agency, said)
      byDays.set(days, [...(byDays.get(days) ?? []), ...handles])
    }
    const longest = Math.max(dropDaysMin, ...byDays.keys())
    const there = await listDays(db)
    const old = expiredDays(there, at, longest)
    const gone = new Set(byDays.size > 0 ? await dropDays(db, old, (what, cause) => {
      onFault(what, cause)
      done.fault ??= inShort(cause)
    }) : [])
    done.daysDropped = gone.size
    for (const [days, handles] of byDays) {
      const before = at - days * DAY_MS
      await deleteAlarms(db, handles, before)
      // What is kept longest goes with its day: row by row a province would delete all day as much as it writes. Nobody reads it meanwhile.
      if (days === longest) continue
      // Day by day: a first sweep after a shortening may have millions to take.
      for (const day of there) {
        if (gone.has(day) || day * DAY_MS >= before) continue
        done.rowsDeleted += await deletePositions(db, handles, day * DAY_MS, Math.min(before, (day + 1) * DAY_MS))
      }
    }
  }

  /** One node at a time: who comes while another is at it waits, and gets what that one's came to. */
  const sweep = (): Promise<Sweep> =>
    db.transaction(async (sql) => {
      const theirs = (await sweepsFirst(sql)) ? null : await lastSweep(db)
      return theirs ?? sweepAll()
    })

  async function sweepAll(): Promise<Sweep> {
    const at = now()
    const done = { daysDropped: 0, rowsDeleted: 0, fault: null as string | null }
    try {
      await work(at, done)
    } catch (cause) {
      onFault('sweeping old positions', cause)
      done.fault = inShort(cause)
    }
    const result = { at, tookMs: Math.max(0, Math.round(now() - at)), ...done }
    await rememberSweep(db, result)
    return result
  }

  /** One at a time: who asks while one is under way gets that one. */
  const once = () => (sweeping ??= sweep().finally(() => (sweeping = undefined)))
  const again = () => void once().catch((cause: unknown) => onFault('remembering a sweep', cause))
  return {
    start() {
      again()
      timer ??= setInterval(again, HOUR_MS).unref()
    },
    async stop() {
      clearInterval(timer)
      await sweeping?.catch(() => {})
    },
    sweep: once,
  }
}
