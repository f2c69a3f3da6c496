/** The real towns: exact against the obvious search, and what their maps are known to hold. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { buildGraph } from '#core/graph/build.ts'
import { largestComponentShare } from '#core/graph/components.ts'
import { metersOf, msOf } from '#core/graph/cost.ts'
import type { TravelMode } from '#core/graph/graph-input.ts'
import { nearestEdge, type Snap } from '#core/graph/grid.ts'
import { oracleOf } from '#core/graph/oracle.ts'
import { boundsOf } from '#core/graph/road-graph.ts'
import { streetsOf } from '#core/graph/streets.ts'
import { arrivals, route } from '#core/graph/travel.ts'
import { seeded } from '#core/random.ts'
import { readOsm } from './pbf.ts'
import { roadsOf } from './roads.ts'

/** Larger maps that are not in the repository; name their folder to have them tested too. */
const more = process.env.GENGFU_MAPS
const outside = (path: string) => (more ? join(more, path) : path)
const demo = (path: string) => new URL(`../../demo/${path}`, import.meta.url).pathname

const towns: { name: string; file: string; pairs: number; restrictions: number; share: number }[] = [
  { name: 'Guixi', file: demo('guixi/guixi.osm.pbf'), pairs: 60, restrictions: 0, share: 0.8 },
  { name: 'Portland', file: demo('portland/portland-central.osm.pbf'), pairs: 12, restrictions: 400, share: 0.95 },
  { name: 'Monaco', file: outside('osm-monaco/monaco.osm.pbf'), pairs: 20, restrictions: 27, share: 0.9 },
  { name: 'Tsinghua', file: outside('osm-tsinghua-beijing/tsinghua.osm.pbf'), pairs: 40, restrictions: 2, share: 0.85 },
]

for (const { name, file, pairs, restrictions, share } of towns) {
  const skip = existsSync(file) ? false : (more ? `there is no ${file}` : 'GENGFU_MAPS names no folder with larger maps')
  test(`${name}: travel times are those of the obvious search, and every way is legal`, { skip }, () => {
    const roads = roadsOf(readOsm(readFileSync(file)))
    const graph = buildGraph(roads.input)
    assert.ok(roads.turnRestrictions >= restrictions, `${roads.turnRestrictions} restrictions`)
    assert.ok(largestComponentShare(graph, graph.networks.car) > share, `largest part ${largestComponentShare(graph, graph.networks.car)}`)
    const [west, south, east, north] = boundsOf(graph)
    const random = seeded(41)
    for (const mode of ['car', 'foot'] as TravelMode[]) {
      const oracle = oracleOf(roads.input, graph, mode)
      const streets = streetsOf(graph, mode)
      const point = (): Snap => nearestEdge(graph, mode, west + random() * (east - west), south + random() * (north - south)) ?? point()
      const count = mode === 'car' ? pairs : Math.ceil(pairs / 4)
      let reached = 0
      for (let i = 0; i < count; i++) {
        const [from, to] = [point(), point()]
        const expected = oracle.cost(from, to)
        assert.equal(arrivals(streets, to, [from]).milliseconds[0], msOf(expected), `${mode}, pair ${i} of seed 41`)
        const way = route(streets, from, to)
        assert.equal(way?.milliseconds ?? Infinity, msOf(expected))
        assert.equal(way?.meters ?? Infinity, metersOf(expected))
        if (!way) continue
        reached++
        assert.equal(oracle.complaint([...way.arcs]), undefined, `${mode}, pair ${i} of seed 41`)
      }
      assert.ok(reached > count * 0.8, `${mode}: only ${reached} of ${count} pairs are joined by road`)
    }
  })
}
