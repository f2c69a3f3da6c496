/** The roads room at work: the graph in threads, closures heard from the journal, plans prepared in the background. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packArrays, unpackArrays, type Extras, type FileArray } from '#core/graph/graph-file.ts'
import { travelModes } from '#core/graph/graph-input.ts'
import { system } from '#kernel/actor.ts'
import type { Entry } from '#kernel/journal.ts'
import { workerPool, type WorkerPool } from '#platform/workers/pool.ts'
import { openRoad } from './close-road.ts'
import type { ArrivalsAsked, Arrival, ClosureView, DrawnShape, Roads, RouteView, Traveller, TravelMode } from './contract.ts'
import type { RoadsNeeds, TownRoads } from './deps.ts'
import type { PlanTask } from './plan-worker.ts'
import { closuresFrom, type Moment, type MomentPlan, type PlacedClosure, type RoadsAnswers, type RoadsData, type RoadsTask } from './roads-worker.ts'
import { closuresById, closuresInForce, closuresOver, type ClosureRow } from './store.ts'

type Point = { readonly lon: number; readonly lat: number }
/** A change is often followed by another: plans wait for so long. */
const PLAN_AFTER_MS = 2_000
const OVER_EVERY_MS = 5_000

export type RoadsRoom = {
  readonly roads: Roads
  readonly isReady: () => boolean
  /** The way with its steps, or why there is none. */
  way(from: Point, to: Point, mode: TravelMode): Promise<RouteView | 'off-the-roads' | 'no-way' | undefined>
  matrix(from: readonly Point[], to: readonly Point[], mode: TravelMode): Promise<RoadsAnswers['matrix'] | undefined>
  isochrone(at: readonly Point[], seconds: readonly number[], mode: TravelMode, direction: 'from' | 'to'): Promise<RoadsAnswers['isochrone'] | undefined>
  /** What a drawing would close on the present map. */
  placeClosure(geometry: DrawnShape, modes: readonly TravelMode[]): Promise<PlacedClosure | undefined>
  /** Closures as they are shown, those that are lifted too where they are asked for by id. */
  describe(ids: readonly string[]): Promise<ClosureView[]>
  inForce(): Promise<ClosureView[]>
  viewOf(row: ClosureRow): Promise<ClosureView>
  /** For `journal.listen(hear)`: closures count before the command that made them is answered. */
  hear(entries: readonly Entry[]): Promise<void>
  /** Begin to lift what has run out. */
  start(): void
  stop(): Promise<void>
  /** Resolves when everything that is prepared for this moment is prepared. */
  settled(): Promise<void>
}

type Loaded = { readonly town: TownRoads; readonly pool: WorkerPool; running: number; retired: boolean }

export async function openRoads(needs: RoadsNeeds): Promise<RoadsRoom> {
  const { db, log, now } = needs
  let loaded: Loaded | undefined
  let moment: Moment = { version: 0, closed: {} }
  let changes = 0
  const rows = new Map<string, ClosureRow>()
  const placed = new Map<string, PlacedClosure>()
  let plans: Partial<Record<TravelMode, MomentPlan>> = {}
  let stopped = false

  const stopIfIdle = (town: Loaded) => {
    if (town.retired && town.running === 0) void town.pool.stop().catch((error: unknown) => log.warn({ err: error }, 'a worker pool did not stop'))
  }
  async function ask<Kind extends RoadsTask['do']>(task: RoadsTask & { readonly do: Kind }): Promise<RoadsAnswers[Kind] | undefined> {
    const town = loaded
    if (!town) return undefined
    town.running++
    try {
      return await town.pool.run<RoadsAnswers[Kind]>(task)
    } finally {
      town.running--
      stopIfIdle(town)
    }
  }

  /** Put the closures on the present map, and make the next question be about them. */
  async function refresh(): Promise<void> {
    for (const id of placed.keys()) if (!rows.has(id)) placed.delete(id)
    for (const [id, row] of rows) {
      if (placed.has(id)) continue
      const found = await ask({ do: 'place-closure', geometry: row.geometry, modes: row.modes })
      if (found) placed.set(id, found)
    }
    const closed: Partial<Record<TravelMode, Int32Array>> = {}
    for (const mode of travelModes) {
      const parts = [...rows.values()].filter((row) => row.modes.includes(mode)).flatMap((row) => [...(placed.get(row.id)?.stretches ?? [])])
      if (parts.length > 0) closed[mode] = Int32Array.from(parts)
    }
    moment = { version: Object.keys(closed).length === 0 ? 0 : ++changes, closed }
    preparePlans()
  }

  // one change after another: a map that arrives while a road is closed
  let queue: Promise<void> = Promise.resolve()
  const inTurn = (work: () => Promise<void>) => (queue = queue.catch(() => {}).then(work))

  async function load(): Promise<void> {
    const town = needs.town.roads()
    if (!town || town.version === loaded?.town.version) return
    const data: RoadsData = { graph: town.graph, warm: true }
    const pool = workerPool({ file: new URL('./roads-worker.ts', import.meta.url), workerData: data, threads: needs.threads ?? 1 })
    const old = loaded
    loaded = { town, pool, running: 0, retired: false }
    if (old) {
      old.retired = true
      stopIfIdle(old)
    }
    placed.clear()
    plans = {}
    await refresh()
  }

  // ——— plans ———
  let planTimer: NodeJS.Timeout | undefined
  let planning: Promise<void> = Promise.resolve()
  function preparePlans(): void {
    if (needs.plans === false || stopped || !loaded) return
    clearTimeout(planTimer)
    // plans for the profile lie on the disk, or are made at once; those for a change wait for the next one
    planTimer = setTimeout(() => (planning = planning.then(preparePlansNow)), moment.version === 0 ? 0 : PLAN_AFTER_MS).unref()
  }
  let planPool: WorkerPool | undefined
  async function preparePlansNow(): Promise<void> {
    const [town, when] = [loaded, moment]
    for (const mode of travelModes) {
      if (stopped || town !== loaded || when !== moment || !town) return
      if (plans[mode]?.version === when.version) continue
      try {
        const path = join(town.town.folder, `plan-${mode}.bin`)
        const kept = when.version === 0 ? await readPlan(path) : undefined
        const extras = kept ?? (await planFor(town.town, mode, when))
        if (!extras || town !== loaded || when !== moment) return
        plans = { ...plans, [mode]: { version: when.version, extras } }
        if (!kept && when.version === 0) await writePlan(path, extras)
      } catch (error) {
        if (!stopped) log.warn({ err: error, mode }, 'a plan could not be prepared; searches answer')
      }
    }
    await planPool?.stop()
    planPool = undefined
  }
  function planFor(town: TownRoads, mode: TravelMode, { closed }: Moment): Promise<Extras> {
    planPool ??= workerPool({ file: new URL('./plan-worker.ts', import.meta.url), threads: 1 })
    const task: PlanTask = { graph: town.graph, mode, driveMs: undefined, closures: closed[mode] ? closuresFrom(closed[mode]) : undefined }
    return planPool.run<Extras>(task)
  }
  const planAt = (mode: TravelMode) => (plans[mode]?.version === moment.version ? plans[mode] : undefined)

  // ——— travellers, by number ———
  const numbers = new Map<string, number>()
  const numberOf = (id: string): number => {
    let number = numbers.get(id)
    if (number === undefined) numbers.set(id, (number = numbers.size))
    return number
  }

  async function arrivals(to: Point, travellers: readonly Traveller[], { countMax, openRoads = false }: ArrivalsAsked = {}): Promise<Arrival[]> {
    const found: Arrival[] = []
    for (const mode of travelModes) {
      const those = travellers.filter((traveller) => traveller.mode === mode)
      if (those.length === 0) continue
      const answer = await ask({
        do: 'arrivals',
        moment,
        to,
        mode,
        travellers: Uint32Array.from(those, ({ id }) => numberOf(id)),
        lon: Float64Array.from(those, ({ lon }) => lon),
        lat: Float64Array.from(those, ({ lat }) => lat),
        countMax,
        openRoads,
      })
      if (!answer) continue
      those.forEach(({ id }, i) => {
        if (answer.milliseconds[i] !== Infinity) found.push({ id, seconds: answer.milliseconds[i]! / 1000, meters: answer.meters[i]! })
      })
    }
    found.sort((a, b) => a.seconds - b.seconds || a.meters - b.meters || (a.id < b.id ? -1 : 1))
    return countMax === undefined ? found : found.slice(0, countMax)
  }

  async function way(from: Point, to: Point, mode: TravelMode): Promise<RouteView | 'off-the-roads' | 'no-way' | undefined> {
    const town = loaded?.town
    const found = await ask({ do: 'way', moment, plan: planAt(mode), from, to, mode })
    if (found === undefined || typeof found === 'string' || !town) return typeof found === 'string' ? found : undefined
    const steps = found.steps.map(({ street, ...step }) => ({ ...step, street: town.streets[street]?.name ?? null, streetEn: town.streets[street]?.nameEn ?? null }))
    return { ...found, steps }
  }

  async function viewOf(row: ClosureRow): Promise<ClosureView> {
    const on = placed.get(row.id) ?? (await ask({ do: 'place-closure', geometry: row.geometry, modes: row.modes }))
    const town = loaded?.town
    return {
      ...row,
      modes: [...row.modes],
      lines: on?.lines ?? [],
      streets: [...new Set((on?.streets ?? []).flatMap((street) => town?.streets[street]?.name ?? []))],
      edges: on ? new Set(on.stretches.filter((_, i) => i % 3 === 0)).size : 0,
    }
  }

  let timer: NodeJS.Timeout | undefined
  async function liftOver(): Promise<void> {
    for (const { id, until } of await closuresOver(db, now())) {
      // every node sees the same end and asks under the same id: it is lifted once
      await openRoad({ journal: needs.journal, now }, system, id, `closure-over:${id}:${until}`)
    }
  }

  for (const row of await closuresInForce(db)) rows.set(row.id, row)
  await inTurn(load)
  const unlisten = needs.town.onChange(() => void inTurn(load).catch((error: unknown) => needs.onFault('loading the roads of a new map', error)))

  return {
    roads: {
      arrivals,
      async way(from, to, mode) {
        const found = await way(from, to, mode)
        return typeof found === 'string' ? undefined : found
      },
      closureCount: () => rows.size,
    },
    isReady: () => loaded !== undefined,
    way,
    matrix: (from, to, mode) => ask({ do: 'matrix', moment, plan: planAt(mode), from, to, mode }),
    isochrone: (at, seconds, mode, direction) => ask({ do: 'isochrone', moment, at, seconds, mode, direction }),
    placeClosure: (geometry, modes) => ask({ do: 'place-closure', geometry, modes }),
    describe: async (ids) => Promise.all((await closuresById(db, ids)).map(viewOf)),
    inForce: () => Promise.all([...rows.values()].map(viewOf)),
    viewOf,
    async hear(entries) {
      const ids = entries.flatMap((entry) => (entry.stream.startsWith('closure/') ? [entry.stream.slice('closure/'.length)] : []))
      if (ids.length === 0) return
      await inTurn(async () => {
        for (const row of await closuresById(db, ids)) {
          if (row.liftedAt === null) rows.set(row.id, row)
          else rows.delete(row.id)
        }
        await refresh()
      })
    },
    start() {
      timer ??= setInterval(() => void liftOver().catch((cause: unknown) => needs.onFault('lifting closures that have run out', cause)), OVER_EVERY_MS).unref()
    },
    async stop() {
      stopped = true
      clearInterval(timer)
      clearTimeout(planTimer)
      unlisten()
      await queue.catch(() => {})
      await planPool?.stop()
      await planning.catch(() => {})
      const last = loaded
      loaded = undefined
      await last?.pool.stop()
    },
    async settled() {
      await queue
      while (travelModes.some((mode) => !planAt(mode))) await new Promise((resolve) => setTimeout(resolve, 20))
    },
  }
}

/** A plan that was kept beside its map, in memory that threads share; undefined where there is none that can be used. */
async function readPlan(path: string): Promise<Extras | undefined> {
  const bytes = await readFile(path).catch(() => undefined)
  if (!bytes) return undefined
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
  shared.set(bytes)
  try {
    return unpackArrays(shared)
  } catch {
    return undefined // of another version, or damaged: it is made again
  }
}

async function writePlan(path: string, extras: Readonly<Record<string, FileArray>>): Promise<void> {
  const draft = `${path}.${process.pid}.part`
  try {
    await writeFile(draft, packArrays(extras))
    await rename(draft, path)
  } catch {
    await rm(draft, { force: true }) // a full disk: the plan is made again at the next start
  }
}
