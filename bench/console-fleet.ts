/**
 * A province of units that drive, told to a server as another node of its house tells it: over NATS, in stored fixes
 * (modules/units/fix-wire.ts). What is measured is the console; taking 20,000 a second in and keeping them is `positions-in`.
 */
import { readFileSync } from 'node:fs'
import { buildGraph } from '#core/graph/build.ts'
import { headOf, tailOf, type RoadGraph } from '#core/graph/road-graph.ts'
import { seeded } from '#core/random.ts'
import { readOsm } from '#gateways/osm/pbf.ts'
import { roadsOf } from '#gateways/osm/roads.ts'
import type { Bus } from '#platform/bus/bus.ts'
import { encodeFixes, type StoredFix } from '#modules/units/fix-wire.ts'

export type ConsoleFleet = {
  /** The fix of each unit that was told last, by its place in the list. */
  readonly lon: Float64Array
  readonly lat: Float64Array
  /** Tell where all are, those that are silent too. */
  all(): void
  /** From now on each unit that is not silent once a second, in ten portions. */
  drive(): void
  stop(): void
}

const metersPerDegree = 111_195
/** One in so many units says nothing after its first place, and grows old. */
export const silentEvery = 50
/** The first so many drive on the roads of the town; half of the others in ten towns of their own, half over the country. */
const onRoads = 1_500
const country = { west: 114.4, south: 26.4, east: 117.8, north: 29.8 }
const portions = 10

export function consoleFleet(handles: readonly number[], map: string, bus: Pick<Bus, 'publish'>, seed = 23): ConsoleFleet {
  const random = seeded(seed)
  const graph = buildGraph(roadsOf(readOsm(readFileSync(map))).input)
  const towns = Array.from({ length: 10 }, () => [country.west + random() * (country.east - country.west), country.south + random() * (country.north - country.south)] as const)
  const count = handles.length
  const [lon, lat] = [new Float64Array(count), new Float64Array(count)]
  const metersPerSecond = Float64Array.from({ length: count }, () => 4 + random() * 10)
  const heading = Float64Array.from({ length: count }, () => random() * 2 * Math.PI)
  const outOf = Map.groupBy(Array.from({ length: graph.edgeCount * 2 }, (_, arc) => arc), (arc) => tailOf(graph, arc))
  const ways = Array.from({ length: Math.min(onRoads, count) }, () => wayOn(graph, outOf, random))
  for (let n = 0; n < count; n++) {
    if (n < ways.length) [lon[n], lat[n]] = ways[n].next(0)
    else if (n % 2 === 0) {
      const [east, north] = towns[n % 20 >> 1]
      const [far, about] = [0.07 * Math.sqrt(-2 * Math.log(1 - random())), random() * 2 * Math.PI]
      ;[lon[n], lat[n]] = [east + far * Math.cos(about), north + far * Math.sin(about)]
    } else [lon[n], lat[n]] = [country.west + random() * (country.east - country.west), country.south + random() * (country.north - country.south)]
  }

  function step(n: number): void {
    if (n < ways.length) {
      const [nextLon, nextLat] = ways[n].next(metersPerSecond[n])
      heading[n] = Math.atan2((nextLon - lon[n]) * Math.cos((lat[n] * Math.PI) / 180), nextLat - lat[n])
      ;[lon[n], lat[n]] = [nextLon, nextLat]
      return
    }
    if (random() < 0.03) heading[n] += ((random() < 0.5 ? -1 : 1) * Math.PI) / 2
    lat[n] += (metersPerSecond[n] * Math.cos(heading[n])) / metersPerDegree
    lon[n] += (metersPerSecond[n] * Math.sin(heading[n])) / (metersPerDegree * Math.cos((lat[n] * Math.PI) / 180))
  }

  function tell(which: readonly number[]): void {
    const at = Date.now()
    const fixes = which.map((n): StoredFix => {
      const courseDeg = ((heading[n] * 180) / Math.PI + 720) % 360
      return { unit: handles[n], flagged: false, fix: { fixAt: at, takenAt: at, device: 0, lon: lon[n], lat: lat[n], speedKmh: metersPerSecond[n] * 3.6, courseDeg, accuracyMeters: 5 } }
    })
    for (let from = 0; from < fixes.length; from += 2_000) bus.publish('units.placed', encodeFixes(fixes.slice(from, from + 2_000)))
  }

  let timer: NodeJS.Timeout | undefined
  const inTurn = Array.from({ length: portions }, (_, part) => [...handles.keys()].filter((n) => n % portions === part && n % silentEvery !== silentEvery - 1))
  return {
    lon,
    lat,
    all: () => tell([...handles.keys()]),
    drive() {
      let turn = 0
      timer = setInterval(() => {
        const part = inTurn[turn++ % portions]
        for (const n of part) step(n)
        tell(part)
      }, 1000 / portions)
    },
    stop: () => clearInterval(timer),
  }
}

/** Somebody who drives on roads and turns anywhere at their ends. */
function wayOn(graph: RoadGraph, outOf: ReadonlyMap<number, readonly number[]>, random: () => number) {
  const { shape, shapeStarts, edgeCount } = graph
  let arc = Math.floor(random() * edgeCount * 2)
  let at = 0
  let along = random()
  const point = (k: number) => {
    const edge = arc >>> 1
    const [first, last] = [shapeStarts[edge], shapeStarts[edge + 1] - 1]
    const index = arc & 1 ? last - k : first + k
    return [shape[index * 2] / 1e7, shape[index * 2 + 1] / 1e7] as const
  }
  const pieces = () => shapeStarts[(arc >>> 1) + 1] - shapeStarts[arc >>> 1] - 1
  at = Math.floor(random() * pieces())
  return {
    next(meters: number): [number, number] {
      let left = meters
      for (;;) {
        const [a, b] = [point(at), point(at + 1)]
        const length = Math.hypot((b[0] - a[0]) * Math.cos((a[1] * Math.PI) / 180), b[1] - a[1]) * metersPerDegree
        const rest = length * (1 - along)
        if (left < rest) {
          along += left / length
          return [a[0] + (b[0] - a[0]) * along, a[1] + (b[1] - a[1]) * along]
        }
        left -= rest
        along = 0
        if (++at < pieces()) continue
        const choices = outOf.get(headOf(graph, arc))!.filter((out) => out !== (arc ^ 1))
        arc = choices[Math.floor(random() * choices.length)] ?? arc ^ 1
        at = 0
      }
    },
  }
}
