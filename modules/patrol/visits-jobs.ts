/** Visits at work: what the fences decided of each unit becomes visits, in memory while they go on and in the table soon after. */
import type { Watched } from '#core/geo/fence-watch.ts'
import type { AgencyPath, Instant } from '#kernel/names.ts'
import type { PatrolNeeds } from './deps.ts'
import { tallied, type Stay, type Tally } from './visit.ts'
import type { FoundVisits } from './late-visits.ts'
import { endVisits, keepLateVisit, keepVisits, openVisits, sweepVisits, type VisitRow } from './visits-store.ts'

const AGAIN_AFTER_MS = 500
/** How far a visit has got is written so often; its beginning and its end at once. */
const PROGRESS_MS = 30_000
const HOUR_MS = 3_600_000
const FIXES_AT_ONCE = 10_000
/** What waits to be written while the database is away; beyond this the oldest is lost. */
const WAITING_MAX = 10_000

type OnDuty = { readonly id: string; readonly handle: number; readonly agency: AgencyPath; readonly since: Instant; readonly fixAt: Instant | null }

type Visits = {
  /** These fences are places to visit now, from so many milliseconds on. Visits at others are over. */
  places(visitMs: ReadonlyMap<string, number>): void
  /** A unit on duty was seen once more. @param counts  false where its device is spared */
  look(unit: { readonly id: string; readonly agency: AgencyPath }, before: Watched | undefined, after: Watched, counts: boolean): void
  /** What all fixes of its shift show of a unit at a place, after some came late, of these instants. */
  mend(unit: { readonly id: string; readonly agency: AgencyPath }, fence: string, found: FoundVisits, late: { readonly from: Instant; readonly to: Instant }): Promise<void>
  /** A shift is over, or another begins: nobody of it is anywhere. */
  end(unit: string): void
  /** After a restart: visits of those who are on duty go on, others are over. */
  recall(onDuty: readonly OnDuty[]): Promise<void>
  settled(): Promise<void>
  stop(): Promise<void>
}

export function openVisitsRoom({ db, now, keptDays, fixesOf, onFault }: Pick<PatrolNeeds, 'db' | 'now' | 'keptDays' | 'fixesOf' | 'onFault'>): Visits {
  let visitMs: ReadonlyMap<string, number> = new Map()
  /** By unit, by fence. */
  const tallies = new Map<string, Map<string, Tally>>()
  const agencies = new Map<string, AgencyPath>()
  /** Ended and not written yet, oldest first; and those that went on since they were written. */
  const ended: VisitRow[] = []
  const moved = new Map<string, VisitRow>()
  let writing: Promise<void> | undefined
  let stopped = false

  const rowOf = (unit: string, fence: string, { arrivedAt, seenAt, fixes }: Stay, isOver: boolean): VisitRow => ({
    unit, fence, agency: agencies.get(unit)!, arrivedAt, seenAt, leftAt: isOver ? seenAt : null, fixes,
  })

  function over(unit: string, fence: string, stay: Stay | undefined): void {
    if (!stay?.isVisit) return
    moved.delete(`${unit} ${fence}`)
    ended.push(rowOf(unit, fence, stay, true))
    if (ended.length > WAITING_MAX) ended.splice(1, 1)
    write()
  }

  /** Asked for while it writes: once more. */
  let isAskedAgain = false
  function write(): void {
    isAskedAgain = true
    writing ??= writeAll().finally(() => (writing = undefined))
  }
  async function writeAll(): Promise<void> {
    while (isAskedAgain || ended.length > 0) {
      isAskedAgain = false
      const [first] = ended
      const going = first ? [] : [...moved]
      try {
        await db.transaction((sql) => keepVisits(sql, first ? [first] : going.map(([, row]) => row)))
        if (first) {
          ended.shift()
          isAskedAgain = true
        }
        // what went on meanwhile is written the next time
        for (const [key, row] of going) if (moved.get(key) === row) moved.delete(key)
      } catch (cause) {
        if (stopped) return
        onFault('writing visits; tried again', cause)
        isAskedAgain = true
        await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS).unref())
      }
    }
  }

  const progress = setInterval(write, PROGRESS_MS).unref()
  const sweep = () => void keptDays().then((kept) => sweepVisits(db, now(), kept)).catch((cause: unknown) => onFault('sweeping old visits', cause))
  const sweeping = setInterval(sweep, HOUR_MS).unref()

  return {
    places(wanted) {
      visitMs = wanted
      for (const [unit, of] of tallies) {
        for (const [fence, { stay }] of of) {
          if (visitMs.has(fence)) continue
          of.delete(fence)
          over(unit, fence, stay)
        }
      }
    },
    look(unit, before, after, counts) {
      const known = tallies.get(unit.id)
      if (visitMs.size === 0 && !known) return
      agencies.set(unit.id, unit.agency)
      const of = known ?? new Map<string, Tally>()
      for (const [fence, { stay }] of known ?? []) {
        if (after.presences.has(fence)) continue
        of.delete(fence) // far off
        over(unit.id, fence, stay)
      }
      for (const [fence, presence] of after.presences) {
        const ms = visitMs.get(fence)
        if (ms === undefined || !counts || presence === before?.presences.get(fence)) continue
        const was = of.get(fence)
        const { tally, ended: left } = tallied(was, presence, ms)
        if (tally) of.set(fence, tally)
        else of.delete(fence)
        over(unit.id, fence, left)
        if (!tally?.stay?.isVisit) continue
        moved.set(`${unit.id} ${fence}`, rowOf(unit.id, fence, tally.stay, false))
        if (!was?.stay?.isVisit) write()
      }
      if (of.size > 0) tallies.set(unit.id, of)
      else tallies.delete(unit.id)
    },
    async mend(unit, fence, { ended: over, going }, { from, to }) {
      const of = tallies.get(unit.id)
      const tally = of?.get(fence)
      const ms = visitMs.get(fence)
      // where it is by now, what is heard live knows; late fixes only know since when
      if (of && tally?.stay && going && ms !== undefined && going.arrivedAt < tally.stay.arrivedAt) {
        const stay: Stay = { arrivedAt: going.arrivedAt, seenAt: Math.max(tally.stay.seenAt, going.seenAt), ms: Math.max(tally.stay.ms, going.ms), fixes: Math.max(tally.stay.fixes, going.fixes), isVisit: tally.stay.isVisit || going.isVisit }
        of.set(fence, { stay, turning: 0 })
        if (stay.isVisit) {
          moved.set(`${unit.id} ${fence}`, rowOf(unit.id, fence, stay, false))
          write()
        }
      }
      for (const stay of over) {
        if (stay.arrivedAt > to || stay.seenAt < from) continue
        await db.transaction((sql) => keepLateVisit(sql, { unit: unit.id, fence, agency: unit.agency, arrivedAt: stay.arrivedAt, seenAt: stay.seenAt, leftAt: stay.seenAt, fixes: stay.fixes }))
      }
    },
    end(unit) {
      for (const [fence, { stay }] of tallies.get(unit) ?? []) over(unit, fence, stay)
      tallies.delete(unit)
    },
    async recall(onDuty) {
      const units = new Map(onDuty.map((unit) => [unit.id, unit]))
      // What is ended here and not written yet is over, too.
      const open = (await openVisits(db)).filter(({ unit, fence }) => !ended.some((row) => row.unit === unit && row.fence === fence))
      const isOver = ({ unit, fence, arrivedAt }: VisitRow) => !visitMs.has(fence) || arrivedAt < (units.get(unit)?.since ?? Infinity)
      const gone = open.filter(isOver)
      if (gone.length > 0) await endVisits(db, gone)
      tallies.clear()
      moved.clear()
      for (const { unit, fence, agency, arrivedAt, seenAt, fixes } of open.filter((row) => !isOver(row))) {
        const { handle, fixAt } = units.get(unit)!
        // what came between the last writing and the end of the process
        const since = fixAt === null || fixAt <= seenAt ? [] : (await fixesOf(handle, seenAt + 1, fixAt + 1, FIXES_AT_ONCE)).flagged.filter((flag) => flag === 0)
        agencies.set(unit, agency)
        const of = tallies.get(unit) ?? new Map<string, Tally>()
        of.set(fence, { stay: { arrivedAt, seenAt, ms: 0, fixes: fixes + since.length, isVisit: true }, turning: 0 })
        tallies.set(unit, of)
      }
      sweep()
    },
    async settled() {
      while (writing) await writing
    },
    async stop() {
      clearInterval(progress)
      clearInterval(sweeping)
      write()
      stopped = true
      await writing
    },
  }
}
