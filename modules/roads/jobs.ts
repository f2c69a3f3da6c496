/** The roads room at work: a map in threads, closures in force on it, plans prepared in the background. */
import { travelModes } from '#core/graph/graph-input.ts'
import type { Entry } from '#kernel/journal.ts'
import type { RoadsAnswers } from './answers.ts'
import { openInForce } from './closures-jobs.ts'
import { secondsWithin, type ArrivalsAsked, type Arrival, type ClosureView, type DrawnShape, type Roads, type RouteView, type Traveller, type TravelMode } from './contract.ts'
import type { RoadsNeeds, TownRoads } from './deps.ts'
import { momentOf, profileMoment, type Moment } from './moment.ts'
import { edgeCountOf, type PlacedClosure } from './placed-closure.ts'
import { openPlans, type Plans } from './plans-jobs.ts'
import { openSpeeds, type Speeds } from './speeds-jobs.ts'
import { closuresById, type ClosureRow } from './store.ts'
import { openThreads, type Threads } from './threads-jobs.ts'

type Point = { readonly lon: number; readonly lat: number }

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
  /** What was learned of speeds. */
  readonly speeds: Omit<Speeds, 'inForce' | 'hear' | 'start' | 'stop'>
  /** What a street is called on the present map. */
  streetOf(street: number): TownRoads['streets'][number] | undefined
  /** For `journal.listen(hear)`: closures and speeds count before the command that changed them is answered. */
  hear(entries: readonly Entry[]): Promise<void>
  /** The database was put back to an earlier state. */
  startAnew(): Promise<void>
  /** Begin to lift what has run out, and to learn. */
  start(): void
  stop(): Promise<void>
  /** Resolves when everything that is prepared for this moment is prepared. */
  settled(): Promise<void>
}

/** A map, and everything that is about it alone. A question takes one of these and asks nothing else: map and moment change together. */
type Present = {
  readonly map: TownRoads
  readonly threads: Threads
  readonly plans: Plans | undefined
  /** Closures as they lie on this map. */
  readonly placed: Map<string, PlacedClosure>
  moment: Moment
}

export async function openRoads(needs: RoadsNeeds): Promise<RoadsRoom> {
  const { db, log } = needs
  let present: Present | undefined
  let versions = 0

  async function followAll(): Promise<void> {
    // the map may be another before they are all placed: then they are placed on that one too
    for (let on: Present | undefined; on !== present; ) {
      on = present
      // one that was replaced meanwhile has no threads any more, and no questions
      await (on && follow(on))?.catch((cause: unknown) => {
        if (on === present) throw cause
      })
    }
  }
  const speeds = openSpeeds(needs, () => present?.map, followAll)
  const inForce = await openInForce(needs, followAll)

  const place = (on: Present, { geometry, modes }: Pick<ClosureRow, 'geometry' | 'modes'>) => on.threads.ask({ do: 'place-closure', geometry, modes })

  /** Put every closure in force on a map, then make its next question be about them. Between the last look and the moment nothing waits. */
  async function follow(on: Present): Promise<void> {
    for (;;) {
      const missing = [...inForce.rows().values()].filter(({ id }) => !on.placed.has(id))
      if (missing.length === 0) break
      for (const row of missing) on.placed.set(row.id, await place(on, row))
    }
    const rows = inForce.rows()
    for (const id of on.placed.keys()) if (!rows.has(id)) on.placed.delete(id)
    const parts = [...rows.values()].map(({ id, modes }) => ({ modes, stretches: on.placed.get(id)!.stretches }))
    on.moment = momentOf(++versions, parts, speeds.inForce(on.map))
    on.plans?.prepare(on.moment)
  }

  /** Take the town's newest map, ready before the first question comes to it. */
  async function load(): Promise<void> {
    const map = needs.town.roads()
    if (!map || map.version === present?.map.version) return
    const next: Present = {
      map,
      threads: openThreads(map.graph, { quick: needs.threads, log }),
      plans: needs.plans === false ? undefined : openPlans(map, log),
      placed: new Map(),
      moment: profileMoment,
    }
    try {
      for (let about; about !== inForce.rows(); ) {
        about = inForce.rows()
        await follow(next)
      }
    } catch (cause) {
      await Promise.all([next.threads.stop(), next.plans?.stop()])
      throw cause
    }
    const before = present
    present = next
    before?.threads.retire()
    await before?.plans?.stop()
  }
  // one map after another
  let loading: Promise<void> = Promise.resolve()
  const loadInTurn = () => (loading = loading.catch(() => {}).then(load))

  // ——— travellers, by number ———
  const numbers = new Map<string, number>()
  const numberOf = (id: string): number => {
    let number = numbers.get(id)
    if (number === undefined) numbers.set(id, (number = numbers.size))
    return number
  }

  const limitsOf = (travellers: readonly Traveller[]) => {
    const limited = travellers.flatMap(({ id, metersPerSecondMax }) => (metersPerSecondMax === undefined ? [] : [[numberOf(id), metersPerSecondMax] as const]))
    return limited.length > 0 ? new Map(limited) : undefined
  }

  async function arrivals(to: Point, travellers: readonly Traveller[], { countMax, secondsMax = Infinity, openRoads = false }: ArrivalsAsked = {}): Promise<Arrival[]> {
    const on = present
    if (!on) return []
    const { moment } = on
    const found: Arrival[] = []
    // all at once, so that every mode is asked of one map at one moment
    await Promise.all(
      travelModes.map(async (mode) => {
        const those = travellers.filter((traveller) => traveller.mode === mode)
        if (those.length === 0) return
        const answer = await on.threads.ask({
          do: 'arrivals',
          moment,
          to,
          mode,
          travellers: Uint32Array.from(those, ({ id }) => numberOf(id)),
          lon: Float64Array.from(those, ({ lon }) => lon),
          lat: Float64Array.from(those, ({ lat }) => lat),
          metersPerSecondMax: limitsOf(those),
          countMax,
          millisecondsMax: secondsMax === Infinity ? undefined : Math.ceil(secondsMax * 1000),
          openRoads,
        })
        those.forEach(({ id, metersPerSecondMax }, i) => {
          if (answer.milliseconds[i] === Infinity) return
          const meters = answer.meters[i]!
          const seconds = secondsWithin(metersPerSecondMax, answer.milliseconds[i]! / 1000, meters)
          if (seconds <= secondsMax) found.push({ id, seconds, meters })
        })
      }),
    )
    found.sort((a, b) => a.seconds - b.seconds || a.meters - b.meters || (a.id < b.id ? -1 : 1))
    return countMax === undefined ? found : found.slice(0, countMax)
  }

  async function way(from: Point, to: Point, mode: TravelMode): Promise<RouteView | 'off-the-roads' | 'no-way' | undefined> {
    const on = present
    if (!on) return undefined
    const found = await on.threads.ask({ do: 'way', moment: on.moment, plan: on.plans?.at(mode, on.moment), from, to, mode })
    if (typeof found === 'string') return found
    const { streets } = on.map
    const steps = found.steps.map(({ street, ...step }) => ({ ...step, street: streets[street]?.name ?? null, streetEn: streets[street]?.nameEn ?? null }))
    return { ...found, steps }
  }

  async function viewOf(row: ClosureRow): Promise<ClosureView> {
    const on = present
    const placed = on && (on.placed.get(row.id) ?? (await place(on, row)))
    return {
      ...row,
      modes: [...row.modes],
      lines: placed?.lines ?? [],
      streets: [...new Set((placed?.streets ?? []).flatMap((street) => on?.map.streets[street]?.name ?? []))],
      edges: placed ? edgeCountOf(placed) : 0,
    }
  }

  await loadInTurn()
  const unlisten = needs.town.onChange(() => void loadInTurn().catch((error: unknown) => needs.onFault('loading the roads of a new map', error)))

  return {
    roads: {
      arrivals,
      async way(from, to, mode) {
        const found = await way(from, to, mode)
        return typeof found === 'string' ? undefined : found
      },
      closureCount: () => inForce.rows().size,
    },
    isReady: () => present !== undefined,
    way,
    matrix: async (from, to, mode) => present?.threads.ask({ do: 'matrix', moment: present.moment, plan: present.plans?.at(mode, present.moment), from, to, mode }),
    isochrone: async (at, seconds, mode, direction) => present?.threads.ask({ do: 'isochrone', moment: present.moment, at, seconds, mode, direction }),
    placeClosure: async (geometry, modes) => present && place(present, { geometry, modes }),
    describe: async (ids) => Promise.all((await closuresById(db, ids)).map(viewOf)),
    inForce: () => Promise.all([...inForce.rows().values()].map(viewOf)),
    viewOf,
    speeds,
    streetOf: (street) => present?.map.streets[street],
    async hear(entries) {
      await inForce.hear(entries)
      await speeds.hear(entries)
    },
    startAnew: inForce.startAnew, // speeds read their rule anew with each round
    start() {
      inForce.start()
      speeds.start()
    },
    async stop() {
      unlisten()
      await speeds.stop()
      await inForce.stop()
      await loading.catch(() => {})
      const last = present
      present = undefined
      await Promise.all([last?.threads.stop(), last?.plans?.stop()])
    },
    async settled() {
      await loading
      while (present?.plans && travelModes.some((mode) => !present?.plans?.at(mode, present.moment))) await new Promise((resolve) => setTimeout(resolve, 20))
    },
  }
}
