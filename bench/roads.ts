/**
 * The road engine beside its peers, on the same extract and in the same run: Valhalla and pgRouting. Every answer is checked against
 * the plain search before anything is timed; a goal that is missed is said, not hidden.
 */
import { readFileSync } from 'node:fs'
import { buildGraph } from '#core/graph/build.ts'
import { COST_PER_MS, msOf } from '#core/graph/cost.ts'
import { createEngine } from '#core/graph/engine.ts'
import { readGraphFile, writeGraph, type Extras } from '#core/graph/graph-file.ts'
import { travelModes } from '#core/graph/graph-input.ts'
import { nearestEdge, pointOnEdge, type Snap } from '#core/graph/grid.ts'
import { labelDistance } from '#core/graph/hierarchy/labels.ts'
import { isochrones } from '#core/graph/isochrone.ts'
import { matchTrack } from '#core/graph/match/track.ts'
import { tracesOn } from '#core/graph/match/traces.ts'
import { buildPlan, planExtras, planMatrix } from '#core/graph/plan.ts'
import { plainTree } from '#core/graph/plain.ts'
import { reach } from '#core/graph/reach.ts'
import { CLOSED, headOf, tailOf, type RoadGraph } from '#core/graph/road-graph.ts'
import { createStandings } from '#core/graph/standings.ts'
import { streetsOf, type Streets } from '#core/graph/streets.ts'
import { arrivalsOf } from '#core/graph/travel.ts'
import { seeded } from '#core/random.ts'
import { readOsm } from '#gateways/osm/pbf.ts'
import { roadsOf } from '#gateways/osm/roads.ts'
import { p50, p99, right, type Measure } from './measure.ts'
import { openPgRouting, type Arc } from './peers/pgrouting.ts'
import { openValhalla, type Point, type Valhalla } from './peers/valhalla.ts'
import { townsWithMaps } from './towns.ts'

const seed = 31

export async function roads(): Promise<Measure[]> {
  const measures: Measure[] = []
  for (const { name, file } of townsWithMaps()) {
    measures.push(...(await town(file)).map((measure) => ({ ...measure, name: `${name}: ${measure.name}` })))
  }
  return measures
}

async function town(file: string): Promise<Measure[]> {
  const valhalla = await openValhalla(file)
  if (typeof valhalla === 'string') process.stdout.write(`  ${valhalla}\n`)
  try {
    return await measured(file, typeof valhalla === 'string' ? undefined : valhalla)
  } finally {
    if (typeof valhalla !== 'string') valhalla.close()
  }
}

async function measured(file: string, valhalla: Valhalla | undefined): Promise<Measure[]> {
  const bytesOfMap = readFileSync(file)
  const build = () => {
    const graph = buildGraph(roadsOf(readOsm(bytesOfMap)).input)
    const extras: Record<string, Extras[string]> = {}
    for (const mode of travelModes) Object.assign(extras, planExtras(buildPlan(streetsOf(graph, mode)), mode))
    return { graph, extras }
  }
  const [cold, coldSeconds] = timed(build, 1000)
  const [, warmSeconds] = timed(build, 1000)
  const { graph, extras } = cold
  const bytes = writeGraph(graph, extras)
  const loadMs = again(() => readGraphFile(bytes))
  const car = streetsOf(graph, 'car')
  const plan = buildPlan(car)
  const engine = createEngine(graph, { car: plan })

  // the answers first: whole rows of the matrix, ways and live searches against the plain search
  const random = seeded(seed)
  // points that both engines put on a road
  const points: Point[] = []
  for (let lost = 0; points.length < 1000; ) {
    const point = onRoad(graph, random)
    if (!valhalla || points.length >= 200 || (await valhalla.places(point))) points.push(point)
    else right(++lost < 200, 'the peer puts most points on the road')
  }
  const snaps = points.map((point) => snapOf(graph, point))
  for (const i of [0, 1, 2, 3, 4]) {
    const plain = plainTree(car, snaps[i]!)
    const row = planMatrix(plan, car, [snaps[i]!], snaps)
    for (const [j, goal] of snaps.entries()) right(row[j] === plain(goal), `seed ${seed}: matrix ${i}–${j}`)
    for (const goal of snaps.slice(0, 50)) right((engine.route('car', snaps[i]!, goal)?.milliseconds ?? Infinity) === msOf(plain(goal)), `seed ${seed}: way from ${i}`)
  }

  const hundred = points.slice(0, 100)
  const ours100 = again(() => engine.matrix('car', hundred.map((point) => snapOf(graph, point)), hundred.map((point) => snapOf(graph, point))))
  const ours1000 = again(() => planMatrix(plan, car, snaps, snaps))
  const vertices = Array.from({ length: 20_000 }, () => Math.floor(random() * plan.hierarchy.count))
  const labelUs = again(() => {
    for (let i = 0; i + 1 < vertices.length; i += 2) labelDistance(plan.labels!, vertices[i]!, vertices[i + 1]!)
  }) / (vertices.length / 2) * 1000
  const pairs = Array.from({ length: 200 }, (_, i) => [points[i]!, points[199 - i]!] as const)
  const routesMs = pairs.map(([from, to]) => timed(() => engine.route('car', snapOf(graph, from), snapOf(graph, to)))[1])
  const isochroneMs = hundred.map((point) => timed(() => isochrones(car, [snapOf(graph, point)], [300], 'from'))[1])

  const closure = closedSearch(graph, car, snaps)
  const { nearestP99, reachAllMs } = liveUnits(graph, car, random)
  const matching = await matchedBoth(graph, car, valhalla)

  const measures: Measure[] = [
    { name: `nodes / edges / links for cars`, value: graph.nodeCount, unit: `/ ${graph.edgeCount} / ${car.linkCost.length}` },
    { name: 'built from the map, four travellers, first time', value: coldSeconds, unit: 's' },
    { name: 'built from the map, four travellers, again', value: warmSeconds, unit: 's' },
    { name: 'file', value: bytes.length / graph.nodeCount, unit: 'B/node', limit: { atMost: 1500 } },
    { name: 'file loaded and checked', value: loadMs, unit: 'ms', limit: { atMost: 50 } },
    { name: 'one pair from labels', value: labelUs, unit: 'µs', limit: { atMost: 2 } },
    { name: '100×100, points put on the road', value: ours100, unit: 'ms' },
    { name: '1000×1000', value: ours1000, unit: 'ms', limit: { atMost: 150 } },
    { name: 'way with its drawing, p50', value: p50(routesMs), unit: 'ms' },
    { name: 'area of 5 minutes with its outline, p50', value: p50(isochroneMs), unit: 'ms' },
    { name: 'search of 5 minutes after a closure, p50', value: p50(closure), unit: 'ms', limit: { atMost: 1 } },
    { name: 'search of 5 minutes after a closure, p99', value: p99(closure), unit: 'ms' },
    { name: 'first 10 of 5,000 units that move, p99', value: nearestP99, unit: 'ms', limit: { atMost: 2 } },
    { name: 'reach of 200 units together, 5 minutes', value: reachAllMs, unit: 'ms', limit: { atMost: 20 } },
    { name: 'matching, a fix a second', value: matching.pointsPerSecond, unit: 'points/s', limit: { atLeast: 30_000 } },
  ]
  if (valhalla) {
    const theirs100 = (await clocked(() => valhalla.matrix(hundred, hundred)))[1]
    const theirRoutes: number[] = []
    for (const [from, to] of pairs) theirRoutes.push((await clocked(() => valhalla.route(from, to)))[1])
    const theirAreas: number[] = []
    for (const point of hundred.slice(0, 30)) theirAreas.push((await clocked(() => valhalla.isochrone(point, 5)))[1])
    measures.push(
      { name: `Valhalla ${valhalla.version}: tiles built`, value: valhalla.buildSeconds, unit: 's' },
      { name: 'Valhalla: 100×100', value: theirs100, unit: 'ms' },
      { name: 'Valhalla: route, p50', value: p50(theirRoutes), unit: 'ms' },
      { name: 'Valhalla: area of 5 minutes, p50', value: p50(theirAreas), unit: 'ms' },
      { name: 'ours / Valhalla: build', value: warmSeconds / valhalla.buildSeconds, unit: '×', limit: { atMost: 0.5 } },
      { name: 'ours / Valhalla: 100×100', value: ours100 / theirs100, unit: '×', limit: { atMost: 0.002 } },
      { name: 'ours / Valhalla: route with drawing', value: p50(routesMs) / p50(theirRoutes), unit: '×', limit: { atMost: 0.05 } },
      { name: 'ours / Valhalla: area of 5 minutes', value: p50(isochroneMs) / p50(theirAreas), unit: '×', limit: { atMost: 0.1 } },
      { name: 'Valhalla: matching', value: matching.theirPointsPerSecond, unit: 'points/s' },
      { name: 'ours / Valhalla: points matched a second', value: matching.pointsPerSecond / matching.theirPointsPerSecond, unit: '×', limit: { atLeast: 6 } },
      { name: 'matched but never driven, ours', value: 100 * matching.extraShare, unit: '% of driven' },
      { name: 'matched but never driven, Valhalla', value: 100 * matching.theirExtraShare, unit: '% of driven' },
    )
  }
  measures.push(...(await besidePgRouting(graph, snaps.slice(0, 100), ours100)))
  return measures
}

/** Residential and better: there every engine puts a point on the road. */
const CLASS_MAX = 6
/** A random point on a road for cars that can be come to and left. */
function onRoad(graph: RoadGraph, random: () => number): Point {
  const { usable } = graph.networks.car
  for (;;) {
    const edge = Math.floor(random() * graph.edgeCount)
    if (usable[edge] === 1 && graph.edgeClass[edge]! <= CLASS_MAX) {
      const { lon, lat } = pointOnEdge(graph, edge, random() * graph.edgeMillimeters[edge]!)
      return { lon, lat }
    }
  }
}
function snapOf(graph: RoadGraph, { lon, lat }: Point): Snap {
  const snap = nearestEdge(graph, 'car', lon, lat)
  right(snap, 'a point of a road lies on a road')
  return snap
}

/** Five minutes around places, on streets with closures that nothing was prepared for; checked against the plain search. */
function closedSearch(graph: RoadGraph, car: Streets, snaps: readonly Snap[]): number[] {
  const closures = new Map(snaps.slice(500, 520).map(({ edge }) => [edge, [[0, graph.edgeMillimeters[edge]!] as const]]))
  const closed = streetsOf(graph, 'car', { closures })
  const reached = reach(closed, [snaps[0]!], Infinity, 'from')
  right(reached.vertices.length > 100 && reached.vertices.length <= car.network.stepStarts.length, `seed ${seed}: reach after a closure`)
  const plain = plainTree(closed, snaps[0]!)
  const engine = createEngine(graph)
  engine.setNow('car', { closures })
  for (const goal of snaps.slice(0, 100)) right(engine.matrix('car', [snaps[0]!], [goal]).milliseconds[0] === msOf(plain(goal)), `seed ${seed}: after a closure`)
  return snaps.slice(0, 300).map((snap) => timed(() => reach(closed, [snap], 300_000 * COST_PER_MS, 'to'))[1])
}

/** 5,000 units of which 50 move between questions; and what 200 of them reach together. */
function liveUnits(graph: RoadGraph, car: Streets, random: () => number) {
  const standings = createStandings(car)
  const at: Snap[] = []
  for (let unit = 0; unit < 5000; unit++) standings.place(unit, (at[unit] = snapOf(graph, onRoad(graph, random))))
  const all = arrivalsOf(standings, at[0]!).milliseconds
  const first = arrivalsOf(standings, at[0]!, { countMax: 10 }).milliseconds
  right([...first].filter((ms) => ms !== Infinity).length === 10 && first.every((ms, unit) => ms === Infinity || ms === all[unit]), `seed ${seed}: the first ten of 5,000`)
  const times: number[] = []
  for (let question = 0; question < 600; question++) {
    const places = Array.from({ length: 50 }, () => onRoad(graph, random))
    const goal = onRoad(graph, random)
    const [, ms] = timed(() => {
      for (const [i, place] of places.entries()) standings.place((question * 50 + i) % 5000, snapOf(graph, place))
      return arrivalsOf(standings, snapOf(graph, goal), { countMax: 10 })
    })
    if (question >= 100) times.push(ms)
  }
  return { nearestP99: p99(times), reachAllMs: again(() => reach(car, at.slice(0, 200), 300_000 * COST_PER_MS, 'from')) }
}

/** The same invented drives through both matchers. What was driven is known: nobody's router made it. */
async function matchedBoth(graph: RoadGraph, car: Streets, valhalla: Valhalla | undefined) {
  const traces = tracesOn(graph, seed, 12, { meters: 6_000, noiseMeters: 5, everySeconds: 1 })
  for (const { fixes } of traces) matchTrack(car, fixes)
  let [points, ms, theirMs, driven, extra, theirExtra, theirDriven] = [0, 0, 0, 0, 0, 0, 0]
  for (const { fixes, arcs } of traces) {
    const [found, took] = timed(() => matchTrack(car, fixes))
    points += fixes.length
    ms += took
    const edges = new Set(arcs.map((arc) => arc >>> 1))
    const length = arcs.reduce((sum, arc) => sum + graph.edgeMillimeters[arc >>> 1]! / 1000, 0)
    driven += length
    // both judged by what is drawn: metres away from every road that was driven
    for (const each of found.matched) if (each.kind !== 'gap') extra += awayFrom(graph, lineOf(graph, each.arc, each.fromMm, each.toMm), edges)
    if (!valhalla) continue
    const [traced, theirTook] = await clocked(() => valhalla.trace(fixes))
    theirMs += theirTook
    if (!traced) continue
    theirDriven += length
    for (const line of traced.lines) theirExtra += awayFrom(graph, line, edges)
  }
  return {
    pointsPerSecond: (points / ms) * 1000,
    theirPointsPerSecond: (points / theirMs) * 1000,
    extraShare: extra / driven,
    theirExtraShare: theirExtra / Math.max(1, theirDriven),
  }
}

/** A stretch of an arc, a point every five metres. */
function lineOf(graph: RoadGraph, arc: number, fromMm: number, toMm: number): Point[] {
  const whole = graph.edgeMillimeters[arc >>> 1]!
  const steps = Math.max(1, Math.ceil((toMm - fromMm) / 5000))
  return Array.from({ length: steps + 1 }, (_, k) => {
    const along = fromMm + ((toMm - fromMm) * k) / steps
    return pointOnEdge(graph, arc >>> 1, arc & 1 ? whole - along : along)
  })
}

/** Metres of a drawing that lie on no road that was driven: farther than 8 m from all of them. */
function awayFrom(graph: RoadGraph, line: readonly Point[], edges: ReadonlySet<number>): number {
  let meters = 0
  for (let i = 1; i < line.length; i++) {
    const [a, b] = [line[i - 1]!, line[i]!]
    const length = Math.hypot((b.lon - a.lon) * 111_195 * Math.cos((a.lat * Math.PI) / 180), (b.lat - a.lat) * 111_195)
    const middle = { lon: (a.lon + b.lon) / 2, lat: (a.lat + b.lat) / 2 }
    if (![...edges].some((edge) => isNear(graph, edge, middle))) meters += length
  }
  return meters
}
function isNear({ shape, shapeStarts }: RoadGraph, edge: number, { lon, lat }: Point): boolean {
  const scale = Math.cos((lat * Math.PI) / 180)
  for (let p = 2 * shapeStarts[edge]!; p + 2 < 2 * shapeStarts[edge + 1]!; p += 2) {
    const [ax, ay] = [(shape[p]! / 1e7 - lon) * scale, shape[p + 1]! / 1e7 - lat]
    const [dx, dy] = [((shape[p + 2]! - shape[p]!) / 1e7) * scale, (shape[p + 3]! - shape[p + 1]!) / 1e7]
    const t = Math.min(1, Math.max(0, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)))
    if (Math.hypot(ax + t * dx, ay + t * dy) * 111_195 < 8) return true
  }
  return false
}

/** pgRouting knows nodes and no turns: the same roads, the heads of the roads that the points lie on. */
async function besidePgRouting(graph: RoadGraph, snaps: readonly Snap[], ours: number): Promise<Measure[]> {
  const { arcMs } = graph.networks.car
  const arcs: Arc[] = []
  for (let arc = 0; arc < arcMs.length; arc++) if (arcMs[arc] !== CLOSED) arcs.push({ from: tailOf(graph, arc), to: headOf(graph, arc), seconds: arcMs[arc]! / 1000 })
  const peer = await openPgRouting(arcs)
  if (typeof peer === 'string') {
    process.stdout.write(`  ${peer}\n`)
    return []
  }
  try {
    const nodes = [...new Set(snaps.map(({ edge }) => graph.edgeTo[edge]!))]
    const [found, ms] = await clocked(() => peer.matrix(nodes, nodes))
    right(found.size > 0.5 * nodes.length * (nodes.length - 1), 'pgRouting finds most of the ways')
    const [, areaMs] = await clocked(() => peer.drivingDistance(nodes[0]!, 300))
    return [
      { name: `pgRouting ${peer.version}: ${nodes.length}×${nodes.length} nodes`, value: ms, unit: 'ms' },
      { name: 'pgRouting: nodes within 5 minutes', value: areaMs, unit: 'ms' },
      { name: 'ours / pgRouting: 100×100', value: ours / ms, unit: '×', limit: { atMost: 0.01 } },
    ]
  } finally {
    await peer.close()
  }
}

function timed<T>(work: () => T, per = 1): [T, number] {
  const from = performance.now()
  const result = work()
  return [result, (performance.now() - from) / per]
}
async function clocked<T>(work: () => Promise<T>): Promise<[T, number]> {
  const from = performance.now()
  const result = await work()
  return [result, performance.now() - from]
}
/** Median of seven, after two that are not counted. */
function again(work: () => unknown): number {
  work()
  work()
  return p50(Array.from({ length: 7 }, () => timed(work)[1]))
}
