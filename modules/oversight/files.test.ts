/** The files of an export: what they hold is what was there, whoever reads them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import type { PastFixes } from './deps.ts'
import { fileOf, type ExportedUnit } from './export-playback.ts'
import { geojsonFeatures, geojsonHead, geojsonTail } from './geojson.ts'
import { gpxHead, gpxTail, gpxTrack } from './gpx.ts'
import { rowsAtOnce } from './pieces.ts'
import { positionsHead, positionsLines } from './positions-csv.ts'
import { gapMsMax, stretchesOf } from './stretches.ts'
import { packed, unpacked } from './track.ts'

const T0 = Date.UTC(2026, 10, 22, 8)

/** A seeded track: gaps, jumps, silences of the receiver, both hemispheres. */
function someFixes(seed: number, count: number): PastFixes {
  const random = seeded(seed)
  let at = T0
  const rows = Array.from({ length: count }, () => {
    at += random() < 0.05 ? gapMsMax + 1 + Math.floor(random() * 1e6) : Math.floor(random() * 20_000)
    return {
      fixAt: at,
      lon: Math.round((random() - 0.5) * 360e6),
      lat: Math.round((random() - 0.5) * 180e6),
      speed: random() < 0.2 ? -1 : Math.floor(random() * 4000),
      course: random() < 0.2 ? -1 : Math.floor(random() * 360),
      flagged: random() < 0.1 ? 1 : 0,
    }
  })
  const row = (name: keyof (typeof rows)[number]) => rows.map((each) => each[name])
  return { fixAt: row('fixAt'), lon: row('lon'), lat: row('lat'), speed: row('speed'), course: row('course'), flagged: row('flagged') }
}

const about = { name: 'positions & more', reason: '投诉 <核查> "b" \u0007', madeAt: T0 }
const unit: ExportedUnit = { id: 'u1', callSign: `巡1 & <"'>\u0001`, kind: 'car', agency: 'jx.guixi', agencyName: '=雄石派出所,"a"' }

// ——— stretches ———

test('stretches: a slow walk over the fixes gives the same', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const fixes = someFixes(seed, 80)
    const [first, last] = [fixes.fixAt[0]!, fixes.fixAt.at(-1)!]
    const middle = first + Math.floor((last - first) / 2)
    const shifts = seed % 3 === 0 ? [] : seed % 3 === 1 ? ([[first, null]] as const) : ([[first, middle], [middle, null]] as const)
    const found = stretchesOf(fixes, shifts)
    const kept = fixes.fixAt.map((_, index) => index).filter((index) => fixes.flagged[index] === 0)
    assert.deepEqual(found.flat(), kept, `seed ${seed}: every believed fix, once, in order`)
    for (let n = 1; n < kept.length; n++) {
      const [a, b] = [fixes.fixAt[kept[n - 1]!]!, fixes.fixAt[kept[n]!]!]
      const parted = b - a > gapMsMax || (shifts.length === 2 && a < middle && b >= middle)
      const together = found.some((stretch) => stretch.includes(kept[n - 1]!) && stretch.includes(kept[n]!))
      assert.equal(together, !parted, `seed ${seed}, fix ${kept[n]}`)
    }
  }
})

// ——— how positions travel ———

test('rows packed are rows unpacked, whatever they were', () => {
  for (let seed = 1; seed <= 30; seed++) {
    const fixes = someFixes(seed, seed * 3 - 3)
    const track = packed(7, fixes, T0)
    assert.deepEqual(unpacked(JSON.parse(JSON.stringify(track)), T0), fixes, `seed ${seed}`)
    assert.ok(track.t.every((step) => step >= 0))
  }
})

// ——— GPX ———

type Element = { readonly name: string; readonly attributes: Readonly<Record<string, string>>; readonly children: Element[]; text: string }

/** As much of XML as GPX is made of; throws where a tag is not closed in its turn or a letter is not allowed. */
function parseXml(source: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  const text = (value: string) => {
    assert.doesNotMatch(value, /&(?!(amp|lt|gt|quot|apos);)|</, `not XML: ${value}`)
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    assert.doesNotMatch(value, /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/, 'a letter that XML does not know')
    return value.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" })[name]!)
  }
  const body = source.replace(/^<\?xml [^?]*\?>\n/, '')
  assert.notEqual(body, source, 'an XML declaration first')
  let at = 0
  for (const match of body.matchAll(/<(\/?)([\w:]+)((?: [\w:]+="[^"]*")*)>/g)) {
    open.at(-1)!.text += text(body.slice(at, match.index))
    at = match.index + match[0].length
    if (match[1]) assert.equal(open.pop()!.name, match[2])
    else {
      const attributes = Object.fromEntries([...match[3]!.matchAll(/ ([\w:]+)="([^"]*)"/g)].map(([, name, value]) => [name!, text(value!)]))
      const element: Element = { name: match[2]!, attributes, children: [], text: '' }
      open.at(-1)!.children.push(element)
      open.push(element)
    }
  }
  assert.equal(open.length, 1, 'everything is closed')
  assert.equal(body.slice(at).trim(), '')
  return root.children[0]!
}

/** What gpx.xsd says of the elements that we write: which children, in which order, and which may come again. */
const schema: Readonly<Record<string, { readonly order: readonly string[]; readonly again: readonly string[]; readonly must: readonly string[] }>> = {
  gpx: { order: ['metadata', 'wpt', 'rte', 'trk', 'extensions'], again: ['wpt', 'rte', 'trk'], must: ['version', 'creator'] },
  metadata: { order: ['name', 'desc', 'author', 'copyright', 'link', 'time', 'keywords', 'bounds', 'extensions'], again: ['link'], must: [] },
  trk: { order: ['name', 'cmt', 'desc', 'src', 'link', 'number', 'type', 'extensions', 'trkseg'], again: ['link', 'trkseg'], must: [] },
  trkseg: { order: ['trkpt', 'extensions'], again: ['trkpt'], must: [] },
  trkpt: { order: ['ele', 'time', 'magvar', 'geoidheight', 'name', 'cmt', 'desc', 'src', 'link', 'sym', 'type', 'fix', 'sat', 'hdop', 'vdop', 'pdop', 'ageofdgpsdata', 'dgpsid', 'extensions'], again: ['link'], must: ['lat', 'lon'] },
}
function holdsToSchema(element: Element): void {
  const rule = schema[element.name]
  if (!rule) return
  for (const name of rule.must) assert.ok(name in element.attributes, `${element.name} without ${name}`)
  let last = -1
  for (const { name } of element.children) {
    const place = rule.order.indexOf(name)
    assert.ok(place >= 0, `${element.name} may not hold ${name}`)
    assert.ok(place > last || (place === last && rule.again.includes(name)), `${name} is out of its turn in ${element.name}`)
    last = place
  }
  for (const child of element.children) {
    if (child.name === 'time') assert.match(child.text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    holdsToSchema(child)
  }
}

test('GPX: holds to the schema’s order, and reading it gives every believed fix back', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const fixes = someFixes(seed, 60)
    const stretches = stretchesOf(fixes, [[T0, null]])
    const gpx = parseXml(gpxHead(about) + [...gpxTrack(unit, fixes, stretches), ...gpxTrack({ ...unit, callSign: '巡2' }, fixes, stretches)].join('') + gpxTail)
    assert.deepEqual([gpx.name, gpx.attributes.version, gpx.attributes.xmlns], ['gpx', '1.1', 'http://www.topografix.com/GPX/1/1'])
    holdsToSchema(gpx)
    const [metadata, ...tracks] = gpx.children
    assert.deepEqual(metadata!.children.map(({ text }) => text), ['positions & more', '投诉 <核查> "b" ', '2026-11-22T08:00:00.000Z'])
    assert.deepEqual(tracks.map((track) => track.children[0]!.text), [`巡1 & <"'>`, '巡2'], 'a letter that XML does not know is left out')
    for (const track of tracks) {
      const read = track.children.filter(({ name }) => name === 'trkseg').map((segment) =>
        segment.children.map((point) => {
          const said = point.children.find(({ name }) => name === 'extensions')?.children[0]?.children ?? []
          const value = (name: string) => said.find((each) => each.name === `gpxtpx:${name}`)?.text
          assert.ok(Math.abs(Number(point.attributes.lat)) <= 90 && Math.abs(Number(point.attributes.lon)) <= 180)
          return {
            fixAt: Date.parse(point.children[0]!.text),
            lon: Math.round(Number(point.attributes.lon) * 1e6),
            lat: Math.round(Number(point.attributes.lat) * 1e6),
            course: Number(value('course') ?? -1),
            // metres a second with two digits hold tenths of km/h
            speed: value('speed') === undefined ? -1 : Math.round(Number(value('speed')) * 36),
          }
        }),
      )
      const expected = stretches.map((stretch) => stretch.map((n) => ({ fixAt: fixes.fixAt[n], lon: fixes.lon[n], lat: fixes.lat[n], course: fixes.course[n], speed: fixes.speed[n] })))
      assert.deepEqual(read, expected, `seed ${seed}`)
    }
  }
})

test('GPX: a unit without a believed fix has no track, and an empty look is a valid file', () => {
  const fixes = { ...someFixes(1, 2), flagged: [1, 1] }
  assert.deepEqual([...gpxTrack(unit, fixes, stretchesOf(fixes, []))], [])
  holdsToSchema(parseXml(gpxHead(about) + gpxTail))
})

// ——— GeoJSON ———

test('GeoJSON: a line for each stretch, its rows as long as it; one fix alone is a point', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const fixes = someFixes(seed, 60)
    const stretches = stretchesOf(fixes, [[T0, null]])
    const text = geojsonHead(about) + [...geojsonFeatures(unit, fixes, stretches, false), ...geojsonFeatures(unit, fixes, [], true)].join('') + geojsonTail
    const { type, features } = JSON.parse(text) as { type: string; features: { geometry: { type: string; coordinates: never }; properties: { callSign: string; coordinateProperties: Record<string, (string | number | null)[]> } }[] }
    assert.equal(type, 'FeatureCollection')
    assert.equal(features.length, stretches.length)
    for (const [n, stretch] of stretches.entries()) {
      const { geometry, properties } = features[n]!
      const places = stretch.map((index) => [fixes.lon[index]! / 1e6, fixes.lat[index]! / 1e6])
      assert.deepEqual(geometry, stretch.length > 1 ? { type: 'LineString', coordinates: places } : { type: 'Point', coordinates: places[0] })
      assert.equal(properties.callSign, unit.callSign)
      assert.deepEqual(properties.coordinateProperties.times!.map((time) => Date.parse(String(time))), stretch.map((index) => fixes.fixAt[index]))
      assert.deepEqual(properties.coordinateProperties.speedsKmh, stretch.map((index) => (fixes.speed[index]! < 0 ? null : fixes.speed[index]! / 10)))
      assert.deepEqual(properties.coordinateProperties.coursesDeg, stretch.map((index) => (fixes.course[index]! < 0 ? null : fixes.course[index]!)))
    }
  }
})

// ——— CSV ———

test('CSV: a line for every fix, jumps marked; times both in UTC and in the town’s zone; nothing that a spreadsheet runs', () => {
  const fixes: PastFixes = { fixAt: [T0, T0 + 5000], lon: [117_200_001, -500_000], lat: [28_290_000, 0], speed: [305, -1], course: [359, -1], flagged: [0, 1] }
  assert.equal(
    positionsHead('zh') + [...positionsLines(unit, fixes, 'Asia/Shanghai')].join(''),
    '\ufeff呼号,单位,时间_UTC,当地时间,经度,纬度,速度_kmh,航向_度,可疑跳变\r\n' +
      `"巡1 & <""'>\u0001","'=雄石派出所,""a""",2026-11-22T08:00:00.000Z,2026-11-22 16:00:00,117.200001,28.29,30.5,359,0\r\n` +
      `"巡1 & <""'>\u0001","'=雄石派出所,""a""",2026-11-22T08:00:05.000Z,2026-11-22 16:00:05,-0.5,0,,,1\r\n`,
  )
  assert.match(positionsHead('en'), /^\ufeffcall_sign,agency,/)
})

// ——— in pieces ———

test('a file in pieces is the file made at once, to the byte, and no piece holds more than some thousand rows', () => {
  const zone = 'Asia/Shanghai'
  const others = [{ ...unit, id: 'u2', callSign: '没有位置' }, { ...unit, id: 'u3', callSign: '巡3' }, { ...unit, id: 'u4', callSign: '一点' }]
  const tracks = [someFixes(1, 3 * rowsAtOnce + 17), someFixes(2, 0), { ...someFixes(3, 2 * rowsAtOnce), flagged: Array.from({ length: 2 * rowsAtOnce }, () => 0), fixAt: Array.from({ length: 2 * rowsAtOnce }, (_, n) => T0 + n * 5000) }, someFixes(4, 1)].map((fixes, n) => ({ unit: [unit, ...others][n]!, shifts: [[T0, null]] as const, fixes }))
  const known = (value: number, of: number) => (value < 0 ? null : value / of)
  const features = tracks.flatMap(({ unit: { id, callSign, agency, agencyName, kind }, shifts, fixes }) =>
    stretchesOf(fixes, shifts).map((stretch) => {
      const places = stretch.map((index) => [fixes.lon[index]! / 1e6, fixes.lat[index]! / 1e6])
      const coordinateProperties = { times: stretch.map((index) => new Date(fixes.fixAt[index]!).toISOString()), speedsKmh: stretch.map((index) => known(fixes.speed[index]!, 10)), coursesDeg: stretch.map((index) => known(fixes.course[index]!, 1)) }
      return JSON.stringify({ type: 'Feature', geometry: places.length > 1 ? { type: 'LineString', coordinates: places } : { type: 'Point', coordinates: places[0] }, properties: { unit: id, callSign, agency, agencyName, kind, coordinateProperties } })
    }),
  )
  const pieces = { geojson: [...fileOf('geojson', about, tracks, 'zh', zone)], csv: [...fileOf('csv', about, tracks, 'zh', zone)], gpx: [...fileOf('gpx', about, tracks, 'zh', zone)] }
  assert.equal(pieces.geojson.join(''), geojsonHead(about) + features.join(',\n') + geojsonTail)
  const one = (fixes: PastFixes, index: number): PastFixes => ({ fixAt: [fixes.fixAt[index]!], lon: [fixes.lon[index]!], lat: [fixes.lat[index]!], speed: [fixes.speed[index]!], course: [fixes.course[index]!], flagged: [fixes.flagged[index]!] })
  const lines = tracks.flatMap(({ unit: of, fixes }) => fixes.fixAt.map((_, index) => [...positionsLines(of, one(fixes, index), zone)].join('')))
  assert.equal(pieces.csv.join(''), positionsHead('zh') + lines.join(''))
  const believed = tracks.reduce((sum, { fixes }) => sum + fixes.flagged.filter((flag) => flag === 0).length, 0)
  assert.equal(pieces.gpx.join('').match(/<trkpt /g)!.length, believed)
  holdsToSchema(parseXml(pieces.gpx.join('')))
  for (const piece of Object.values(pieces).flat()) assert.ok((piece.match(/\dT\d\d:/g)?.length ?? 0) <= rowsAtOnce)
})
