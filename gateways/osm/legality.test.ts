import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { buildGraph } from '#core/graph/build.ts'
import { travelModes, type GraphInput, type TravelMode } from '#core/graph/graph-input.ts'
import { nearestEdge, type Snap } from '#core/graph/grid.ts'
import { boundsOf } from '#core/graph/road-graph.ts'
import { streetsOf } from '#core/graph/streets.ts'
import { route } from '#core/graph/travel.ts'
import { seeded } from '#core/random.ts'
import { accessOf, walkedClass } from './access.ts'
import { closedAt, closedTo } from './legal-tags.ts'
import { complaintsOf, signsOf } from './legality.ts'
import { readOsm, type OsmData, type Tags } from './pbf.ts'
import { usualProfile } from './profile.ts'
import { roadsOf } from './roads.ts'
import { smallMap, type Drawing } from './small-map.ts'

/** Larger maps lie beside the repository, or where GENGFU_MAPS says. */
const maps = process.env.GENGFU_MAPS ?? join(import.meta.dirname, '../../../shared/data')
const towns: readonly (readonly [name: string, file: string])[] = [
  ['Guixi', 'osm-guixi-jiangxi/guixi.osm.pbf'],
  ['Portland', 'osm-portland/portland-central.osm.pbf'],
  ['Tsinghua', 'osm-tsinghua-beijing/tsinghua.osm.pbf'],
  ['Monaco', 'osm-monaco/monaco.osm.pbf'],
  ['Heidelberg', 'osm-heidelberg/heidelberg.osm.pbf'],
]

/** Who may go along: c(ar), e(mergency), b(ike), f(oot). Upper case: against, too. */
const cases: [tags: Tags, who: string][] = [
  [{ highway: 'residential' }, 'CEBF'],
  [{ highway: 'residential', access: 'psv' }, 'E'],
  [{ highway: 'residential', access: 'psv', foot: 'yes' }, 'EF'],
  [{ highway: 'track', motor_vehicle: 'agricultural;forestry' }, 'EF'],
  [{ highway: 'track', motor_vehicle: 'agricultural;destination' }, 'CEBF'],
  [{ highway: 'residential', access: 'gobbledygook' }, 'CEBF'],
  [{ highway: 'residential', access: 'private' }, 'CEBF'],
  [{ highway: 'residential', access: 'no' }, ''],
  [{ highway: 'residential', access: 'no', motorcycle: 'yes' }, 'B'],
  [{ highway: 'residential', oneway: 'yes' }, 'cEbF'],
  [{ highway: 'primary', oneway: 'yes' }, 'cebF'],
  [{ highway: 'primary', oneway: 'yes', 'oneway:bus': 'no' }, 'cEbF'],
  [{ highway: 'primary', 'oneway:bus': 'yes' }, 'CEBF'],
  [{ highway: 'tertiary', junction: 'roundabout' }, 'cebF'],
  [{ highway: 'residential', oneway: 'reversible' }, 'F'],
  [{ highway: 'motorway' }, 'ce'],
  [{ highway: 'trunk', motorroad: 'yes' }, 'CE'],
  [{ highway: 'busway' }, 'E'],
  [{ highway: 'service', service: 'bus' }, 'EF'],
  [{ highway: 'service', service: 'emergency_access', motor_vehicle: 'yes' }, 'CEBF'],
  [{ highway: 'pedestrian' }, 'EF'],
  [{ highway: 'pedestrian', area: 'yes' }, 'F'],
  [{ highway: 'service', area: 'yes' }, 'F'],
  [{ highway: 'cycleway', oneway: 'yes' }, 'bF'],
  [{ highway: 'footway', bicycle: 'yes', 'oneway:bicycle': 'yes' }, 'bF'],
  [{ highway: 'steps' }, 'F'],
  [{ highway: 'steps', conveying: 'forward' }, 'f'],
  [{ highway: 'primary', foot: 'use_sidepath' }, 'CEB'],
  [{ highway: 'construction' }, ''],
  [{ highway: 'residential', route: 'ferry' }, ''],
  [{ railway: 'platform' }, 'F'],
  [{ railway: 'rail' }, ''],
]
const letters: Readonly<Record<TravelMode, string>> = { car: 'c', emergency: 'e', bike: 'b', foot: 'f' }
for (const [tags, who] of cases) {
  test(`by the plain reading ${JSON.stringify(tags)} is open to "${who}"`, () => {
    const got = travelModes.map((mode) => (closedTo(tags, mode, true) ? '' : closedTo(tags, mode, false) ? letters[mode] : letters[mode].toUpperCase()))
    assert.equal(got.join(''), who)
  })
}
const points: [tags: Tags, who: string][] = [
  [{ barrier: 'gate' }, 'cebf'],
  [{ barrier: 'bollard' }, 'bf'],
  [{ barrier: 'bollard', motorcar: 'yes' }, 'cebf'],
  [{ barrier: 'gate', access: 'no', emergency: 'yes' }, 'e'],
  [{ barrier: 'gate', motor_vehicle: 'agricultural;forestry' }, 'f'],
  [{ barrier: 'kissing_gate' }, 'f'],
  [{ barrier: 'wall' }, ''],
  [{ barrier: 'entrance', access: 'no' }, ''],
  [{ access: 'no' }, 'f'],
  [{ highway: 'crossing', motor_vehicle: 'no', foot: 'no' }, 'cebf'],
]
for (const [tags, who] of points) {
  test(`by the plain reading ${JSON.stringify(tags)} lets "${who}" through`, () => {
    assert.equal(travelModes.filter((mode) => !closedAt(tags, mode)).map((mode) => letters[mode]).join(''), who)
  })
}

const anywhere = (graph: ReturnType<typeof buildGraph>, mode: TravelMode, random: () => number) => {
  const [west, south, east, north] = boundsOf(graph)
  return (): Snap | undefined => {
    for (let i = 0; i < 50; i++) {
      const snap = nearestEdge(graph, mode, west + random() * (east - west), south + random() * (north - south))
      if (snap) return snap
    }
    return undefined
  }
}

/** The first complaints about the best ways between random places, and how many ways there were. */
function complaintsOnTheWay(data: OsmData, input: GraphInput, roads: ReturnType<typeof roadsOf>, mode: TravelMode, pairs: number): { ways: number; complaints: string[] } {
  const graph = buildGraph(input)
  const streets = streetsOf(graph, mode)
  const signs = signsOf(data, mode)
  const somewhere = anywhere(graph, mode, seeded(23))
  let ways = 0
  const complaints: string[] = []
  for (let i = 0; i < pairs; i++) {
    const [from, to] = [somewhere(), somewhere()]
    const way = from && to && route(streets, from, to)
    if (!way) continue
    ways++
    complaints.push(...complaintsOf(data, roads, [...way.arcs], signs))
  }
  return { ways, complaints }
}

const PAIRS = 60
for (const [name, path] of towns) {
  const file = join(maps, path)
  const skip = existsSync(file) ? false : `there is no ${name} extract beside the repository; GENGFU_MAPS names its folder`
  test(`${name}: two readings of the map agree on every way and every point, for everybody`, { skip }, () => {
    const data = readOsm(readFileSync(file))
    const differences: string[] = []
    for (const mode of travelModes) {
      const { speeds, passage } = accessOf(usualProfile, mode)
      for (const { id, tags } of data.ways) {
        if (walkedClass(tags) === undefined || tags.smoothness === 'impassable') continue
        const [along, against] = speeds(tags, true)
        for (const [kmh, isAlong] of [[along, true], [against, false]] as const) {
          const why = closedTo(tags, mode, isAlong)
          if (kmh > 0 !== (why === undefined)) differences.push(`way ${id} ${isAlong ? 'along' : 'against'} by ${mode}: ${kmh} km/h, but ${why ?? 'open'} ${JSON.stringify(tags)}`)
        }
      }
      for (const [place, tags] of data.nodeTags) {
        const why = closedAt(tags, mode)
        if (passage(tags).blocked !== (why !== undefined)) differences.push(`node ${data.nodeIds[place]} by ${mode}: ${why ?? 'open'} ${JSON.stringify(tags)}`)
      }
    }
    assert.deepEqual(differences.slice(0, 8), [])
  })

  test(`${name}: of ${PAIRS} random ways of each kind of traveller none is illegal`, { skip }, () => {
    const data = readOsm(readFileSync(file))
    const roads = roadsOf(data)
    for (const mode of travelModes) {
      const { ways, complaints } = complaintsOnTheWay(data, roads.input, roads, mode, PAIRS)
      assert.ok(ways > PAIRS / 3, `${mode}: only ${ways} ways found`)
      assert.deepEqual(complaints.slice(0, 5), [], `${mode}, seed 23`)
    }
  })
}

test('the checker sees what is wrong with roads that obey nothing', { skip: existsSync(join(maps, towns[4]![1])) ? false : 'there is no Heidelberg extract' }, () => {
  const data = readOsm(readFileSync(join(maps, towns[4]![1])))
  const roads = roadsOf(data)
  /** As the map, but without one of its rules. */
  const without = (rule: 'ways' | 'barriers' | 'signs', mode: TravelMode): GraphInput => {
    const legal = roads.input.modes[mode]
    const lawless = {
      ...legal,
      ...(rule === 'ways' ? { arcKmh: legal.arcKmh.map(() => 30) } : {}),
      ...(rule === 'barriers' ? { nodeBlocked: new Uint8Array(legal.nodeBlocked.length) } : {}),
      ...(rule === 'signs' ? { restrictions: [] } : {}),
    }
    return { ...roads.input, modes: { car: lawless, emergency: lawless, bike: lawless, foot: lawless } }
  }
  const expected: [rule: 'ways' | 'barriers' | 'signs', mode: TravelMode, says: RegExp][] = [
    ['ways', 'car', /highway=/], ['ways', 'car', /one-way/], ['ways', 'emergency', /highway=/], ['ways', 'bike', /one-way/], ['ways', 'foot', /foot=|access=/],
    ['barriers', 'car', /node .*barrier=/], ['barriers', 'emergency', /node .*barrier=/], ['barriers', 'bike', /node .*barrier=/], ['barriers', 'foot', /node /],
    ['signs', 'car', /relation/], ['signs', 'emergency', /relation/], ['signs', 'bike', /relation/],
  ]
  for (const [rule, mode, says] of expected) {
    const { complaints } = complaintsOnTheWay(data, without(rule, mode), roads, mode, PAIRS)
    assert.ok(complaints.some((complaint) => says.test(complaint)), `${mode} without ${rule}: no complaint like ${says}`)
  }
})

const road = { highway: 'residential' }
//            n
//            │4
//   w ──1── c ──2── e ──5── x
//            │3
//            s
const cross: Drawing = {
  nodes: { c: [0, 0], w: [-200, 0], e: [200, 0], s: [0, -200], n: [0, 200], x: [300, 0] },
  ways: { 1: ['w c', road], 2: ['c e', road], 3: ['s c', road], 4: ['c n', road], 5: ['e x', road] },
}
/** By the ways' ids: +1 along way 1, -1 against it. */
const planted: [what: string, relation: readonly [members: string, tags: Tags] | undefined, change: Drawing['ways'], mode: TravelMode, steps: number[], says: RegExp | undefined][] = [
  ['nothing', undefined, {}, 'car', [1, 2], undefined],
  ['a turn that a sign forbids', ['from=1 via=c to=4', { restriction: 'no_left_turn' }], {}, 'car', [1, 4], /relation 1 at node 1000: no way from 1 to 4/],
  ['the other turn', ['from=1 via=c to=4', { restriction: 'no_left_turn' }], {}, 'car', [1, 2], undefined],
  ['the only other way', ['from=1 via=c to=4', { restriction: 'only_left_turn' }], {}, 'bike', [1, 2], /only another way/],
  ['a demand that nobody can follow', ['from=1 via=c to=4', { restriction: 'only_left_turn' }], { 4: ['c n', { highway: 'footway' }] }, 'car', [1, 2], undefined],
  ['no entry from the second of two roads', ['from=3 from=1 via=c to=4', { restriction: 'no_entry' }], {}, 'car', [1, 4], /no way/],
  ['no exit to the second of two roads', ['from=1 via=c to=4 to=2', { restriction: 'no_exit' }], {}, 'car', [1, 2], /no way/],
  ['an exception for cars', ['from=1 via=c to=4', { restriction: 'no_left_turn', except: 'motorcar' }], {}, 'car', [1, 4], undefined],
  ['an exception that is not for motorcycles', ['from=1 via=c to=4', { restriction: 'no_left_turn', except: 'motorcar' }], {}, 'bike', [1, 4], /no way/],
  ['an exception for buses', ['from=1 via=c to=4', { restriction: 'no_left_turn', except: 'psv' }], {}, 'emergency', [1, 4], undefined],
  ['an exception for buses alone', ['from=1 via=c to=4', { restriction: 'no_left_turn', except: 'psv' }], {}, 'car', [1, 4], /no way/],
  ['a sign on foot', ['from=1 via=c to=4', { restriction: 'no_left_turn' }], {}, 'foot', [1, 4], undefined],
  ['a sign over a way between', ['from=1 via=2 to=5', { restriction: 'no_straight_on' }], {}, 'car', [1, 2, 5], /relation 1: over 2 to 5/],
  ['its end alone', ['from=1 via=2 to=5', { restriction: 'no_straight_on' }], {}, 'car', [-4, 2, 5], undefined],
  ['a closed way', undefined, { 2: ['c e', { ...road, access: 'psv' }] }, 'car', [1, 2], /way 2: access=psv/],
  ['a bus lane in an emergency', undefined, { 2: ['c e', { ...road, access: 'psv' }] }, 'emergency', [1, 2], undefined],
  ['a one-way', undefined, { 2: ['e c', { ...road, oneway: 'yes' }] }, 'bike', [1, -2], /against a one-way/],
]
for (const [what, relation, change, mode, steps, says] of planted) {
  test(`the checker ${says ? 'sees' : 'passes'} ${what} (${mode}, ${steps.join(' ')})`, () => {
    const data = smallMap({ ...cross, ways: { ...cross.ways, ...change }, relations: relation ? [[relation[0], { type: 'restriction', ...relation[1] }]] : [] })
    const roads = roadsOf(data)
    const arcs = steps.map((step) => 2 * roads.edgeWay.findIndex((place) => data.ways[place]!.id === Math.abs(step)) + (step < 0 ? 1 : 0))
    const complaints = complaintsOf(data, roads, arcs, signsOf(data, mode))
    if (says) assert.match(complaints.join('\n'), says)
    else assert.deepEqual(complaints, [])
  })
}
