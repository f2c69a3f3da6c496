/** The roads room as the server has it, with its threads: units that are asked for alone, and behind a large table; what a second thread costs. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildGraph } from '#core/graph/build.ts'
import { msOf } from '#core/graph/cost.ts'
import { writeGraph } from '#core/graph/graph-file.ts'
import { nearestEdge, pointOnEdge } from '#core/graph/grid.ts'
import { plainTree } from '#core/graph/plain.ts'
import { createStandings } from '#core/graph/standings.ts'
import { streetsOf } from '#core/graph/streets.ts'
import { seeded } from '#core/random.ts'
import { readOsm } from '#gateways/osm/pbf.ts'
import { roadsOf } from '#gateways/osm/roads.ts'
import { firstArrivals } from '#modules/roads/first-arrivals.ts'
import { openRoads } from '#modules/roads/jobs.ts'
import { profileMoment } from '#modules/roads/moment.ts'
import { openThreads } from '#modules/roads/threads-jobs.ts'
import { silentLog } from '#platform/log.ts'
import { p50, p99, right, type Measure } from './measure.ts'

const seed = 37
const unitCount = 5_000
const tableSide = 500

type Point = { readonly lon: number; readonly lat: number }

export async function roadsRoom(): Promise<Measure[]> {
  const roads = buildGraph(roadsOf(readOsm(readFileSync(join(import.meta.dirname, '../demo/portland/portland-central.osm.pbf')))).input)
  const bytes = writeGraph(roads)
  const graph = new Uint8Array(new SharedArrayBuffer(bytes.length))
  graph.set(bytes)
  const random = seeded(seed)
  const onRoad = (): Point => {
    for (;;) {
      const edge = Math.floor(random() * roads.edgeCount)
      if (roads.networks.car.usable[edge] === 1 && roads.edgeClass[edge]! <= 6) return (({ lon, lat }) => ({ lon, lat }))(pointOnEdge(roads, edge, random() * roads.edgeMillimeters[edge]!))
    }
  }
  const folder = mkdtempSync(join(tmpdir(), 'gengfu-bench-'))
  const room = await openRoads({
    db: { query: async () => [], copy: () => Promise.reject(new Error('no table here')), transaction: () => Promise.reject(new Error('no table here')) },
    journal: { head: async () => 0, read: async () => [], act: () => Promise.reject(new Error('no journal here')) },
    now: () => 0,
    newId: () => 'none',
    log: silentLog,
    plans: false, // the slow way: tables are searched
    onFault: (what, cause) => right(false, `${what}: ${String(cause)}`),
    town: { roads: () => ({ version: 'bench', graph, streets: [], folder }), onChange: () => () => {} },
  })
  try {
    const units = Array.from({ length: unitCount }, (_, i) => ({ id: `u${i}`, ...onRoad(), mode: 'car' as const }))
    const ask = async (countMax: number) => {
      // one in a hundred moves between two questions
      for (let k = 0; k < unitCount / 100; k++) {
        const moved = Math.floor(random() * unitCount)
        units[moved] = { ...units[moved]!, ...onRoad() }
      }
      const [goal, from] = [onRoad(), performance.now()]
      const found = await room.roads.arrivals(goal, units, { countMax })
      return { goal, found, ms: performance.now() - from }
    }

    // the answers first
    const car = streetsOf(roads, 'car')
    const snap = ({ lon, lat }: Point) => nearestEdge(roads, 'car', lon, lat)!
    const { goal, found } = await ask(10)
    const times = found.map(({ id }) => msOf(plainTree(car, snap(units.find((unit) => unit.id === id)!))(snap(goal))))
    right(found.length === 10 && found.every(({ seconds }, i) => Math.round(seconds * 1000) === times[i]), `seed ${seed}: the first ten arrive when the plain search says`)

    const alone: Record<number, number[]> = { 10: [], 100: [] }
    for (let question = 0; question < 500; question++) for (const countMax of [10, 100]) alone[countMax]!.push((await ask(countMax)).ms)

    const points = Array.from({ length: tableSide }, onRoad)
    const behind: number[] = []
    const tables: number[] = []
    for (let table = 0; table < 5; table++) {
      const from = performance.now()
      let isOut = false
      const out = room.matrix(points, points, 'car').then(() => (isOut = true))
      while (!isOut) behind.push((await ask(10)).ms)
      await out
      tables.push(performance.now() - from)
    }
    return [
      ...searchAlone(units, snap, onRoad, car),
      { name: `first 10 of ${unitCount} units through the room, p50`, value: p50(alone[10]!.slice(100)), unit: 'ms' },
      { name: `first 100 of ${unitCount} units through the room, p50`, value: p50(alone[100]!.slice(100)), unit: 'ms' },
      { name: `first 100 of ${unitCount} units through the room, p99`, value: p99(alone[100]!.slice(100)), unit: 'ms' },
      { name: `table of ${tableSide} × ${tableSide}, searched, p50`, value: p50(tables), unit: 'ms' },
      { name: `first 10 of ${unitCount} units behind such a table, p50`, value: p50(behind), unit: 'ms' },
      { name: `first 10 of ${unitCount} units behind such a table, p99`, value: p99(behind), unit: 'ms' },
      ...(await costOfThread(graph)),
    ]
  } finally {
    await room.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The search itself. Each question is asked seven times and its fastest counts: what else the machine does is not the engine's. */
function searchAlone(units: readonly Point[], snap: (point: Point) => NonNullable<ReturnType<typeof nearestEdge>>, onRoad: () => Point, car: ReturnType<typeof streetsOf>): Measure[] {
  const standings = createStandings(car)
  for (const [i, unit] of units.entries()) standings.place(i, snap(unit))
  const only = new Uint8Array(units.length).fill(1)
  const fastest: number[] = []
  for (let question = 0; question < 500; question++) {
    const goal = snap(onRoad())
    let least = Infinity
    for (let k = 0; k < 7; k++) {
      const from = performance.now()
      firstArrivals(standings, goal, { only, countMax: 100 })
      least = Math.min(least, performance.now() - from)
    }
    if (question >= 100) fastest.push(least)
  }
  return [{ name: `first 100 of ${units.length} units, the search alone, p99`, value: p99(fastest), unit: 'ms', limit: { atMost: 2 } }]
}

/** One more pair of threads on the same memory, half of it for the second: until both have answered. */
async function costOfThread(graph: Uint8Array): Promise<Measure[]> {
  const megabytes = () => process.memoryUsage().rss / 2 ** 20
  const [before, from] = [megabytes(), performance.now()]
  const threads = openThreads(graph, { log: silentLog })
  const question = { moment: profileMoment, at: [], seconds: [300], mode: 'car', direction: 'from' } as const
  await threads.ask({ do: 'isochrone', ...question })
  const second = performance.now() - from
  await threads.ask({ do: 'place-closure', geometry: { type: 'Point', coordinates: [0, 0] }, modes: ['car'] })
  const both = megabytes() - before
  await threads.stop()
  return [
    { name: 'a pair of threads: memory', value: both, unit: 'MB' },
    { name: 'the second thread: until it answers, started beside the first', value: second, unit: 'ms' },
  ]
}
