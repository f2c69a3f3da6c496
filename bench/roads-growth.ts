/** How the road engine grows: one town, then 4, 16, 36 and 100 copies of it joined by invented roads, up to a million nodes. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildGraph } from '#core/graph/build.ts'
import { msOf } from '#core/graph/cost.ts'
import { readGraph, writeGraph } from '#core/graph/graph-file.ts'
import { contract } from '#core/graph/hierarchy/hierarchy.ts'
import { buildLabels } from '#core/graph/hierarchy/build-labels.ts'
import { digraphOf, LABELLED_VERTICES_MAX, planMatrix, planRoute, type Plan } from '#core/graph/plan.ts'
import { plainTree } from '#core/graph/plain.ts'
import { somewhere } from '#core/graph/random-now.ts'
import { reach } from '#core/graph/reach.ts'
import { COST_PER_MS } from '#core/graph/cost.ts'
import { streetsOf } from '#core/graph/streets.ts'
import { seeded } from '#core/random.ts'
import { readOsm } from '#gateways/osm/pbf.ts'
import { roadsOf } from '#gateways/osm/roads.ts'
import { p50, right, type Measure } from './measure.ts'
import { tiled } from './tiled.ts'

const seed = 23
const sides = [1, 2, 4, 6, 10]

/** One car network per size; labels as far as the engine makes them, buckets at every size. */
export async function roadsGrowth(): Promise<Measure[]> {
  const town = roadsOf(readOsm(readFileSync(join(import.meta.dirname, '../demo/portland/portland-central.osm.pbf')))).input
  const measures: Measure[] = []
  for (const side of sides) {
    const graph = buildGraph(onlyCars(tiled(town, side, side)))
    const name = (what: string) => `${String(graph.nodeCount).padStart(7)} nodes: ${what}`
    const [streets, weighMs] = timed(() => streetsOf(graph, 'car'))
    const [hierarchy, contractMs] = timed(() => contract(digraphOf(streets)))
    const labelled = hierarchy.count <= LABELLED_VERTICES_MAX
    const [labels, labelsMs] = timed(() => (labelled ? buildLabels(hierarchy) : undefined))
    const plan: Plan = { hierarchy, labels }

    // the answers first
    const random = seeded(seed)
    const points = Array.from({ length: 100 }, somewhere(graph, 'car', random))
    const plain = plainTree(streets, points[0]!)
    const byBuckets = planMatrix({ hierarchy, labels: undefined }, streets, points, points)
    for (const [j, goal] of points.entries()) {
      right(byBuckets[j] === plain(goal), `seed ${seed}, side ${side}, pair 0–${j}`)
      right((planRoute(plan, streets, points[0]!, goal)?.milliseconds ?? Infinity) === msOf(plain(goal)), `seed ${seed}, side ${side}, way 0–${j}`)
    }
    if (labels) right(planMatrix(plan, streets, points, points).every((cost, k) => cost === byBuckets[k]), `seed ${seed}, side ${side}: labels`)

    const [bytes, writeMs] = timed(() => writeGraph(graph))
    const [, loadMs] = timed(() => readGraph(bytes))
    measures.push(
      { name: name('vertices of the car network'), value: hierarchy.count, unit: '' },
      { name: name('speeds or closures put in force'), value: weighMs, unit: 'ms' },
      { name: name('hierarchy built'), value: contractMs / 1000, unit: 's' },
      ...(labels ? [
        { name: name('labels built'), value: labelsMs / 1000, unit: 's' },
        { name: name('label entries a vertex, both ways'), value: labels.entries.length / 2 / labels.count, unit: '' },
        { name: name('labels'), value: bytesOf(labels) / graph.nodeCount, unit: 'B/node' },
        { name: name('100×100 by labels'), value: again(() => planMatrix(plan, streets, points, points)), unit: 'ms' },
      ] : []),
      { name: name('hierarchy'), value: bytesOf(hierarchy) / graph.nodeCount, unit: 'B/node' },
      { name: name('100×100 by buckets'), value: again(() => planMatrix({ hierarchy, labels: undefined }, streets, points, points)), unit: 'ms' },
      { name: name('a way with its drawing'), value: p50(points.slice(1).map((goal, i) => timed(() => planRoute(plan, streets, points[i]!, goal))[1])), unit: 'ms' },
      { name: name('live reach of five minutes'), value: p50(points.map((point) => timed(() => reach(streets, [point], 300_000 * COST_PER_MS, 'to'))[1])), unit: 'ms' },
      { name: name('graph file written'), value: writeMs, unit: 'ms' },
      { name: name('graph file loaded and checked'), value: loadMs, unit: 'ms', limit: { atMost: Math.max(50, graph.nodeCount / 1000) } },
    )
  }
  return measures
}

/** The other networks would only repeat the story: they share the car's. */
const onlyCars = <T extends ReturnType<typeof tiled>>(input: T): T => ({ ...input, modes: { car: input.modes.car, emergency: input.modes.car, bike: input.modes.car, foot: input.modes.car } })

function timed<T>(work: () => T): [T, number] {
  const from = performance.now()
  const result = work()
  return [result, performance.now() - from]
}

/** Median of five, after one that is not counted. */
function again(work: () => unknown): number {
  work()
  return p50(Array.from({ length: 5 }, () => timed(work)[1]))
}

const bytesOf = (arrays: object): number => Object.values(arrays).reduce((sum: number, array) => sum + (ArrayBuffer.isView(array) ? array.byteLength : 0), 0)
