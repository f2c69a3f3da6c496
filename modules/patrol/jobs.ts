/** The patrol room at work: fences in memory, kept by the journal's tail; units watched fix by fix; what is found is written down. */
import { concerned, indexFences, sight, type FenceIndex, type Watched, type WatchedFence, type WatchedFix } from '#core/geo/fence-watch.ts'
import { presenceOn, silenceMs, type Presence } from '#core/geo/fence.ts'
import { outlineOf } from '#core/geo/fence-shape.ts'
import type { Entry } from '#kernel/journal.ts'
import type { AgencyPath, Instant } from '#kernel/names.ts'
import type { UnitKind } from '#modules/units/contract.ts'
import type { FenceHours, FenceView } from './contract.ts'
import type { PatrolNeeds } from './deps.ts'
import { hoursBegan, isMeant } from './fence.ts'
import { recount } from './late-visits.ts'
import { shapeOf } from './outline.ts'
import { fencesById, fencesInUse, lastCrossings, lastStays, waitingAlarms, type FenceRow } from './store.ts'
import { tell, type Found } from './tell-passage.ts'
import { openVisitsRoom } from './visits-jobs.ts'
import { watchedUnits } from './watched-units.ts'

const AGAIN_AFTER_MS = 500
/** Late fixes come in flocks: their visits are looked for so long after the first. */
const LATE_AFTER_MS = 5_000
const none: readonly Found[] = []
/** What waits to be written while the database is away; beyond this the oldest is lost. */
const WAITING_MAX = 10_000
const FIXES_AT_ONCE = 10_000
/** What a fix shows that was older than this when it came is told, and is no alarm. */
const LATE_MS = 10 * 60_000

/** A unit that is inside, whose time there is to be found: from the beginning of its shift, or of the fence as it is. */
type StayToRegain = { readonly unit: string; readonly handle: number; readonly fence: string; readonly from: Instant; readonly until: Instant; /** As it was recalled; undefined when not even the side was sure. */ readonly since: Instant | undefined }

/** Fixes of a unit that came after newer ones, near places to visit; up to the newest that was known. */
type LateFixes = { readonly agency: AgencyPath; from: Instant; to: Instant; readonly places: Set<string> }

/** A fix of a unit on duty that is on disk and believed. */
export type Placed = {
  readonly unit: string
  readonly agency: AgencyPath
  readonly kind: UnitKind
  readonly fix: { readonly fixAt: Instant; readonly lon: number; readonly lat: number; readonly speedKmh: number | null; readonly accuracyMeters: number | null }
  /** Its device is spared the counting of visits. */
  readonly withoutVisits?: boolean
}

export type PatrolRoom = {
  /** Units were placed. Returns at once; what follows is written after. */
  placed(placed: readonly Placed[]): void
  /** For `journal.listen(hear)`, after the units room. */
  hear(entries: readonly Entry[]): Promise<void>
  /** The database was put back to an earlier state: read everything again. After the units room. */
  startAnew(): Promise<void>
  /** When everything found before now is written. */
  settled(): Promise<void>
  stop(): Promise<void>
  /** For terminals: the fences that are for a unit. */
  fencesFor(unit: { readonly id: string; readonly agency: AgencyPath; readonly kind: UnitKind }): FenceRow[]
  /** For calls to everybody in it: a fence in use, with its middle. */
  fenceArea(id: string): { readonly agency: AgencyPath; readonly name: string; readonly lon: number; readonly lat: number; readonly isInside: (lon: number, lat: number) => boolean } | undefined
  /** The present views, retired ones too. */
  describe(ids: readonly string[]): Promise<FenceView[]>
}

/** Open the room. The tables must be there, and the units room open. */
export async function openPatrol(needs: PatrolNeeds): Promise<PatrolRoom> {
  const { db, journal, now, onFault } = needs
  let rows: ReadonlyMap<string, FenceRow> = new Map()
  let index: FenceIndex = indexFences([])
  let heardUpTo = 0
  let stopped = false
  const watched = watchedUnits()
  /** Units on duty, since when. */
  const onDuty = new Map<string, Instant>()
  let regaining: Promise<void> = Promise.resolve()
  const visits = openVisitsRoom(needs)

  // ——— fences in memory ———

  async function readFences(): Promise<void> {
    const before = rows
    const known = index.fences
    rows = new Map((await fencesInUse(db)).map((row) => [row.id, row]))
    const fences = [...rows.values()].map((row) => watchedFence(row, needs.timeZone, before.get(row.id), known.get(row.id)))
    index = indexFences(fences)
    needs.onFences?.()
    visits.places(new Map([...rows.values()].flatMap(({ id, visitSeconds }): [string, number][] => (visitSeconds ? [[id, visitSeconds * 1000]] : []))))
    // Where a fence is new, lies elsewhere or is for others now, nobody was seen crossing it: units are found out silently from where they are.
    const isForOthers = (id: string) => JSON.stringify(before.get(id)?.appliesTo) !== JSON.stringify(rows.get(id)!.appliesTo)
    const moved = fences.filter(({ id, outline }) => known.get(id)?.outline !== outline || isForOthers(id))
    for (const unit of watched.units()) {
      const watch = watched.get(unit)!
      const presences = new Map([...watch.presences].filter(([id]) => rows.has(id) && !moved.some((fence) => fence.id === id)))
      const near = new Set(index.near(watch.last.lon, watch.last.lat))
      const found = sight(undefined, watch.last, moved.filter((fence) => near.has(fence))).watched?.presences ?? []
      watched.set(unit, { ...watch, presences: new Map([...presences, ...found]) })
    }
  }

  /** Who is where, as the journal and the last fixes say; silently. */
  async function recall(): Promise<void> {
    watched.clear()
    onDuty.clear()
    const units = needs.liveUnits().flatMap((unit) => (unit.onDutySince === null ? [] : [{ ...unit, since: unit.onDutySince }]))
    await visits.recall(units)
    if (units.length === 0) return
    const stays: StayToRegain[] = []
    const crossings = await lastCrossings(db, units.map(({ id }) => id), Math.min(...units.map(({ since }) => since)))
    for (const unit of units) {
      const { id, handle, since, lon, lat, fixAt, accuracyMeters, speedKmh } = unit
      onDuty.set(id, since)
      if (lon === null || lat === null || fixAt === null) continue
      const last: WatchedFix = { at: fixAt, lon, lat, accuracyMeters, speedKmh }
      const seen = sight(undefined, last, index.near(lon, lat)).watched ?? { last, anchor: { lon, lat }, presences: new Map<string, Presence>() }
      const recalled = crossings.flatMap((crossing): [string, Presence][] => {
        if (crossing.unit !== id || crossing.fixAt < since) return []
        const side = crossing.kind === 'entered' ? 'inside' : 'outside'
        return [[crossing.fence, { ...presenceOn(side, fixAt), agreedAt: crossing.fixAt, insideSince: crossing.fixAt, stayTold: crossing.stayTold }]]
      })
      const presences = new Map([...seen.presences, ...recalled])
      watched.set(id, { ...seen, presences })
      for (const [fence, { side, insideSince }] of presences) {
        const row = rows.get(fence)
        const isTimed = row && (row.tells.staySeconds !== null || row.visitSeconds)
        if (side === 'outside' || !isTimed || !isMeant(row, unit)) continue
        stays.push({ unit: id, handle, fence, from: Math.max(since, row.changedAt), until: fixAt, since: side === 'inside' ? insideSince : undefined })
      }
    }
    regaining = regaining.then(() => regain(stays)).catch((cause: unknown) => onFault('regaining how long units have stayed', cause))
  }

  /**
   * How long units have been inside already, from the fixes that are kept: a stay goes on over a restart. In the background, for it
   * reads a shift's fixes of each unit that is inside a fence that tells stays; what comes meanwhile is counted and stays.
   */
  async function regain(stays: readonly StayToRegain[]): Promise<void> {
    if (stays.length === 0) return
    const told = new Map((await lastStays(db, stays.map(({ unit }) => unit), Math.min(...stays.map(({ from }) => from)))).map((stay) => [`${stay.fence} ${stay.unit}`, stay.fixAt]))
    for (const { unit, handle, fence, from, until, since } of stays) {
      const known = index.fences.get(fence)
      if (stopped || !known) continue
      const before = await presenceUntil(handle, from, until, known)
      const watch = watched.get(unit)
      const now = watch?.presences.get(fence)
      // it left meanwhile, perhaps to come again, or the fence is another by now: that is another stay
      if (before?.side !== 'inside' || !watch || !now || now.side === 'outside' || (since !== undefined && now.insideSince !== since)) continue
      const stayTold = now.stayTold || (told.get(`${fence} ${unit}`) ?? -Infinity) >= before.insideSince
      const hoursSince = known.wants.tellsSince?.(now.seenAt) ?? -Infinity
      const dueMs = now.dueMs + (before.seenAt < hoursSince ? 0 : before.dueMs)
      const earlier = { insideSince: Math.min(now.insideSince, before.insideSince), insideMs: now.insideMs + before.insideMs, dueMs, stayTold }
      const presence = now.side === 'unknown' ? { ...before, ...earlier, seenAt: now.seenAt } : { ...now, ...earlier }
      watched.set(unit, { ...watch, presences: new Map(watch.presences).set(fence, presence) })
    }
  }

  async function presenceUntil(handle: number, from: Instant, until: Instant, fence: WatchedFence): Promise<Presence | undefined> {
    let watch: Watched | undefined
    for (let next = from; next <= until; ) {
      const { fixAt, lon, lat, speed, flagged } = await needs.fixesOf(handle, next, until + 1, FIXES_AT_ONCE)
      for (const fix of believed({ fixAt, lon, lat, speed, flagged })) watch = sight(watch, fix, [fence]).watched
      if (fixAt.length < FIXES_AT_ONCE) break
      next = fixAt.at(-1)! + 1
    }
    return watch?.presences.get(fence.id)
  }

  async function readAll(): Promise<void> {
    // The position first: what is heard again is known again, what is missed would be lost.
    const position = await journal.head()
    await readFences()
    await recall()
    heardUpTo = position
  }

  // one reading after another, so that an older one never overwrites a newer one
  let queue: Promise<void> = Promise.resolve()
  let again: NodeJS.Timeout | undefined
  function inTurn(work: () => Promise<void>): Promise<void> {
    const turn = queue.then(work)
    queue = turn.catch(() => {
      heardUpTo = -1 // what was heard is not lost, because everything is read again
      if (!stopped) again ??= setTimeout(readAgain, AGAIN_AFTER_MS).unref()
    })
    return turn
  }
  function readAgain(): void {
    again = undefined
    inTurn(readAll).catch((cause: unknown) => onFault('reading the fences; tried again', cause))
  }

  // ——— what is found, to be written ———

  function look({ unit, agency, kind, fix, withoutVisits = false }: Placed): readonly Found[] {
    const since = onDuty.get(unit)
    if (since === undefined || fix.fixAt < since) return none
    const { fixAt, lon, lat, accuracyMeters, speedKmh } = fix
    const before = watched.get(unit)
    const isFor = (fence: string) => isMeant(rows.get(fence)!, { id: unit, agency, kind })
    // A gap that is shorter is no silence: nothing of a visit is missing for want of it.
    if (before && fixAt < before.last.at - silenceMs && !withoutVisits) noteLate({ unit, agency, kind, fix }, before.last.at)
    // A clock that runs ahead does not make a fix newer than now.
    const after = sight(before, { at: Math.min(fixAt, now()), lon, lat, accuracyMeters, speedKmh }, concerned(index, before, fix, isFor))
    if (after.watched) {
      watched.set(unit, after.watched)
      visits.look({ id: unit, agency }, before, after.watched, !withoutVisits)
    }
    if (after.passages.length === 0) return none
    return after.passages.map(({ fence, ...passage }) => ({ fence, unit, passage, isLate: now() - fixAt > LATE_MS }))
  }

  const late = new Map<string, LateFixes>()
  let mendingSoon: NodeJS.Timeout | undefined
  let mending: Promise<void> = Promise.resolve()

  function noteLate({ unit, agency, kind, fix: { fixAt, lon, lat } }: Placed, to: Instant): void {
    const places = index.near(lon, lat).filter(({ id }) => rows.get(id)?.visitSeconds && isMeant(rows.get(id)!, { id: unit, agency, kind }))
    if (places.length === 0) return
    const known = late.get(unit) ?? { agency, from: fixAt, to, places: new Set<string>() }
    known.from = Math.min(known.from, fixAt)
    known.to = Math.max(known.to, to)
    for (const { id } of places) known.places.add(id)
    late.set(unit, known)
    mendingSoon ??= setTimeout(mendVisits, LATE_AFTER_MS).unref()
  }

  function mendVisits(): void {
    clearTimeout(mendingSoon)
    mendingSoon = undefined
    const units = [...late]
    late.clear()
    for (const [unit, fixes] of units) mending = mending.then(() => mendOf(unit, fixes)).catch((cause: unknown) => onFault('finding visits of late fixes', cause))
  }

  /** From all fixes of the shift, as if they had come in order. In the background, and never of a shift that is over. */
  async function mendOf(unit: string, { agency, from, to, places }: LateFixes): Promise<void> {
    const since = onDuty.get(unit)
    const until = watched.get(unit)?.last.at
    const handle = needs.liveUnits().find(({ id }) => id === unit)?.handle
    if (stopped || since === undefined || until === undefined || handle === undefined) return
    const at = [...places].flatMap((id) => {
      const [fence, visitSeconds] = [index.fences.get(id), rows.get(id)?.visitSeconds]
      return fence && visitSeconds ? [{ fence, visitMs: visitSeconds * 1000, from: Math.max(since, rows.get(id)!.changedAt) }] : []
    })
    const found = recount(at)
    for (let next = since; next <= until; ) {
      const { fixAt, lon, lat, speed, flagged } = await needs.fixesOf(handle, next, until + 1, FIXES_AT_ONCE)
      found.add(believed({ fixAt, lon, lat, speed, flagged }))
      if (fixAt.length < FIXES_AT_ONCE) break
      next = fixAt.at(-1)! + 1
    }
    for (const { fence, from: drawn } of at) {
      if (onDuty.get(unit) !== since) return
      const { ended, going } = found.found(fence.id)
      const isSince = ({ arrivedAt }: { readonly arrivedAt: Instant }) => arrivedAt >= drawn
      await visits.mend({ id: unit, agency }, fence.id, { ended: ended.filter(isSince), going: going && isSince(going) ? going : undefined }, { from, to })
    }
  }

  const waiting: Found[] = []
  let writing: Promise<void> | undefined
  async function write(): Promise<void> {
    while (waiting.length > 0) {
      try {
        await tell(needs, waiting[0]!)
        waiting.shift()
      } catch (cause) {
        if (stopped) return
        onFault('writing what was seen at a fence; tried again', cause)
        await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS).unref())
      }
    }
  }
  function keep(found: readonly Found[]): void {
    waiting.push(...found)
    if (waiting.length > WAITING_MAX) waiting.splice(1, waiting.length - WAITING_MAX)
    if (waiting.length > 0) writing ??= write().finally(() => (writing = undefined))
  }

  await inTurn(readAll)
  return {
    placed(placed) {
      try {
        keep(placed.toSorted((a, b) => a.fix.fixAt - b.fix.fixAt).flatMap(look))
      } catch (cause) {
        onFault('looking at fences', cause) // the position itself is taken
      }
    },
    async hear(entries) {
      const [first, last] = [entries[0]?.position, entries.at(-1)?.position]
      if (first === undefined || last === undefined) return
      for (const { type, stream, at } of entries) {
        const unit = stream.slice('unit/'.length)
        if (type === 'shift-started') onDuty.set(unit, at)
        else if (type === 'shift-ended' || type === 'unit-retired') onDuty.delete(unit)
        else if (type !== 'unit-changed') continue
        if (type !== 'unit-changed') visits.end(unit)
        // Off duty nothing is known of anybody, and nobody is told that they left; who is of another kind now has other fences.
        watched.delete(unit)
      }
      const changed = entries.some(({ type }) => type === 'fence-drawn' || type === 'fence-changed' || type === 'fence-retired')
      try {
        await inTurn(async () => {
          // Others wrote between our reading and our listening, or a reading failed.
          if (first > heardUpTo + 1) return readAll()
          if (changed) await readFences()
          heardUpTo = Math.max(heardUpTo, last)
        })
      } catch (cause) {
        onFault('hearing of fences; they are read again', cause)
      }
    },
    startAnew: () => inTurn(readAll),
    fencesFor: (unit) => [...rows.values()].filter((fence) => isMeant(fence, unit)),
    fenceArea(id) {
      const [row, outline] = [rows.get(id), index.fences.get(id)?.outline]
      if (!row || !outline) return undefined
      const { west, south, east, north, insideMeters } = outline
      return { agency: row.agency, name: row.name, lon: (west + east) / 2, lat: (south + north) / 2, isInside: (lon, lat) => insideMeters(lon, lat) >= 0 }
    },
    async settled() {
      await regaining
      await writing
      mendVisits()
      await mending
      await visits.settled()
    },
    async stop() {
      stopped = true
      clearTimeout(again)
      clearTimeout(mendingSoon)
      await mending
      await queue
      await regaining
      await writing
      await visits.stop()
    },
    async describe(ids) {
      const [found, alarms] = await Promise.all([fencesById(db, ids), waitingAlarms(db, ids)])
      const since = alarms.length > 0 ? await needs.keptSince([...new Set(alarms.map(({ unit }) => unit))]) : new Map<string, Instant>()
      return found.map((row) => ({ ...row, alarms: alarms.filter(({ fence, unit, fixAt }) => fence === row.id && fixAt >= (since.get(unit) ?? Infinity)) }))
    },
  }
}

/** Fixes as they are kept, without impossible jumps. */
function* believed({ fixAt, lon, lat, speed, flagged }: Awaited<ReturnType<PatrolNeeds['fixesOf']>>): Generator<WatchedFix> {
  for (const [i, at] of fixAt.entries()) {
    if (flagged[i] === 1) continue
    yield { at, lon: lon[i]! / 1e6, lat: lat[i]! / 1e6, accuracyMeters: null, speedKmh: speed[i]! < 0 ? null : speed[i]! / 10 }
  }
}

/** The same outline as before as long as the drawing is the same. */
function watchedFence(row: FenceRow, timeZone: () => string, before: FenceRow | undefined, known: WatchedFence | undefined): WatchedFence {
  const isSame = known && before && JSON.stringify(before.geometry) === JSON.stringify(row.geometry)
  return {
    id: row.id,
    outline: isSame ? known.outline : outlineOf(shapeOf(row.geometry)),
    wants: {
      stayMs: row.tells.staySeconds === null ? null : row.tells.staySeconds * 1000,
      speedLimitKmh: row.tells.speedLimitKmh,
      overMs: row.tells.overSeconds * 1000,
      ...(row.hours ? { tellsSince: beganOf(row.hours, timeZone) } : {}),
    },
  }
}

/** `hoursBegan`, looked up once a minute: many units are looked at in one. */
function beganOf(hours: FenceHours, timeZone: () => string): (at: number) => number | null {
  let known: { readonly minute: number; readonly began: number | null } | undefined
  return (at) => {
    const minute = Math.floor(at / 60_000)
    if (known?.minute !== minute) known = { minute, began: hoursBegan(hours, at, timeZone()) }
    return known.began
  }
}
