import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildGraph } from '#core/graph/build.ts'
import { nearestEdge } from '#core/graph/grid.ts'
import type { TravelMode } from '#core/graph/graph-input.ts'
import { streetsOf } from '#core/graph/streets.ts'
import { route } from '#core/graph/travel.ts'
import { readOsm, type Tags } from './pbf.ts'
import { usualProfile } from './profile.ts'
import { restrictionOf } from './restrictions.ts'
import { roadsOf } from './roads.ts'
import { encodeOsm, pointOf, smallMap, type Drawing } from './small-map.ts'

/** The way from one point of a drawing to another, as the letters of the nodes it passes; "none" when there is none. */
function wayOf(drawing: Drawing, from: [number, number], to: [number, number], mode: TravelMode = 'car'): string {
  const data = smallMap(drawing)
  const roads = roadsOf(data)
  const graph = buildGraph(roads.input)
  const [start, goal] = [from, to].map((point) => nearestEdge(graph, mode, ...pointOf(...point)))
  const way = start && goal && route(streetsOf(graph, mode), start, goal)
  if (!way) return 'none'
  const letters = Object.keys(drawing.nodes)
  return [...way.arcs]
    .slice(0, -1)
    .map((arc) => letters[roads.nodeIds[arc & 1 ? graph.edgeFrom[arc >>> 1]! : graph.edgeTo[arc >>> 1]!]! - 1000])
    .join('')
}

const road = { highway: 'residential' }

//            n
//            │4
//   w ──1── c ──2── e          a cross of four two-way streets of 200 m, each ending in a loop, so that one can turn
//            │3                round there: wW, eE, nN, sS
//            s
const cross: Drawing = {
  nodes: {
    c: [0, 0], w: [-200, 0], e: [200, 0], s: [0, -200], n: [0, 200],
    W: [-300, 50], V: [-300, -50], E: [300, 50], F: [300, -50], S: [50, -300], T: [-50, -300], N: [50, 300], M: [-50, 300],
  },
  ways: {
    1: ['w c', road], 2: ['c e', road], 3: ['s c', road], 4: ['c n', road],
    11: ['w W V w', road], 12: ['e E F e', road], 13: ['s S T s', road], 14: ['n N M n', road],
  },
}
const west: [number, number] = [-100, 0]
const east: [number, number] = [100, 0]
const north: [number, number] = [0, 100]
const south: [number, number] = [0, -100]

test('without signs one drives straight on', () => {
  assert.equal(wayOf(cross, west, east), 'c')
  assert.equal(wayOf(cross, west, north), 'c')
})

const signs: [sign: string, members: string, tags: Tags, to: [number, number], expected: string][] = [
  ['no_straight_on', 'from=1 via=c to=2', {}, east, 'cssc'],
  ['no_left_turn', 'from=1 via=c to=4', {}, north, 'cssc'],
  ['no_left_turn', 'from=1 via=c to=4', {}, east, 'c'],
  ['only_straight_on', 'from=1 via=c to=2', {}, north, 'ceec'],
  ['only_straight_on', 'from=1 via=c to=2', {}, east, 'c'],
  ['no_left_turn', 'from=1 via=c to=4', { except: 'psv;bicycle' }, north, 'cssc'],
  ['no_left_turn', 'from=1 via=c to=4', { except: 'motorcar' }, north, 'c'],
  ['no_left_turn', 'from=1 via=c to=4', { except: 'psv;emergency' }, north, 'cssc'],
  ['no_left_turn', 'from=1 via=c to=4', { hour_on: '07:00', hour_off: '09:00' }, north, 'c'],
  ['no_exit', 'from=1 via=c to=4 to=2', {}, south, 'c'],
  ['no_entry', 'from=1 from=3 via=c to=4', {}, north, 'ceec'],
  ['no_entry', 'from=1 from=99 via=c to=4', {}, north, 'ceec'],
  ['no_left_turn;no_u_turn', 'from=1 via=c to=4', {}, north, 'cssc'],
  ['no_left_turn; only_straight_on', 'from=1 via=c to=4', {}, north, 'c'],
  ['no_left_turn', 'from=1 via=c to=4', { type: 'restriction:hgv' }, north, 'c'],
  ['no_left_turn', 'from=1 via=c to=4', { 'restriction:conditional': 'none @ (22:00-06:00)' }, north, 'cssc'],
]
for (const [sign, members, tags, to, expected] of signs) {
  test(`${sign} ${members} ${JSON.stringify(tags)}: from the west by ${expected}`, () => {
    const got = wayOf({ ...cross, relations: [[members, { type: 'restriction', restriction: sign, ...tags }]] }, west, to)
    // a detour may go round its loop either way, and over whichever end is nearer
    assert.equal(got.length === 1 ? got : `${got[0]}…${got.at(-1)} ${got.length > 3 ? 'round' : ''}`, expected.length === 1 ? expected : 'c…c round')
  })
}

test('an exception for emergencies is one for them alone', () => {
  const signed: Drawing = { ...cross, relations: [['from=1 via=c to=4', { type: 'restriction', restriction: 'no_left_turn', except: 'psv;emergency' }]] }
  assert.equal(wayOf(signed, west, north, 'emergency'), 'c')
  assert.notEqual(wayOf(signed, west, north, 'car'), 'c')
})

test('what excepts buses excepts emergencies, and what is for buses alone does not concern them', () => {
  const signed = (tags: Tags): Drawing => ({ ...cross, relations: [['from=1 via=c to=4', { type: 'restriction', ...tags }]] })
  for (const except of ['psv', 'bus', 'bicycle;psv']) {
    assert.equal(wayOf(signed({ restriction: 'no_left_turn', except }), west, north, 'emergency'), 'c')
    assert.notEqual(wayOf(signed({ restriction: 'no_left_turn', except }), west, north, 'bike'), 'c')
  }
  assert.equal(wayOf(signed({ 'restriction:bus': 'no_left_turn' }), west, north, 'emergency'), 'c')
  assert.notEqual(wayOf(signed({ restriction: 'no_left_turn' }), west, north, 'emergency'), 'c')
})

test('a sign over a way between is for all who come from the first way, whichever side of the corner they come from', () => {
  //  way 1 runs through k, north and south of the link 6
  const through: Drawing = { ...boulevard, nodes: { ...boulevard.nodes, S: [0, -400] }, ways: { ...boulevard.ways, 1: ['w k S', road] } }
  const relations = [['from=1 via=6 to=5', { type: 'restriction', restriction: 'no_u_turn' }]] as const
  const [fromWest, fromSouth, goal]: [number, number][] = [[-150, 0], [0, -200], [-150, 20]]
  for (const from of [fromWest, fromSouth]) {
    assert.match(wayOf(through, from!, goal!), /^km$/, 'without the sign')
    assert.notEqual(wayOf({ ...through, relations }, from!, goal!), 'km', 'with it')
  }
})

test('a sign for lorries, and one with hours in its value, do not concern us', () => {
  for (const tags of [{ 'restriction:hgv': 'no_left_turn' }, { 'restriction:conditional': 'no_left_turn @ (07:00-09:00)' }]) {
    assert.equal(typeof restrictionOf({ type: 'restriction', ...tags } as unknown as Tags, 'car'), 'string')
  }
  assert.deepEqual(restrictionOf({ type: 'restriction', 'restriction:motorcar': 'only_u_turn' }, 'car'), { only: true, uTurn: true })
})

//   N ◀──5── m ◀──4── L      a boulevard of two one-way carriageways 20 m apart, joined by a link (6)
//            ▲6
//   w ──1──▶ k ──2──▶ e      "no U-turn" runs over the link: from 1 via 6 to 5
const boulevard: Drawing = {
  nodes: { w: [-300, 0], k: [0, 0], e: [300, 0], m: [0, 20], L: [300, 20], N: [-300, 20], x: [600, 10], y: [-600, 10], u: [0, 2000] },
  ways: {
    1: ['w k', { ...road, oneway: 'yes' }], 2: ['k e', { ...road, oneway: 'yes' }], 4: ['L m', { ...road, oneway: 'yes' }], 5: ['m N', { ...road, oneway: 'yes' }],
    6: ['k m', road], 7: ['e x L', { ...road, oneway: 'yes' }], 8: ['N y w', { ...road, oneway: 'yes' }], 9: ['m u', road],
  },
}
test('a restriction over a way between is obeyed, and only by those who come from its beginning', () => {
  const noTurn = [['from=1 via=6 to=5', { type: 'restriction', restriction: 'no_u_turn' }]] as const
  assert.equal(wayOf(boulevard, [-150, 0], [-150, 20]), 'km', 'without the sign')
  assert.equal(wayOf({ ...boulevard, relations: noTurn }, [-150, 0], [-150, 20]), 'keLm', 'with it: round the end')
  assert.equal(wayOf({ ...boulevard, relations: noTurn }, [-150, 0], [0, 150]), 'km', 'straight over is still allowed')
  assert.equal(wayOf({ ...boulevard, relations: noTurn }, [0, 5], [-150, 20]), 'm', 'who starts on the link may turn')
})

test('an "only" over a way between leaves no other way on', () => {
  const only = [['from=1 via=6 to=9', { type: 'restriction', restriction: 'only_straight_on' }]] as const
  assert.equal(wayOf({ ...boulevard, relations: only }, [-150, 0], [0, 150]), 'km')
  const got = wayOf({ ...boulevard, relations: only }, [-150, 0], [150, 0])
  assert.match(got, /^kmu/, `first up to the dead end, then round: ${got}`)
})

test('a bollard stops cars and not walkers', () => {
  const lane: Drawing = { nodes: { a: [0, 0], b: [100, 0, { barrier: 'bollard' }], c: [200, 0], d: [0, 300], e: [200, 300] }, ways: { 1: ['a b c', road], 2: ['a d e c', road] } }
  assert.equal(wayOf(lane, [50, 0], [150, 0]), 'ac')
  assert.equal(wayOf(lane, [50, 0], [150, 0], 'foot'), 'b')
})

test('nobody turns round in the street; in a dead end one must', () => {
  //  a ── b ── c     b has a side street d (a dead end)
  const lane: Drawing = { nodes: { a: [0, 0], b: [200, 0], c: [400, 0], d: [200, 60], A: [-80, 30], B: [-80, -30] }, ways: { 1: ['a b', { ...road, oneway: 'yes' }], 2: ['b c', road], 3: ['b d', road], 4: ['a A B a', road], 5: ['c a', { highway: 'motorway', oneway: 'yes' }] } }
  // a stretch of street that one has just passed is reached by going round, never by turning on the spot
  const data = smallMap(lane)
  const graph = buildGraph(roadsOf(data).input)
  const start = nearestEdge(graph, 'car', ...pointOf(150, 0))!
  const goal = nearestEdge(graph, 'car', ...pointOf(50, 0))!
  const way = route(streetsOf(graph, 'car'), start, goal)
  assert.ok(way && way.meters > 300, `went round: ${way?.meters} m`)
  assert.equal(wayOf(lane, [200, 30], [300, 0]), 'b')
})

test('what the extract lacks is left out, and the rest still stands', () => {
  const cut: Drawing = { nodes: { a: [0, 0], b: [100, 0], c: [200, 0] }, ways: { 1: ['q a b z c', road], 2: ['a c', road] } }
  const roads = roadsOf(smallMap(cut))
  assert.equal(roads.input.edgeFrom.length, 2, 'a–b and a–c; b–z–c is cut')
})

test('a street is one name, wherever it is written the same', () => {
  const named = (name: string) => ({ ...road, name })
  const roads = roadsOf(smallMap({ nodes: { a: [0, 0], b: [100, 0], c: [200, 0], d: [300, 0] }, ways: { 1: ['a b', named('雄石路')], 2: ['b c', named('沿河路')], 3: ['c d', named('雄石路')] } }))
  assert.deepEqual(roads.streets.map(({ name }) => name), ['雄石路', '沿河路'])
  assert.deepEqual([...roads.input.edgeStreet], [0, 1, 0])
})

test('ways that cross without a common point are not joined, whatever bridge or tunnel says', () => {
  const crossing: Drawing = { nodes: { a: [-100, 0], b: [100, 0], c: [0, -100], d: [0, 100], e: [-100, 100], f: [-100, -100] }, ways: { 1: ['a b', { ...road, bridge: 'yes', layer: '1' }], 2: ['c d', road], 3: ['a e d', road], 4: ['a f c', road] } }
  for (const mode of ['car', 'foot'] as const) assert.match(wayOf(crossing, [-50, 0], [0, -50], mode), /a.*[cd]/)
  assert.deepEqual([...roadsOf(smallMap(crossing)).input.edgeLevel], [1, 0, 0, 0])
})

test('a roundabout is driven one way, and walked both', () => {
  const round: Drawing = {
    nodes: { n: [0, 30], w: [-30, 0], s: [0, -30], e: [30, 0], W: [-200, 0], E: [200, 0], S: [0, -200] },
    ways: { 1: ['e n w s e', { highway: 'tertiary', junction: 'roundabout' }], 2: ['W w', road], 3: ['e E', road], 4: ['s S', road] },
  }
  assert.equal(wayOf(round, [-100, 0], [100, 0]), 'wse', 'counter-clockwise')
  assert.equal(wayOf(round, [100, 0], [0, -100]), 'ews', 'past the first two exits')
  assert.match(wayOf(round, [100, 0], [0, -100], 'foot'), /^es$/, 'on foot the short way')
  assert.equal(wayOf(round, [100, 0], [0, -100], 'emergency'), 'ews', 'and no emergency goes against it')
})

test('an emergency takes the bus lane, the emergency gate and, slowly, a small street against its sign', () => {
  const lane: Drawing = { nodes: { a: [0, 0], b: [300, 0], c: [0, 200], d: [300, 200], A: [-60, 0], B: [360, 0] }, ways: { 1: ['a b', { highway: 'service', access: 'no', bus: 'yes' }], 2: ['a c d b', road], 3: ['A a', road], 4: ['b B', road] } }
  const meters = (drawing: Drawing, mode: TravelMode) => {
    const graph = buildGraph(roadsOf(smallMap(drawing)).input)
    const way = route(streetsOf(graph, mode), nearestEdge(graph, mode, ...pointOf(-30, 0))!, nearestEdge(graph, mode, ...pointOf(330, 0))!)
    return Math.round(way?.meters ?? Infinity)
  }
  assert.deepEqual([meters(lane, 'car'), meters(lane, 'emergency')], [760, 360])
  const gate: Drawing = { ...lane, nodes: { ...lane.nodes, g: [150, 0, { barrier: 'gate', access: 'no', emergency: 'yes' }] }, ways: { ...lane.ways, 1: ['a g b', road] } }
  assert.deepEqual([meters(gate, 'car'), meters(gate, 'emergency'), meters(gate, 'foot')], [760, 360, 760])
  const against: Drawing = { ...lane, ways: { ...lane.ways, 1: ['b a', { ...road, oneway: 'yes' }] } }
  assert.deepEqual([meters(against, 'car'), meters(against, 'emergency'), meters(against, 'foot')], [760, 360, 360])
  const trunk: Drawing = { ...lane, ways: { ...lane.ways, 1: ['b a', { highway: 'trunk', oneway: 'yes' }] } }
  assert.equal(meters(trunk, 'emergency'), 760, 'never against the traffic of a trunk road')
})

//  a──────b     a square with a statue (h) in the middle, reached at a, b, c and d
//  │  h   │
//  d──────c
const square: Drawing = {
  nodes: { a: [0, 100], b: [100, 100], c: [100, 0], d: [0, 0], A: [-50, 150], B: [150, 150], C: [150, -50], D: [-50, -50], h: [48, 56], i: [60, 56], j: [60, 44], k: [48, 44] },
  ways: { 1: ['a b c d a', { highway: 'pedestrian', area: 'yes' }], 2: ['A a', road], 3: ['B b', road], 4: ['C c', road], 5: ['D d', road], 6: ['h i j k h', { building: 'yes' }] },
}
test('a square is walked across, and not driven along its sides', () => {
  assert.equal(wayOf(square, [-25, 125], [125, -25], 'foot'), 'ac', 'straight across')
  assert.equal(wayOf(square, [-25, 125], [125, -25], 'car'), 'none')
})
test('what stands in a square is walked round', () => {
  const withHole: Drawing = { ...square, ways: { ...square.ways, 1: ['a b c d a', {}] }, relations: [['outer=1 inner=6', { type: 'multipolygon', highway: 'pedestrian' }]] }
  const got = wayOf({ ...withHole, ways: { ...withHole.ways, 7: ['a b c d a', { highway: 'pedestrian' }] } }, [-25, 125], [125, -25], 'foot')
  assert.ok(got === 'abc' || got === 'adc', `along the sides, not through the statue: ${got}`)
})

test('what was left out is counted with its reason and examples', () => {
  const map: Drawing = {
    nodes: { a: [0, 0], b: [100, 0], c: [200, 0], d: [300, 0] },
    ways: {
      1: ['a b', road], 2: ['b c', { ...road, 'access:conditional': 'no @ (22:00-05:00)' }], 3: ['c d', { route: 'ferry' }], 4: ['a c', { highway: 'construction' }],
      5: ['a d', { ...road, oneway: 'reversible', foot: 'no' }], 6: ['a q', road], 7: ['b d', { ...road, access: 'unknown' }],
    },
    relations: [
      ['from=1 via=b to=2', { type: 'restriction', 'restriction:conditional': 'no_u_turn @ (07:00-09:00)' }], ['from=1 via=b to=99', { type: 'restriction', restriction: 'no_left_turn' }],
      ['from=1 via=d to=2', { type: 'restriction', restriction: 'no_left_turn' }], ['from=1 via=b to=2', { type: 'restriction', restriction: 'no_dancing' }], ['from=1 via=b to=2', { type: 'restriction', 'restriction:hgv': 'no_left_turn' }],
    ],
  }
  const { dropped } = roadsOf(smallMap(map))
  assert.deepEqual(Object.fromEntries(Object.entries(dropped).map(([reason, { count, examples }]) => [reason, [count, ...examples]])), {
    ferry: [1, 3], 'under-construction': [1, 4], 'closed-to-all': [1, 5], 'node-missing': [1, 6], 'way-without-points': [1, 6], 'conditional-access': [1, 2],
    'conditional-restriction': [1, 1], 'reversible-road': [1, 5], 'unknown-access': [1, 7], 'unknown-restriction': [1, 4], 'restriction-for-others': [1, 5],
    'restriction-member-missing': [1, 2], 'restriction-not-joined': [1, 3],
  })
})

test('what holds at some hours is counted, also beside what holds always', () => {
  const { dropped, turnRestrictions } = roadsOf(smallMap({
    ...cross,
    ways: { ...cross.ways, 1: ['w c', { ...road, 'motor_vehicle:conditional': 'no @ (22:00-06:00)', 'maxspeed:conditional': '30 @ (22:00-06:00)' }], 2: ['c e', { ...road, 'oneway:conditional': 'yes @ (06:00-09:00)' }] },
    relations: [['from=1 via=c to=4', { type: 'restriction', restriction: 'no_left_turn', 'restriction:conditional': 'none @ (22:00-06:00)' }]],
  }))
  assert.deepEqual(dropped, { 'conditional-access': { count: 2, examples: [1, 2] }, 'conditional-speed': { count: 1, examples: [1] }, 'conditional-restriction': { count: 1, examples: [1] } })
  assert.equal(turnRestrictions, 1)
})

test('a road without a limit is faster in the country than in a built-up place', () => {
  const map = (landuse: string): Drawing => ({
    nodes: { a: [0, 0], b: [400, 0], p: [-200, -200], q: [600, -200], r: [600, 200], s: [-200, 200] },
    ways: { 1: ['a b', { highway: 'secondary' }], 2: ['p q r s p', { landuse }] },
  })
  const kmh = (landuse: string) => roadsOf(smallMap(map(landuse))).input.modes.car.arcKmh[0]!
  assert.ok(kmh('residential') < kmh('farmland'), `${kmh('residential')} and ${kmh('farmland')} km/h`)
  assert.equal(roadsOf(smallMap(map('residential'))).builtUpBy, 'landuse')
  assert.equal(roadsOf(smallMap(cross)).builtUpBy, 'road-density')
})

test('where no land is drawn, corners of streets close together make a town, and so do houses and a settlement’s name', () => {
  const kmh = (more: Partial<Drawing>, tags: Tags = {}) => {
    const map: Drawing = { nodes: { a: [0, 0], b: [400, 0], ...more.nodes }, ways: { 1: ['a b', { highway: 'secondary', ...tags }], ...more.ways } }
    return roadsOf(smallMap(map)).input.modes.car.arcKmh[0]!
  }
  const { kmh: country, builtUpKmh: town } = usualProfile.modes.car
  assert.equal(kmh({}), country.secondary, 'a lonely road')
  // side streets every 50 m
  const along = Object.fromEntries(['c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].map((letter, i): [string, [number, number]] => [letter, [50 * i, 0]]))
  const off = Object.fromEntries(['C', 'D', 'E', 'F', 'G', 'H', 'I', 'J'].map((letter, i): [string, [number, number]] => [letter, [50 * i, 40]]))
  const sides = (highway: string): Drawing['ways'] => ({ 1: ['a c d e f g h i j b', { highway: 'secondary' }], ...Object.fromEntries('cdefghij'.split('').map((letter, i) => [10 + i, [`${letter} ${letter.toUpperCase()}`, { highway }]] as const)) })
  assert.equal(kmh({ nodes: { ...along, ...off }, ways: sides('residential') }), town.secondary, 'side streets')
  assert.equal(kmh({ nodes: { ...along, ...off }, ways: sides('path') }), country.secondary, 'paths cross in woods, too')
  const house = (letter: string, i: number) => [10 + i, [`${letter} ${letter.toLowerCase()} ${letter}`, { building: 'house' }]] as const
  const houses: Drawing['ways'] = { 1: ['d e f g h i', { highway: 'secondary' }], ...Object.fromEntries('CDEFGHIJ'.split('').map(house)) }
  assert.equal(kmh({ nodes: { ...along, ...off }, ways: houses }), town.secondary, 'houses')
  assert.equal(kmh({ nodes: { p: [200, 50, { place: 'town', name: '贵溪' }] } }), town.secondary, 'a name')
  assert.equal(kmh({ nodes: { p: [200, 50, { place: 'locality', name: '野地' }] } }), country.secondary, 'a name of no settlement')
  assert.equal(kmh({ nodes: { p: [200, 50, { place: 'town', name: '贵溪' }] } }, { 'zone:traffic': 'DE:rural' }), country.secondary, 'what stands on the road says more')
  assert.equal(kmh({}, { 'zone:traffic': 'DE:urban' }), town.secondary)
})

//  a──────b     a square drawn as a relation of two pieces, with a pool (h i j k) in the middle; roads reach it at a, b, c, d and
//  │  ▢   │     at m, in the middle of a side, which is no road's end
//  d──m───c
const drawnAround: Drawing = {
  nodes: { ...square.nodes, m: [50, 0], M: [50, -50], N: [80, -50] },
  ways: { 1: ['a b c', {}], 8: ['c m d a', {}], 2: ['A a', road], 3: ['B b', road], 4: ['C c', road], 5: ['D d', road], 6: ['h i j k h', {}], 9: ['M m', road] },
  relations: [['outer=1 outer=8 inner=6', { type: 'multipolygon', highway: 'pedestrian', name: '广场' }]],
}
test('a square of several pieces with a hole is crossed where one sees across, and walked along its sides where not', () => {
  assert.equal(wayOf(drawnAround, [50, -25], [125, 125], 'foot'), 'mb', 'past the pool')
  const around = wayOf(drawnAround, [-25, 125], [125, -25], 'foot')
  assert.match(around, /^a[^ac]+c$/, `not through the pool: ${around}`)
  for (const mode of ['car', 'emergency', 'bike'] as const) assert.equal(wayOf(drawnAround, [-25, 125], [125, 125], mode), 'none', mode)
  const roads = roadsOf(smallMap(drawnAround))
  assert.ok(roads.streets.some(({ name }) => name === '广场'))
  const closed: Drawing = { ...drawnAround, relations: [['outer=1 outer=8 inner=6', { type: 'multipolygon', highway: 'pedestrian', foot: 'no' }]] }
  assert.equal(wayOf(closed, [-25, 125], [125, 125], 'foot'), 'none')
})

test('an area of road is driven by its lanes and not along its sides', () => {
  const yard: Drawing = { ...square, ways: { ...square.ways, 1: ['a b c d a', { highway: 'service', area: 'yes' }], 7: ['a c', { highway: 'service' }] } }
  assert.equal(wayOf(yard, [-25, 125], [125, -25]), 'ac')
  assert.equal(wayOf(yard, [-25, 125], [125, 125]), 'none')
  assert.equal(wayOf(yard, [-25, 125], [125, 125], 'foot'), 'ab')
})

test('a file may have its ways first, things twice, and members that it lacks', () => {
  const whole = smallMap({ ...boulevard, relations: [['from=1 via=6 to=5', { type: 'restriction', restriction: 'no_u_turn' }], ['from=77 via=q to=2', { type: 'restriction', restriction: 'no_u_turn' }], ['outer=88 outer=q', { type: 'multipolygon', highway: 'pedestrian' }]] })
  const expected = roadsOf(whole)
  assert.deepEqual(roadsOf(readOsm(encodeOsm(whole, { waysFirst: true }))), expected)
  // two extracts, one after the other
  const moved = whole.nodeLonLat.map((value) => value + 1000)
  const twice = { ...whole, nodeIds: Float64Array.of(...whole.nodeIds, ...whole.nodeIds), nodeLonLat: Int32Array.of(...whole.nodeLonLat, ...moved), ways: [...whole.ways, ...whole.ways] }
  const { input, dropped } = roadsOf(twice)
  assert.deepEqual(dropped['way-twice'], { count: whole.ways.length, examples: whole.ways.slice(0, 5).map(({ id }) => id) })
  assert.deepEqual([input.nodes, input.edgeFrom, input.modes.car.restrictions], [expected.input.nodes, expected.input.edgeFrom, expected.input.modes.car.restrictions])
})

test('a ramp lies on the lower of its storeys', () => {
  const level = (tags: Tags) => roadsOf(smallMap({ nodes: { a: [0, 0], b: [9, 0] }, ways: { 1: ['a b', { ...road, ...tags }] } })).input.edgeLevel[0]
  assert.deepEqual([level({}), level({ level: '0;-1' }), level({ level: '-1;0' }), level({ layer: '2' }), level({ level: 'roof', bridge: 'yes' }), level({ tunnel: 'building_passage' })], [0, -1, -1, 2, 1, 0])
})
