/** Who gets there first: 200 units on the Portland graph, by one search and — the peer — by one search per unit. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildGraph } from '#core/graph/build.ts'
import { nearestEdge, type Snap } from '#core/graph/grid.ts'
import { boundsOf, type RoadGraph } from '#core/graph/road-graph.ts'
import { msOf } from '#core/graph/cost.ts'
import { plainTree } from '#core/graph/plain.ts'
import { streetsOf } from '#core/graph/streets.ts'
import { arrivals } from '#core/graph/travel.ts'
import { seeded } from '#core/random.ts'
import { readOsm } from '#gateways/osm/pbf.ts'
import { roadsOf } from '#gateways/osm/roads.ts'
import { p50, p99, right, type Measure } from './measure.ts'

const seed = 7
const unitCount = 200
const asks = 300
const checked = 8

export async function recommendation(): Promise<Measure[]> {
  const graph = buildGraph(roadsOf(readOsm(readFileSync(join(import.meta.dirname, '../demo/portland/portland-central.osm.pbf')))).input)
  const streets = streetsOf(graph, 'car')
  const random = seeded(seed)
  const units = Array.from({ length: unitCount }, () => onRoad(graph, random))
  const places = Array.from({ length: asks }, () => onRoad(graph, random))

  // the answers first: every unit of some asks against the slow, obvious way, to the millisecond
  const peerMs: number[] = []
  for (const place of places.slice(0, checked)) {
    const { milliseconds } = arrivals(streets, place, units)
    const from = performance.now()
    const plain = units.map((unit) => msOf(plainTree(streets, unit)(place)))
    peerMs.push(performance.now() - from)
    for (const [index, expected] of plain.entries()) {
      right(milliseconds[index] === expected, `seed ${seed}, unit ${index}: ${milliseconds[index]} ms, expected ${expected} ms`)
    }
  }

  const ours: number[] = []
  for (const place of places) {
    const from = performance.now()
    arrivals(streets, place, units)
    ours.push(performance.now() - from)
  }
  return [
    { name: `arrivals of ${unitCount} units, p50`, value: p50(ours), unit: 'ms' },
    { name: `arrivals of ${unitCount} units, p99`, value: p99(ours), unit: 'ms', limit: { atMost: 50 } },
    { name: 'peer: one plain Dijkstra per unit, p50', value: p50(peerMs), unit: 'ms' },
    { name: 'peer / ours, p50', value: p50(peerMs) / p50(ours), unit: '×' },
  ]
}

/** A random place on the road. */
export function onRoad(graph: RoadGraph, random: () => number): Snap {
  const [west, south, east, north] = boundsOf(graph)
  for (let attempt = 0; attempt < 1000; attempt++) {
    const snap = nearestEdge(graph, 'car', west + (east - west) * random(), south + (north - south) * random(), 150)
    if (snap) return snap
  }
  throw new Error('No road found on this map')
}
