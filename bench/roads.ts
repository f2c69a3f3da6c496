/**
 * The road engine beside its peers, on the same extract and in the same run: Valhalla and pgRouting. Every answer is checked against
 * the plain search before anything is timed; a goal that is missed is said, not hidden.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { COST_PER_MS, msOf } from '#core/graph/cost.ts'
import { createEngine } from '#core/graph/engine.ts'
import { readGraphFile, type Extras } from '#core/graph/graph-file.ts'
import { nearestEdge, pointOnEdge, type Snap } from '#core/graph/grid.ts'
import { labelDistance } from '#core/graph/hierarchy/labels.ts'
import { isochrones } from '#core/graph/isochrone.ts'
import { matchTrack } from '#core/graph/match/track.ts'
import { tracesOn } from '#core/graph/match/traces.ts'
import { planFrom, planMatrix } from '#core/graph/plan.ts'
import { plainTree } from '#core/graph/plain.ts'
import { reach } from '#core/graph/reach.ts'
import { CLOSED, headOf, tailOf, type RoadGraph } from '#core/graph/road-graph.ts'
import { createStandings } from '#core/graph/standings.ts'
import { streetsOf, type Streets } from '#core/graph/streets.ts'
import { arrivalsOf } from '#core/graph/travel.ts'
import { seeded } from '#core/random.ts'
import { beside, type Beside } from './beside.ts'
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
  const graphFile = join(mkdtempSync(join(tmpdir(), 'gengfu-roads-')), 'roads.graph')
  const build = await builtBeside(file, graphFile, valhalla)
  const bytes = new Uint8Array(readFileSync(graphFile))
  rmSync(dirname(graphFile), { recursive: true })
  const loadMs = again(() => readGraphFile(bytes))
  const { graph, extras } = readGraphFile(bytes)
  const car = streetsOf(graph, 'car')
  const plan = planFrom(extras, 'car')
  right(plan?.labels, 'the file holds a plan for cars')
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
  for (const snap of snaps.slice(0, 10)) rightArea(graph, car, snap, random)

  const hundred = points.slice(0, 100)
  const thirty = points.slice(0, 30)
  const pairs = Array.from({ length: 200 }, (_, i) => [points[i]!, points[199 - i]!] as const)
  /** Milliseconds inside the peer: string in, string out. */
  const inside = async (ask: (of: Valhalla) => Promise<unknown>) => {
    const before = valhalla!.msInside()
    await ask(valhalla!)
    return valhalla!.msInside() - before
  }
  const matrix = () => engine.matrix('car', hundred.map((point) => snapOf(graph, point)), hundred.map((point) => snapOf(graph, point)))
  const area = (point: Point) => isochrones(car, [snapOf(graph, point)], [300], 'from')
  const theirMatrix = valhalla && (() => inside((peer) => peer.matrix(hundred, hundred)))
  const hundreds = await beside(2, 10, () => timed(matrix)[1], theirMatrix)
  const ways = await beside(
    2,
    2,
    () => p50(pairs.map(([from, to]) => timed(() => engine.route('car', snapOf(graph, from), snapOf(graph, to)))[1])),
    valhalla && (async () => {
      const each: number[] = []
      for (const [from, to] of pairs) each.push(await inside((peer) => peer.route(from, to)))
      return p50(each)
    }),
  )
  const areas = await beside(
    3,
    3,
    () => p50(thirty.map((point) => timed(() => area(point))[1])),
    valhalla && (async () => {
      const each: number[] = []
      for (const point of thirty) each.push(await inside((peer) => peer.isochrone(point, 5)))
      return p50(each)
    }),
  )
  const matrixJsonMs = again(() => {
    const { milliseconds, meters } = matrix()
    return JSON.stringify({ milliseconds: [...milliseconds], meters: [...meters] })
  })
  const areaJsonMs = p50(thirty.map((point) => timed(() => JSON.stringify(area(point)[0]!.area))[1]))

  const ours1000 = again(() => planMatrix(plan, car, snaps, snaps))
  const vertices = Array.from({ length: 20_000 }, () => Math.floor(random() * plan.hierarchy.count))
  const labelUs = again(() => {
    for (let i = 0; i + 1 < vertices.length; i += 2) labelDistance(plan.labels!, vertices[i]!, vertices[i + 1]!)
  }) / (vertices.length / 2) * 1000

  const closure = closedSearch(graph, car, snaps)
  const { nearestP99, reachAllMs } = liveUnits(graph, car, random)
  const matching = await matchedBoth(graph, car, valhalla)

  const measures: Measure[] = [
    { name: `nodes / edges / links for cars`, value: graph.nodeCount, unit: `/ ${graph.edgeCount} / ${car.linkCost.length}` },
    { name: 'built from the map to the file, four travellers, p50', value: build.ours.p50, unit: 's' },
    { name: 'built from the map to the file, four travellers, least', value: build.ours.min, unit: 's' },
    { name: 'file', value: bytes.length / graph.nodeCount, unit: 'B/node', limit: { atMost: 1500 } },
    ...partsOf(graph, extras, bytes.length),
    { name: 'file loaded and checked', value: loadMs, unit: 'ms', limit: { atMost: 50 } },
    { name: 'one pair from labels', value: labelUs, unit: 'µs', limit: { atMost: 2 } },
    { name: '100×100, points put on the road, p50', value: hundreds.ours.p50, unit: 'ms' },
    { name: '100×100, points put on the road, least', value: hundreds.ours.min, unit: 'ms' },
    { name: '100×100, with the answer as JSON', value: matrixJsonMs, unit: 'ms' },
    { name: '1000×1000', value: ours1000, unit: 'ms', limit: { atMost: 150 } },
    { name: 'way with its drawing, p50', value: ways.ours.p50, unit: 'ms' },
    { name: 'area of 5 minutes with its outline, p50', value: areas.ours.p50, unit: 'ms' },
    { name: 'area of 5 minutes with its outline, least p50', value: areas.ours.min, unit: 'ms' },
    { name: 'area of 5 minutes, with its outline as JSON, p50', value: areaJsonMs, unit: 'ms' },
    { name: 'search of 5 minutes after a closure, p50', value: p50(closure), unit: 'ms', limit: { atMost: 1 } },
    { name: 'search of 5 minutes after a closure, p99', value: p99(closure), unit: 'ms' },
    { name: 'first 10 of 5,000 units that move, p99', value: nearestP99, unit: 'ms', limit: { atMost: 2 } },
    { name: 'reach of 200 units together, 5 minutes', value: reachAllMs, unit: 'ms', limit: { atMost: 20 } },
    { name: 'matching, a fix a second', value: matching.pointsPerSecond, unit: 'points/s', limit: { atLeast: 30_000 } },
  ]
  if (valhalla) {
    measures.push(
      { name: `Valhalla ${valhalla.version}: tiles built, p50`, value: build.theirs.p50, unit: 's' },
      { name: 'Valhalla: tiles built, least', value: build.theirs.min, unit: 's' },
      { name: 'Valhalla: 100×100, p50', value: hundreds.theirs.p50, unit: 'ms' },
      { name: 'Valhalla: 100×100, least', value: hundreds.theirs.min, unit: 'ms' },
      { name: 'Valhalla: route, p50', value: ways.theirs.p50, unit: 'ms' },
      { name: 'Valhalla: area of 5 minutes, p50', value: areas.theirs.p50, unit: 'ms' },
      { name: 'Valhalla: area of 5 minutes, least p50', value: areas.theirs.min, unit: 'ms' },
      { name: 'ours / Valhalla: build', value: build.ratio.p50, unit: '×', limit: { atMost: 0.5 } },
      { name: 'ours / Valhalla: build, least by least', value: build.ratio.min, unit: '×' },
      { name: 'ours / Valhalla: 100×100', value: hundreds.ratio.p50, unit: '×', limit: { atMost: 0.002 } },
      { name: 'ours / Valhalla: 100×100, least by least', value: hundreds.ratio.min, unit: '×' },
      { name: 'ours / Valhalla: 100×100, both as JSON', value: matrixJsonMs / hundreds.theirs.p50, unit: '×' },
      { name: 'ours / Valhalla: route with drawing', value: ways.ratio.p50, unit: '×', limit: { atMost: 0.05 } },
      { name: 'ours / Valhalla: area of 5 minutes', value: areas.ratio.p50, unit: '×', limit: { atMost: 0.1 } },
      { name: 'ours / Valhalla: area of 5 minutes, least by least', value: areas.ratio.min, unit: '×' },
      { name: 'ours / Valhalla: area of 5 minutes, both as JSON', value: areaJsonMs / areas.theirs.p50, unit: '×' },
      { name: 'Valhalla: matching', value: matching.theirPointsPerSecond, unit: 'points/s' },
      { name: 'ours / Valhalla: points matched a second', value: matching.pointsPerSecond / matching.theirPointsPerSecond, unit: '×', limit: { atLeast: 6 } },
      { name: 'matched but never driven, ours', value: 100 * matching.extraShare, unit: '% of driven' },
      { name: 'matched but never driven, Valhalla', value: 100 * matching.theirExtraShare, unit: '% of driven' },
    )
  }
  measures.push(...(await besidePgRouting(graph, snaps.slice(0, 100), () => timed(matrix)[1])))
  return measures
}

/** From the map to the file on disk: our command and Valhalla's builder, each a process of its own that may use all cores. */
function builtBeside(map: string, graphFile: string, valhalla: Valhalla | undefined): Promise<Beside> {
  const command = join(import.meta.dirname, '../server/cli/gengfu')
  const ours = () => timed(() => execFileSync(command, ['roads', 'build', '--osm', map, '--out', graphFile], { stdio: 'ignore' }), 1000)[1]
  return beside(2, 1, ours, valhalla && (() => valhalla.buildAgain()))
}

/** What the bytes of the file are. */
function partsOf(graph: RoadGraph, extras: Extras, total: number): Measure[] {
  const bytesOf = (arrays: readonly unknown[]) => arrays.reduce((sum: number, array) => sum + (ArrayBuffer.isView(array) ? array.byteLength : 0), 0)
  const extrasOf = (part: RegExp) => bytesOf(Object.entries(extras).flatMap(([name, array]) => (part.test(name) ? [array] : [])))
  const networks = bytesOf(Object.values(graph.networks).flatMap((network) => Object.values(network)))
  const [hierarchies, labels] = [extrasOf(/\.hierarchy\./), extrasOf(/\.labels\./)]
  const part = (name: string, bytes: number): Measure => ({ name: `file: ${name}`, value: bytes / graph.nodeCount, unit: 'B/node' })
  return [part('roads and their grid', total - networks - hierarchies - labels), part('four networks', networks), part('four hierarchies', hierarchies), part('labels for cars', labels)]
}

/** An area holds all that is reached, and no road that is far from all of it. */
function rightArea(graph: RoadGraph, car: Streets, snap: Snap, random: () => number): void {
  const widthMeters = 50
  const [found] = isochrones(car, [snap], [300], 'from', { widthMeters, holeSquareMetersMin: 0 })
  const { area, roads } = found!
  const isIn = ({ lon, lat }: Point) => area.some((rings) => rings.reduce((inside, ring) => inside !== crossesEast(ring, lon, lat), false))
  const reached: Point[] = []
  for (let i = 0; i < roads.arc.length; i++) reached.push(...lineOf(graph, roads.arc[i]!, roads.fromMm[i]!, roads.toMm[i]!))
  for (let i = 0; i < 300; i++) {
    const place = reached[Math.floor(random() * reached.length)]!
    right(isIn(place), `seed ${seed}: ${place.lon}, ${place.lat} is reached and outside`)
    const other = onRoad(graph, random)
    const scale = Math.cos((other.lat * Math.PI) / 180)
    // the width, a cell's diagonal, and half the distance between the places of a line
    const isFar = isIn(other) && !reached.some(({ lon, lat }) => Math.hypot((lon - other.lon) * scale, lat - other.lat) * 111_195 < widthMeters * 1.95 + 3)
    right(!isFar, `seed ${seed}: ${other.lon}, ${other.lat} is far from all that is reached and inside`)
  }
}
function crossesEast(ring: readonly (readonly [number, number])[], lon: number, lat: number): boolean {
  let inside = false
  for (let i = 1; i < ring.length; i++) {
    const [[ax, ay], [bx, by]] = [ring[i - 1]!, ring[i]!]
    if (ay > lat !== by > lat && lon < ((bx - ax) * (lat - ay)) / (by - ay) + ax) inside = !inside
  }
  return inside
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
  // both warm
  for (const { fixes } of traces) matchTrack(car, fixes)
  if (valhalla) for (const { fixes } of traces) await valhalla.trace(fixes)
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
    const before = valhalla.msInside()
    const traced = await valhalla.trace(fixes)
    theirMs += valhalla.msInside() - before
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
async function besidePgRouting(graph: RoadGraph, snaps: readonly Snap[], ours: () => number): Promise<Measure[]> {
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
    const found = await peer.matrix(nodes, nodes)
    right(found.size > 0.5 * nodes.length * (nodes.length - 1), 'pgRouting finds most of the ways')
    const { theirs, ratio } = await beside(3, 5, ours, async () => (await clocked(() => peer.matrix(nodes, nodes)))[1])
    const areaMs = p50(await inTurn(5, async () => (await clocked(() => peer.drivingDistance(nodes[0]!, 300)))[1]))
    return [
      { name: `pgRouting ${peer.version}: ${nodes.length}×${nodes.length} nodes, p50`, value: theirs.p50, unit: 'ms' },
      { name: 'pgRouting: nodes within 5 minutes, p50', value: areaMs, unit: 'ms' },
      { name: 'ours / pgRouting: 100×100', value: ratio.p50, unit: '×', limit: { atMost: 0.01 } },
      { name: 'ours / pgRouting: 100×100, least by least', value: ratio.min, unit: '×' },
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
async function inTurn(times: number, ask: () => Promise<number>): Promise<number[]> {
  const all: number[] = []
  for (let k = 0; k < times; k++) all.push(await ask())
  return all
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
