import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planeAround } from '#core/geo/distance.ts'
import { seeded } from '#core/random.ts'
import { areaCommands, areaIdOf, areasOf, type AreaFence } from './areas.ts'
import { encodeCommand } from './downlink.ts'

const at = Date.parse('2026-01-07T12:00:00+08:00') // a Wednesday
const options = { at, timeZone: 'Asia/Shanghai' }
const plane = planeAround(117.21, 28.29)
const ring = (corners: number, radius = (_: number) => 400) => {
  const points = Array.from({ length: corners }, (_, k) => [plane.toLon(radius(k) * Math.cos((2 * Math.PI * k) / corners)), plane.toLat(radius(k) * Math.sin((2 * Math.PI * k) / corners))])
  return [...points, points[0]!]
}
const fence = (more: Partial<AreaFence> = {}): AreaFence => ({
  id: 'f1', name: '学校', geometry: { type: 'Polygon', coordinates: [ring(4)] }, hours: null,
  tells: { enter: true, leave: false, staySeconds: 600, speedLimitKmh: 40, overSeconds: 10 }, ...more,
})

test('a circle and a polygon with what they tell; a stay is nothing a terminal knows', () => {
  const circle = fence({ id: 'f2', geometry: { type: 'Point', coordinates: [117.2, 28.3], radiusMeters: 150.4 }, tells: { enter: true, leave: true, staySeconds: null, speedLimitKmh: null, overSeconds: 10 } })
  const found = areasOf([fence(), circle], { ...options, driver: true })
  assert.deepEqual(found.circles, [{ id: areaIdOf('f2'), name: '学校', centre: { lon: 117.2, lat: 28.3 }, radiusMeters: 150, entering: 'both', leaving: 'both' }])
  assert.deepEqual(found.polygons, [{ id: areaIdOf('f1'), name: '学校', vertices: ring(4).slice(0, -1).map(([lon, lat]) => ({ lon, lat })), limit: { speedKmh: 40, overSeconds: 10 }, entering: 'both' }])
  assert.deepEqual([found.refused, found.renewAt], [[], null])
  assert.equal(areasOf([fence()], options).polygons[0]!.entering, 'platform')
})

test('a route goes with its width and its limit on every stretch; a long one with twenty corners, its ends among them', () => {
  const line = Array.from({ length: 80 }, (_, k) => [plane.toLon(20 * k), plane.toLat(100 * Math.sin(k / 12))])
  const found = areasOf([fence({ geometry: { type: 'LineString', coordinates: line.slice(0, 2), widthMeters: 60.4 } }), fence({ id: 'long', name: '巡线', geometry: { type: 'LineString', coordinates: line, widthMeters: 80 }, tells: { enter: true, leave: true, staySeconds: null, speedLimitKmh: null, overSeconds: 10 } })], options)
  const limit = { speedKmh: 40, overSeconds: 10 }
  assert.deepEqual(found.routes[0], { id: areaIdOf('f1'), name: '学校', entering: 'platform', corners: [0, 1].map((k) => ({ lon: line[k]![0], lat: line[k]![1], widthMeters: 60, limit, id: k + 1, segment: k + 1 })) })
  const long = found.routes[1]!
  assert.ok(long.corners.length <= 20 && long.corners.every((corner) => corner.limit === undefined))
  assert.deepEqual([long.corners[0], long.corners.at(-1)].map((corner) => [corner!.lon, corner!.lat]), [line[0], line.at(-1)])
  for (const version of ['2013', '2019'] as const) for (const command of areaCommands(found)) assert.equal(encodeCommand({ phone: '1', version }, command, 0).length, 1, `${command.type} ${version}`)
})

const refusals: [name: string, fence: AreaFence, because: string][] = [
  ['a hole', fence({ geometry: { type: 'Polygon', coordinates: [ring(4), ring(4, () => 100)] } }), 'area-has-holes'],
  ['the equator', fence({ geometry: { type: 'Polygon', coordinates: [[[117, -0.01], [117.1, -0.01], [117.1, 0.01], [117, -0.01]]] } }), 'area-in-two-hemispheres'],
  ['Greenwich', fence({ geometry: { type: 'Polygon', coordinates: [[[-0.01, 51], [0.01, 51], [0.01, 51.01], [-0.01, 51]]] } }), 'area-in-two-hemispheres'],
  ['sixty spikes', fence({ geometry: { type: 'Polygon', coordinates: [ring(120, (k) => (k % 2 ? 400 : 200))] } }), 'area-too-many-corners'],
  ['a route as broad as a quarter', fence({ geometry: { type: 'LineString', coordinates: ring(4).slice(0, 2), widthMeters: 300 } }), 'area-too-wide'],
  ['a route of sixty corners', fence({ geometry: { type: 'LineString', coordinates: ring(120, (k) => (k % 2 ? 400 : 200)), widthMeters: 60 } }), 'area-too-many-corners'],
  ['stays only', fence({ tells: { enter: false, leave: false, staySeconds: 600, speedLimitKmh: null, overSeconds: 10 } }), 'area-tells-nothing'],
]
for (const [name, one, because] of refusals) {
  test(`refused: ${name}: ${because}`, () => {
    const found = areasOf([one, fence({ id: 'other' })], options)
    assert.deepEqual(found.refused, [{ fence: one.id, because }])
    assert.equal(found.polygons.length, 1, 'the others are sent')
  })
}

test('a round outline of three hundred corners is sent with twenty', () => {
  const [polygon] = areasOf([fence({ geometry: { type: 'Polygon', coordinates: [ring(300)] } })], options).polygons
  assert.equal(polygon!.vertices.length, 20)
})

test('numbers are stable, 32 bits, never 0, and differ for a thousand fences; of two alike the second is refused', () => {
  // the published vectors of FNV-1a
  assert.deepEqual([areaIdOf('a'), areaIdOf('foobar')], [0xe40c292c, 0xbf9cf968])
  const random = seeded(4)
  const ids = Array.from({ length: 1000 }, () => areaIdOf(Array.from({ length: 36 }, () => 'abcdef0123456789-'[Math.floor(17 * random())]).join('')))
  assert.equal(new Set(ids).size, 1000)
  for (const id of ids) assert.ok(Number.isInteger(id) && id > 0 && id < 2 ** 32)
  assert.deepEqual(areasOf([fence(), fence()], options).refused, [{ fence: 'f1', because: 'area-id-taken' }])
})

const windows: [hours: AreaFence['hours'], at: string, zone: string, from: string, until: string][] = [
  [{ days: [3], from: '08:00', until: '18:00' }, '2026-01-07T12:00:00+08:00', 'Asia/Shanghai', '2026-01-07T08:00:00+08:00', '2026-01-07T18:00:00+08:00'],
  [{ days: [3], from: '08:00', until: '18:00' }, '2026-01-07T18:00:00+08:00', 'Asia/Shanghai', '2026-01-14T08:00:00+08:00', '2026-01-14T18:00:00+08:00'],
  [{ days: [2], from: '22:00', until: '06:00' }, '2026-01-07T03:00:00+08:00', 'Asia/Shanghai', '2026-01-06T22:00:00+08:00', '2026-01-07T06:00:00+08:00'],
  [{ days: [1, 2, 3, 4, 5, 6, 7], from: '22:00', until: '06:00' }, '2026-01-07T12:00:00+08:00', 'Asia/Shanghai', '2026-01-07T22:00:00+08:00', '2026-01-08T06:00:00+08:00'],
  [{ days: [7], from: '01:00', until: '23:00' }, '2026-03-27T12:00:00+01:00', 'Europe/Berlin', '2026-03-29T01:00:00+01:00', '2026-03-29T23:00:00+02:00'],
]
test('the window that is, or comes next, is sent, and when it is over they are sent again', () => {
  for (const [hours, now, timeZone, from, until] of windows) {
    const found = areasOf([fence({ hours })], { at: Date.parse(now), timeZone })
    const [polygon] = found.polygons
    assert.deepEqual([polygon!.from, polygon!.until, found.renewAt], [Date.parse(from), Date.parse(until), Date.parse(until)], now)
  }
})

test('whatever is not refused fits into frames of both versions', () => {
  const random = seeded(9)
  for (let round = 0; round < 200; round++) {
    const corners = 3 + Math.floor(random() * 60)
    const geometry: AreaFence['geometry'] = round % 3 ? { type: 'Polygon', coordinates: [ring(corners, () => 380 + 40 * random())] } : { type: 'Point', coordinates: [-70 + random(), -30], radiusMeters: 5 + 90_000 * random() }
    const hours = round % 2 ? { days: [1 + Math.floor(7 * random())], from: '21:30', until: '05:00' } : null
    const { circles, polygons } = areasOf([fence({ id: `f${round}`, geometry, hours })], options)
    for (const version of ['2013', '2019'] as const) {
      const terminal = { phone: '13912345678', version }
      for (const area of polygons) assert.ok(encodeCommand(terminal, { type: 'set-polygon', area }, 1).length >= 1)
      if (circles.length > 0) assert.ok(encodeCommand(terminal, { type: 'set-circles', action: 'update', areas: circles }, 1).length >= 1)
    }
  }
})

test('four corners along the meridians are a rectangle, whichever way round; leaning ones are a polygon', () => {
  const box = [[117.2, 28.3], [117.21, 28.3], [117.21, 28.31], [117.2, 28.31], [117.2, 28.3]]
  for (const corners of [box, box.toReversed(), [...box.slice(1, -1), box[0]!, box[1]!]]) {
    const { rectangles, polygons } = areasOf([fence({ geometry: { type: 'Polygon', coordinates: [corners] } })], options)
    assert.deepEqual([rectangles.map(({ west, south, east, north }) => [west, south, east, north]), polygons], [[[117.2, 28.3, 117.21, 28.31]], []])
  }
  const { rectangles, polygons } = areasOf([fence({ geometry: { type: 'Polygon', coordinates: [ring(4)] } })], options)
  assert.deepEqual([rectangles.length, polygons.length], [0, 1])
})

test('a set begins by taking away what was there, its lists update once and then append, and every message is one frame', () => {
  const many = Array.from({ length: 45 }, (_, n) => fence({ id: `c${n}`, name: '围栏'.repeat(15), geometry: { type: 'Point', coordinates: [117.2 + n / 1000, 28.3], radiusMeters: 200 }, hours: { days: [1, 2, 3, 4, 5, 6, 7], from: '08:00', until: '18:00' } }))
  for (const name of ['围栏'.repeat(30), '']) {
    const commands = areaCommands(areasOf([...many.map((one) => ({ ...one, name })), fence()], options))
    assert.deepEqual(commands.slice(0, 4).map((command) => 'shape' in command && command.shape), ['circles', 'rectangles', 'polygons', 'routes'])
    const lists = commands.flatMap((command) => (command.type === 'set-circles' ? [command] : []))
    assert.deepEqual(lists.map(({ action }) => action), ['update', ...Array.from({ length: lists.length - 1 }, () => 'append')])
    assert.equal(lists.flatMap(({ areas }) => areas).length, 45)
    assert.equal(commands.at(-1)!.type, 'set-polygon')
    for (const version of ['2013', '2019'] as const) for (const command of commands) assert.equal(encodeCommand({ phone: '1', version }, command, 0).length, 1, `${command.type} ${version}`)
  }
})
