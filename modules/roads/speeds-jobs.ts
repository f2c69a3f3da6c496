/** Learning at work: every few minutes from the drives that have ended, in force from one hour of the week to the next. */
import type { Entry } from '#kernel/journal.ts'
import type { Instant } from '#kernel/names.ts'
import { workerPool, type WorkerPool } from '#platform/workers/pool.ts'
import type { Drive, DriveFix, TravelMode } from './contract.ts'
import type { RoadsNeeds, TownRoads } from './deps.ts'
import type { ArcHours, DriveTrack, Estimate } from './learn.ts'
import { hourOfWeekIn, MONTHS_KEPT, monthOf, taught, type SpeedsRule, type TaughtMode } from './speeds.ts'
import type { SpeedsAnswers, SpeedsData, SpeedsTask } from './speeds-worker.ts'
import { addLessons, dropOldLessons, keptSums, learnedUntil, offMapSquares, speedsRuleNow, type OffMapRow } from './speeds-store.ts'

/** What learning needs of other rooms; without it nothing is learned, and the profile is all there is. */
export type LearnsFrom = {
  readonly timeZone: () => string
  /** Drives under orders that ended in (from, to], by car or on two wheels. */
  drives(from: Instant, to: Instant): Promise<readonly Drive[]>
  /** Where a unit was, oldest first. */
  fixes(unit: number, from: Instant, to: Instant): Promise<readonly DriveFix[]>
}

/** Milliseconds on each arc, by mode; the profile's where absent. */
export type DriveMs = Readonly<Partial<Record<TravelMode, Uint32Array>>>

export type LearnedNow = { readonly rule: SpeedsRule; readonly until: Instant | null; readonly at: Instant; readonly hour: number; readonly estimate: Estimate | undefined }

export type Speeds = {
  /** Those in force on a map; nothing while its roads have not been estimated. */
  inForce(map: TownRoads): DriveMs
  now(): Promise<LearnedNow>
  hours(mode: TaughtMode, arc: bigint): Promise<ArcHours | undefined>
  offMap(): Promise<OffMapRow[]>
  /** For `journal.listen(hear)`: switched off or forgotten counts before it is answered. */
  hear(entries: readonly Entry[]): Promise<void>
  start(): void
  /** One round, now: learn what has ended, estimate, put in force what is due. */
  round(): Promise<void>
  stop(): Promise<void>
}

const TICK_MS = 60_000
const LEARN_EVERY_MS = 10 * 60_000
/** A fix may be on its way for so long after a drive has ended. */
const LATE_MS = 2 * 60_000
/** The first time, and after a long stand-still: so far back, in slices. */
const BACK_MS = 7 * 24 * 3_600_000
const SLICE_MS = 6 * 3_600_000
/** Longer is no drive: somebody forgot to say that they arrived. */
const DRIVE_MS_MAX = 2 * 3_600_000
const SQUARES_SHOWN = 200

/** @param onChange  makes the next question be about the speeds in force */
export function openSpeeds(needs: Pick<RoadsNeeds, 'db' | 'now' | 'onFault' | 'log' | 'learnsFrom'>, map: () => TownRoads | undefined, onChange: () => Promise<void>): Speeds {
  const { db, now, onFault, learnsFrom } = needs
  let clock: { readonly zone: string; readonly hourOf: (at: Instant) => number } | undefined
  const hourOf = (at: Instant) => {
    const zone = learnsFrom?.timeZone() ?? 'UTC'
    if (clock?.zone !== zone) clock = { zone, hourOf: hourOfWeekIn(zone) }
    return clock.hourOf(at)
  }
  let rule: SpeedsRule = { used: true, epoch: 0 }
  let until: Instant | undefined
  let latest: { readonly map: string; readonly epoch: number; readonly hour: number; readonly estimate: Estimate } | undefined
  let applied: { readonly map: string; readonly hour: number; readonly rule: SpeedsRule; readonly driveMs: DriveMs } | undefined
  let lookedAt = -Infinity
  let stopped = false

  let thread: { readonly map: string; readonly pool: WorkerPool } | undefined
  async function ask<Kind extends SpeedsTask['do']>(on: TownRoads, task: SpeedsTask & { readonly do: Kind }): Promise<SpeedsAnswers[Kind]> {
    if (thread?.map !== on.version) {
      await thread?.pool.stop()
      const data: SpeedsData = { graph: on.graph }
      thread = { map: on.version, pool: workerPool({ file: new URL('./speeds-worker.ts', import.meta.url), workerData: data, threads: 1 }) }
    }
    return thread.pool.run<SpeedsAnswers[Kind]>(task)
  }

  /** Look at the drives that have ended since the last time. True when there was something to learn. */
  async function learn(on: TownRoads, from: LearnsFrom): Promise<boolean> {
    until = await learnedUntil(db)
    const end = now() - LATE_MS
    let any = false
    for (let begin = Math.max(until ?? 0, end - BACK_MS); begin < end && !stopped; ) {
      const sliceEnd = Math.min(end, begin + SLICE_MS)
      const drives: DriveTrack[] = []
      for (const drive of await from.drives(begin, sliceEnd)) {
        const mode = taught.find((each) => each === drive.mode)
        if (!mode || drive.to - drive.from > DRIVE_MS_MAX) continue
        const fixes = await from.fixes(drive.unit, drive.from, drive.to)
        if (fixes.length > 2) drives.push({ mode, fixes })
      }
      const lessons = drives.length > 0 ? await ask(on, { do: 'learn', drives }) : { passages: [], offMap: [] }
      // another node looked at the same drives: what it learned is in the table
      if (!(await addLessons(db, rule.epoch, until, sliceEnd, lessons, hourOf))) return true
      any ||= lessons.passages.length > 0 || lessons.offMap.length > 0
      until = begin = sliceEnd
    }
    return any
  }

  /** Put in force what the last estimate says for this hour; the profile while there is none. */
  async function putInForce(on: TownRoads, hour: number): Promise<void> {
    const usable = rule.used && latest?.map === on.version && latest.epoch === rule.epoch && latest.hour === hour ? latest.estimate.modes : []
    const driveMs = Object.fromEntries(usable.flatMap(({ mode, driveMs }) => (driveMs ? [[mode, driveMs]] : [])))
    const same = Object.keys(driveMs).length === 0 && Object.keys(applied?.driveMs ?? {}).length === 0
    applied = { map: on.version, hour, rule, driveMs }
    if (!same) await onChange()
  }

  async function work(): Promise<void> {
    const on = map()
    if (!on || stopped) return
    const at = now()
    rule = await speedsRuleNow(db)
    let news = false
    if (learnsFrom && Math.abs(at - lookedAt) >= LEARN_EVERY_MS) { // a clock may be set back
      news = await learn(on, learnsFrom)
      await dropOldLessons(db, rule.epoch, monthOf(at) - MONTHS_KEPT)
      lookedAt = at
    }
    if (stopped) return
    const [hour, { epoch }] = [hourOf(at), rule]
    if (news || latest?.map !== on.version || latest.epoch !== epoch || latest.hour !== hour) {
      const estimate = await ask(on, { do: 'estimate', sums: await keptSums(db, epoch), hour, month: monthOf(at) })
      latest = { map: on.version, epoch, hour, estimate }
    }
    if (applied?.map !== on.version || applied.hour !== hour || applied.rule.used !== rule.used || applied.rule.epoch !== rule.epoch) await putInForce(on, hour)
  }

  // one round after another
  let queue: Promise<void> = Promise.resolve()
  const round = () => (queue = queue.catch(() => {}).then(work))
  const failed = (cause: unknown) => {
    if (!stopped) onFault('learning speeds', cause)
  }
  let timer: NodeJS.Timeout | undefined

  return {
    inForce: (on) => (applied?.map === on.version ? applied.driveMs : {}),
    async now() {
      const at = now()
      return { rule: await speedsRuleNow(db), until: (await learnedUntil(db)) ?? null, at, hour: hourOf(at), estimate: latest?.map === map()?.version && latest?.epoch === rule.epoch ? latest?.estimate : undefined }
    },
    async hours(mode, arc) {
      const on = map()
      return on && latest?.map === on.version ? ask(on, { do: 'hours', mode, arc }) : undefined
    },
    offMap: () => offMapSquares(db, rule.epoch, SQUARES_SHOWN),
    async hear(entries) {
      if (!entries.some(({ type }) => type === 'road-speeds-switched' || type === 'road-speeds-forgotten')) return
      try {
        rule = await speedsRuleNow(db)
        const on = map()
        if (on) await putInForce(on, hourOf(now()))
      } catch (cause) {
        failed(cause)
      }
      // estimating anew takes its time, and nobody who listens to the journal waits for it
      void round().catch(failed)
    },
    start() {
      timer ??= setInterval(() => void round().catch(failed), TICK_MS).unref()
      void round().catch(failed)
    },
    round,
    async stop() {
      stopped = true
      clearInterval(timer)
      await thread?.pool.stop()
      await queue.catch(() => {})
      await thread?.pool.stop()
    },
  }
}
