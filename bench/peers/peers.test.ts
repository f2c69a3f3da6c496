import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { distanceMeters } from '#core/geo/distance.ts'
import { seeded } from '#core/random.ts'
import { readOsm } from '#gateways/osm/pbf.ts'
import { openPgRouting, type Arc } from './pgrouting.ts'
import { decodePolyline, type Point } from './polyline.ts'
import { openValhalla, whyNoValhalla, type Driven, type Traced, type Valhalla } from './valhalla.ts'

const guixi = join(import.meta.dirname, '../../demo/guixi/guixi.osm.pbf')
const portland = join(import.meta.dirname, '../../demo/portland/portland-central.osm.pbf')

test('polylines are read', () => {
  const cases: [text: string, points: Point[]][] = [
    ['', []],
    ['??', [{ lon: 0, lat: 0 }]],
    ['A@', [{ lon: -0.000001, lat: 0.000001 }]],
    // the example of Google's page, with six decimals where it has five
    ['_p~iF~ps|U_ulLnnqC_mqNvxq`@', [{ lon: -12.02, lat: 3.85 }, { lon: -12.095, lat: 4.07 }, { lon: -12.6453, lat: 4.3252 }]],
  ]
  for (const [text, points] of cases) assert.deepEqual(decodePolyline(text), points, text)
  assert.throws(() => decodePolyline('_p~iF~ps|'), /9 letters ends within a number/)
})

test('polylines of anywhere are read as they were written', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seeded(seed)
    const line = Array.from({ length: 5 }, () => ({ lon: (Math.floor(random() * 360e6) - 180e6) / 1e6, lat: (Math.floor(random() * 180e6) - 90e6) / 1e6 }))
    assert.deepEqual(decodePolyline(encoded(line)), line, `seed ${seed}`)
  }
})

const whyNot = await whyNoValhalla()

test('Valhalla builds Guixi and answers as the bench asks', { skip: whyNot }, async (t) => {
  const valhalla = await opened(guixi)
  try {
    const [station, market, bridge] = [{ lon: 117.215, lat: 28.295 }, { lon: 117.24, lat: 28.305 }, { lon: 117.23, lat: 28.29 }]
    const nowhere = { lon: 117.9, lat: 28.9 }
    const route = await valhalla.route(station, market)
    assert.ok(route)

    await t.test('a way begins and ends at its points, and its steps add up', () => {
      assert.ok(metersBetween(route.line[0]!, station) < 300 && metersBetween(route.line.at(-1)!, market) < 300)
      assert.ok(route.meters >= metersBetween(route.line[0]!, route.line.at(-1)!))
      assert.ok(Math.abs(lengthOf(route.line) - route.meters) < 0.01 * route.meters, `${lengthOf(route.line)} m drawn, ${route.meters} m said`)
      assert.ok(Math.abs(sum(route.steps) - route.meters) < route.steps.length)
      assert.ok(route.steps.some(({ streets }) => streets.length > 0))
    })

    await t.test('the pieces of a way are ways of the map and as long as it is', async () => {
      const driven = await valhalla.waysOf(route)
      assert.ok(driven)
      assert.ok(Math.abs(sum(driven) - route.meters) < driven.length)
      assert.deepEqual(foreign(driven, guixi), [])
    })

    await t.test('a matrix has a row for each start, and agrees with the ways', async () => {
      const cells = await valhalla.matrix([station, market, bridge], [market, station])
      assert.deepEqual(cells.map((row) => row.length), [2, 2, 2])
      assert.deepEqual([cells[0]![1], cells[1]![0]], [{ seconds: 0, meters: 0 }, { seconds: 0, meters: 0 }])
      assert.ok(Math.abs(cells[0]![0]!.seconds - route.seconds) < 2 && Math.abs(cells[0]![0]!.meters - route.meters) < 20)
    })

    await t.test('an area lies round its point', async () => {
      const [feature] = (await valhalla.isochrone(station, 5)).features
      const geometry = feature!.geometry
      const ring = geometry.type === 'Polygon' ? geometry.coordinates[0]! : geometry.coordinates[0]![0]!
      const [lons, lats] = [ring.map(([lon]) => lon!), ring.map(([, lat]) => lat!)]
      assert.ok(Math.min(...lons) < station.lon && station.lon < Math.max(...lons))
      assert.ok(Math.min(...lats) < station.lat && station.lat < Math.max(...lats))
    })

    await t.test('a track is laid on the way it was made from', async () => {
      const fixes = trackOf(route.line, 10, 4)
      const traced = await valhalla.trace(fixes)
      assert.ok(traced && Math.abs(traced.meters - route.meters) < 0.05 * route.meters, `${traced?.meters} m of ${route.meters} m`)
      const driven = await valhalla.traceWays(fixes)
      assert.ok(driven)
      const ways = new Set((await valhalla.waysOf(route))!.map(({ way }) => way))
      assert.ok(sum(driven.filter(({ way }) => ways.has(way))) > 0.9 * route.meters)
    })

    await t.test('a track that jumps is several lines, and none is left out', async () => {
      const once = trackOf(route.line, 10, 0)
      const twice = [...once, ...once].map((fix, i) => ({ ...fix, ms: 1000 * i }))
      const traced = await valhalla.trace(twice)
      assert.ok(traced && traced.lines.length >= 2, 'it went on over a jump')
      assert.ok(Math.abs(traced.meters - 2 * route.meters) < 0.1 * route.meters, `${traced.meters} m of twice ${route.meters} m`)
    })

    await t.test('where there is no road there is no answer, and a bad question is a fault', async () => {
      assert.deepEqual([await valhalla.places(station), await valhalla.places(nowhere)], [true, false])
      assert.equal(await valhalla.route(station, nowhere), undefined)
      await assert.rejects(valhalla.matrix([station], [nowhere]), /no road/)
      await assert.rejects(valhalla.trace([]), /Insufficient/i)
    })

    await t.test('its own time is counted', async () => {
      const before = valhalla.msInside()
      await valhalla.route(station, bridge)
      assert.ok(valhalla.msInside() > before)
    })
  } finally {
    valhalla.close()
  }
})

test('Valhalla takes a map out of order, and still names the ways of that map', { skip: whyNot ?? whyNoOsmium() }, async () => {
  const valhalla = await opened(portland)
  try {
    const route = await valhalla.route({ lon: -122.68, lat: 45.52 }, { lon: -122.62, lat: 45.5 })
    const driven = await valhalla.waysOf(route!)
    assert.ok(driven && driven.length > 10)
    assert.deepEqual(foreign(driven, portland), [])
  } finally {
    valhalla.close()
  }
})

test('a file that is no map is refused with a sentence', { skip: whyNot }, async () => {
  assert.match(String(await openValhalla(import.meta.filename)), /^Valhalla made no tiles of this map: .*format/)
})

test('pgRouting finds what trying every way finds', async (t) => {
  const seed = 5
  const random = seeded(seed)
  const nodes = Array.from({ length: 12 }, (_, node) => node)
  const arcs: Arc[] = Array.from({ length: 30 }, () => ({ from: Math.floor(random() * 12), to: Math.floor(random() * 12), seconds: 1 + Math.floor(random() * 100) }))
  const peer = await openPgRouting(arcs)
  if (typeof peer === 'string') return t.skip(peer)
  try {
    const expected = everyWay(nodes.length, arcs)
    const found = await peer.matrix(nodes, nodes)
    for (const from of nodes) {
      for (const to of nodes) if (from !== to) assert.equal(found.get(`${from}/${to}`) ?? Infinity, expected[from]![to], `seed ${seed}: ${from} to ${to}`)
      assert.equal(await peer.drivingDistance(from, 90), expected[from]!.filter((seconds) => seconds <= 90).length, `seed ${seed}: from ${from}`)
    }
  } finally {
    await peer.close()
  }
})

test('without a server pgRouting is a sentence that says what to install', async () => {
  assert.match(String(await openPgRouting([], 'postgres://nobody@127.0.0.1:1/none')), /^pgRouting cannot be used here .*apt-get install/)
})

async function opened(map: string): Promise<Valhalla> {
  const valhalla = await openValhalla(map)
  if (typeof valhalla === 'string') assert.fail(valhalla)
  return valhalla
}

function whyNoOsmium(): string | undefined {
  try {
    execFileSync('osmium', ['--version'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'osmium is not installed (osmium-tool)'
  }
}

/** The pieces on ways that the map does not have. */
function foreign(driven: readonly Driven[], map: string): Driven[] {
  const ways = new Set(readOsm(readFileSync(map)).ways.map(({ id }) => id))
  return driven.filter(({ way }) => !ways.has(way))
}

const sum = (pieces: readonly { readonly meters: number }[]): number => pieces.reduce((total, { meters }) => total + meters, 0)
const metersBetween = (a: Point, b: Point): number => distanceMeters(a.lon, a.lat, b.lon, b.lat)
const lengthOf = (line: readonly Point[]): number => line.reduce((total, point, i) => (i === 0 ? 0 : total + metersBetween(line[i - 1]!, point)), 0)

/** By the letter of Google's page: zigzag, then five bits at a time, the lowest first. */
function encoded(line: readonly Point[]): string {
  let [text, lat, lon] = ['', 0, 0]
  for (const point of line) {
    for (const difference of [Math.round(point.lat * 1e6) - lat, Math.round(point.lon * 1e6) - lon]) {
      let bits = BigInt(difference) < 0n ? ~(BigInt(difference) << 1n) : BigInt(difference) << 1n
      for (; bits >= 32n; bits >>= 5n) text += String.fromCharCode(Number((bits & 31n) | 32n) + 63)
      text += String.fromCharCode(Number(bits) + 63)
    }
    ;[lat, lon] = [Math.round(point.lat * 1e6), Math.round(point.lon * 1e6)]
  }
  return text
}

/** A fix every second along a line, each off by up to so many metres to each side. */
function trackOf(line: readonly Point[], metersPerSecond: number, offMeters: number): Traced[] {
  const random = seeded(3)
  const fixes: Traced[] = []
  let ahead = 0
  for (let i = 1; i < line.length; i++) {
    const [a, b] = [line[i - 1]!, line[i]!]
    const length = metersBetween(a, b)
    for (; ahead < length; ahead += metersPerSecond) {
      const off = () => ((2 * random() - 1) * offMeters) / 111_195
      fixes.push({ lon: a.lon + ((b.lon - a.lon) * ahead) / length + off(), lat: a.lat + ((b.lat - a.lat) * ahead) / length + off(), ms: 1000 * fixes.length })
    }
    ahead -= length
  }
  return fixes
}

/** Floyd 1962. */
function everyWay(count: number, arcs: readonly Arc[]): number[][] {
  const seconds = Array.from({ length: count }, (_, a) => Array.from({ length: count }, (_, b) => (a === b ? 0 : Infinity)))
  for (const arc of arcs) seconds[arc.from]![arc.to] = Math.min(seconds[arc.from]![arc.to]!, arc.seconds)
  for (let via = 0; via < count; via++)
    for (let a = 0; a < count; a++) for (let b = 0; b < count; b++) seconds[a]![b] = Math.min(seconds[a]![b]!, seconds[a]![via]! + seconds[via]![b]!)
  return seconds
}
