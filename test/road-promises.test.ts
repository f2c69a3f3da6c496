/** What the road engine promises to people and programs on the command line, on the real command: results, and a clear word for every bad input. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { readGraphFile, writeGraph, type Extras } from '#core/graph/graph-file.ts'
import { encodeOsm, smallMap } from '#gateways/osm/small-map.ts'
import { gengfu, type Ended } from './command.ts'
import { guixi } from './own-house.ts'
import { temporaryFolder } from './serve.ts'

const folder = temporaryFolder('gengfu-road-promises-')
const at = (name: string) => join(folder, name)
const graph = at('guixi.graph')
const write = (name: string, content: string | Uint8Array) => {
  writeFileSync(at(name), content)
  return at(name)
}
let built: Ended

before(async () => void (built = await gengfu(['roads', 'build', '--osm', guixi, '--out', graph])))
after(() => rmSync(folder, { recursive: true, force: true }))

/** Ended well. */
function well(ended: Ended): Ended {
  assert.deepEqual([ended.code, ended.signal], [0, null], ended.err)
  return ended
}
const json = (ended: Ended) => JSON.parse(well(ended).out)

const places = { station: [117.2097, 28.2932], square: [117.2153, 28.2911], bridge: [117.235, 28.305] } as const
const tableOf = (rows: readonly (readonly [string, number, number])[]) => `id,lon,lat\n${rows.map((row) => row.join(',')).join('\n')}\n`
const all = () => write('all.csv', tableOf(Object.entries(places).map(([id, [lon, lat]]) => [id, lon, lat])))
const cellsOf = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => line.split(','))

// ——— what is promised ———

test('roads build: one file, and on standard output what is in it', async () => {
  const report = json(built)
  assert.deepEqual(Object.keys(report), ['nodes', 'edges', 'turns', 'seconds', 'bytes', 'dropped'])
  for (const name of ['nodes', 'edges', 'turns', 'bytes']) assert.ok(Number.isInteger(report[name]) && report[name] > 0, name)
  assert.equal(report.bytes, readFileSync(graph).length)
  assert.ok(report.seconds >= 0 && Object.values(report.dropped).every((count) => Number.isInteger(count)))

  const slow = write('slow.json', JSON.stringify({ foot: { kmh: 2.5 } }))
  well(await gengfu(['roads', 'build', '--osm', guixi, '--out', at('slow.graph'), '--profile', slow]))
  const walk = async (file: string) => json(await gengfu(['roads', 'route', '--graph', file, '--mode', 'foot', '--from', places.station.join(','), '--to', places.bridge.join(',')])).properties.seconds
  assert.ok((await walk(at('slow.graph'))) > 1.9 * (await walk(graph)), 'the operator’s own profile counts')
})

test('roads matrix: a row for each pair in order, and roads route says the same of the same pair', async () => {
  for (const mode of ['car', 'emergency', 'bike', 'foot']) {
    const out = at(`matrix-${mode}.csv`)
    const ended = well(await gengfu(['roads', 'matrix', '--graph', graph, '--from', all(), '--to', all(), '--mode', mode, '--out', out]))
    assert.deepEqual([ended.out, ended.err], ['', ''])
    const [head, ...rows] = cellsOf(out)
    assert.deepEqual(head, ['from', 'to', 'seconds', 'meters'])
    const names = Object.keys(places)
    assert.deepEqual(rows.map(([from, to]) => [from, to]), names.flatMap((from) => names.map((to) => [from, to])))
    for (const [from, to, seconds, meters] of mode === 'car' ? rows : rows.slice(1, 3)) {
      const [a, b] = [places[from as keyof typeof places], places[to as keyof typeof places]]
      const { properties, geometry, type } = json(await gengfu(['roads', 'route', '--graph', graph, '--mode', mode, '--from', a.join(','), '--to', b.join(',')]))
      assert.deepEqual([type, geometry.type, properties.mode], ['Feature', 'LineString', mode])
      assert.deepEqual([properties.seconds, properties.meters], [Number(seconds), Number(meters)], `${mode}, ${from} to ${to}`)
    }
  }
})

test('roads route: a line that begins and ends on the road, steps that add up, and how far off the road its ends were asked for', async () => {
  const { properties, geometry } = json(await gengfu(['roads', 'route', '--graph', graph, '--from', places.station.join(','), '--to', places.bridge.join(',')]))
  const sum = (of: 'seconds' | 'meters') => properties.steps.reduce((total: number, step: Record<string, number>) => total + step[of]!, 0)
  assert.ok(Math.abs(sum('seconds') - properties.seconds) < 0.01 && Math.abs(sum('meters') - properties.meters) < 1)
  assert.deepEqual([properties.steps[0].turn, properties.steps.at(-1).turn], ['depart', 'arrive'])
  assert.ok(geometry.coordinates.every(([lon, lat]: number[]) => lon! > 117 && lon! < 118 && lat! > 28 && lat! < 29))
  assert.ok(Math.hypot((places.bridge[0] - geometry.coordinates.at(-1)[0]) * 98_000, (places.bridge[1] - geometry.coordinates.at(-1)[1]) * 111_195) - properties.snappedToMeters < 2)
  const onRoad = json(await gengfu(['roads', 'route', '--graph', graph, '--from', geometry.coordinates[0].join(','), '--to', geometry.coordinates.at(-1).join(',')]))
  assert.ok(onRoad.properties.snappedFromMeters < 0.2 && onRoad.properties.snappedToMeters < 0.2, 'on the road nothing is snapped')
  assert.ok(properties.snappedToMeters > 100, 'a place in a field is seen to be one')
})

test('roads isochrone: an area for each time, the smaller within the larger', async () => {
  const { type, features } = json(await gengfu(['roads', 'isochrone', '--graph', graph, '--minutes', '10,5', '--from', places.square.join(',')]))
  assert.equal(type, 'FeatureCollection')
  assert.deepEqual(features.map(({ properties }: any) => properties.minutes), [5, 10])
  assert.ok(features[0].properties.roadMeters < features[1].properties.roadMeters)
  for (const { geometry } of features) {
    assert.equal(geometry.type, 'MultiPolygon')
    for (const ring of geometry.coordinates.flat()) assert.deepEqual(ring[0], ring.at(-1))
  }
})

test('roads check: no difference in times and lengths for all four modes, closures and other speeds included; a planted one is found', async () => {
  const report = json(await gengfu(['roads', 'check', '--graph', graph, '--pairs', '240', '--seed', '3']))
  assert.deepEqual([report.seed, report.differences, report.examples, Object.keys(report.modes)], [3, 0, [], ['car', 'emergency', 'bike', 'foot']])
  assert.ok(report.pairs === 960 && report.reachable > 300)

  // a decimetre more on every shortcut for those on foot: no time is wrong, only lengths
  const { graph: roads, extras } = readGraphFile(Uint8Array.from(readFileSync(graph)))
  const planted: Record<string, Extras[string]> = { ...extras }
  for (const [name, array] of Object.entries(extras)) if (name.startsWith('foot.hierarchy.') && array instanceof Float64Array) planted[name] = array.map((cost) => cost + 1)
  const ended = await gengfu(['roads', 'check', '--graph', write('planted.graph', writeGraph(roads, planted)), '--pairs', '240', '--seed', '3'])
  assert.equal(ended.code, 1)
  const found = JSON.parse(ended.out)
  assert.ok(found.modes.foot.differences > 0 && found.differences === found.modes.foot.differences, ended.out)
  assert.match(found.examples[0], /^foot, .*buckets.* expected \d+ ms and [\d.]+ m$/)
})

test('tables as people keep them: a mark of the byte order, carriage returns, quotes, other columns, empty lines; their ids come back whole', async () => {
  const rows = '\uFEFFname,"ID", lat ,lon\r\n"所, 一","a ""1"", x",28.2932,117.2097\r\n\r\nb,二,28.2911,117.2153'
  const from = write('people.csv', rows)
  const out = at('people-out.csv')
  well(await gengfu(['roads', 'matrix', '--graph', graph, '--from', from, '--to', all(), '--mode', 'car', '--out', out]))
  const lines = readFileSync(out, 'utf8').trimEnd().split('\n')
  assert.ok(lines[1]!.startsWith('"a ""1"", x",station,0,0'), lines[1])
  assert.ok(lines[4]!.startsWith('二,station,') && lines.length === 7, lines[4])
})

test('a point that no road leads to has empty cells, and it is said; to a pipe the table is written as it comes', async () => {
  const to = write('far.csv', tableOf([['near', ...places.square], ['sea', 122.5, 29.5]]))
  execFileSync('mkfifo', [at('pipe')])
  const reading = readFile(at('pipe'), 'utf8')
  const ended = well(await gengfu(['roads', 'matrix', '--graph', graph, '--from', to, '--to', to, '--mode', 'car', '--out', at('pipe')]))
  assert.equal(await reading, 'from,to,seconds,meters\nnear,near,0,0\nnear,sea,,\nsea,near,,\nsea,sea,,\n')
  assert.match(ended.err, /far\.csv: 1 of 2 points lie farther than 1000 m from any road open to car/)
})

test('match: the arcs of a network that a track drove, one a line, in order', async () => {
  // a straight road of five nodes, 200 m apart, both ways: arcs 0–3 there, 4–7 back; driven there
  const nodes = Array.from({ length: 5 }, (_, i) => `${8.6 + 0.0028 * i}\t49.4`)
  const arcs = [...Array.from({ length: 4 }, (_, i) => `${i}\t${i + 1}`), ...Array.from({ length: 4 }, (_, i) => `${i + 1}\t${i}`)]
  mkdirSync(at('net'))
  write('net/town.nodes', `${nodes.join('\n')}\n`)
  write('net/town.arcs', `${arcs.join('\r\n')}\r\n`)
  const track = write('town.track', Array.from({ length: 50 }, (_, s) => `${8.6003 + 0.0002 * s}\t49.40002\t${s}`).join('\n'))
  const ended = well(await gengfu(['match', '--network', at('net'), '--track', track]))
  assert.equal(ended.out, '0\n1\n2\n3\n')
})

// ——— bad input ———

/** What was there before stays as it was, and nothing else is left behind. */
async function refused(what: string, words: readonly string[], code: number, ...said: readonly RegExp[]): Promise<void> {
  const out = words[words.indexOf('--out') + 1]
  const before = readdirSync(folder).sort()
  const kept = words.includes('--out') && existsSync(out!) && !out!.endsWith('folder') ? readFileSync(out!) : undefined
  const ended = await gengfu(words)
  assert.equal(ended.code, code, `${what}: ${ended.err}`)
  assert.equal(ended.out, '', what)
  for (const pattern of said) assert.match(ended.err, pattern, what)
  assert.doesNotMatch(ended.err, /\n\s+at /, `${what}: a sentence, not a stack`)
  assert.deepEqual(readdirSync(folder).sort(), before, `${what}: nothing is left behind`)
  if (kept) assert.deepEqual(readFileSync(out!), kept, `${what}: what was there is there still`)
}

test('a table that is none is refused with file, row, what was found and what was expected', async () => {
  write('kept.csv', 'as it was')
  const good = all()
  const bad: [what: string, content: string | Uint8Array, said: RegExp][] = [
    ['empty', '', /is empty\. Expected a table with the first row id,lon,lat/],
    ['a head alone', 'id,lon,lat\n', /no point below its first row/],
    ['another head', 'name,x,y\na,1,2\n', /first row is "name,x,y", expected the columns id,lon,lat/],
    ['semicolons', 'id;lon;lat\na;1;2\n', /first row is "id;lon;lat", expected .* with commas between/],
    ['a column twice', 'id,lon,lat,lat\na,1,2,3\n', /one column lat/],
    ['no number', 'id,lon,lat\na,117.2,north\n', /row 2: lat is "north", expected a number of degrees from -90 to 90/],
    ['a decimal comma', 'id,lon,lat\na,117,2,28,3\n', /row 2: 5 cells in "a,117,2,28,3", expected 3/],
    ['an empty cell', 'id,lon,lat\na,117.2,28.2\nb,,28.2\n', /row 3: lon is "", expected a number/],
    ['a number for machines', 'id,lon,lat\na,0x75,28.2\n', /row 2: lon is "0x75"/],
    ['out of range', 'id,lon,lat\na,200,28.2\n', /row 2: lon is "200", expected a number of degrees from -180 to 180/],
    ['swapped, beyond any map', 'id,lon,lat\na,28.2,117.2\n', /row 2: lat is "117\.2".* Are lon and lat swapped\?/],
    ['a row too short', 'id,lon,lat\na,117.2\n', /row 2: 2 cells/],
    ['an id twice', 'id,lon,lat\na,117.2,28.2\nb,117.2,28.2\na,117.3,28.2\n', /row 4: the id "a" is that of row 2 already/],
    ['no id', 'id,lon,lat\n,117.2,28.2\n', /row 2: the id is empty/],
    ['a quote without end', 'id,lon,lat\n"a,117.2,28.2\n', /a quote in row 2 has no end/],
    ['another encoding', Uint8Array.from([...Buffer.from('id,lon,lat\n'), 0xb9, 0xf0, ...Buffer.from(',117.2,28.2\n')]), /not text in UTF-8/],
  ]
  for (const [what, content, said] of bad) {
    const path = write('bad.csv', content)
    await refused(what, ['roads', 'matrix', '--graph', graph, '--from', path, '--to', good, '--mode', 'car', '--out', at('kept.csv')], 1, said, /bad\.csv/)
  }
  const path = write('bad.csv', 'id,lon,lat\na,1,2\na,3,4\n')
  await refused('in the other table', ['roads', 'matrix', '--graph', graph, '--from', good, '--to', path, '--mode', 'car', '--out', at('none.csv')], 1, /bad\.csv, row 3/)
})

test('coordinates that are swapped within their ranges are told by the map', async () => {
  const drawn = smallMap({ nodes: { a: [0, 0], b: [900, 0] }, ways: { 1: ['a b', { highway: 'residential' }] } })
  const moved = { ...drawn, nodeLonLat: drawn.nodeLonLat.map((value, i) => value - (i % 2 === 0 ? 107e7 : 8e7)) } // to 10° E, 20° N
  well(await gengfu(['roads', 'build', '--osm', write('small.osm.pbf', encodeOsm(moved)), '--out', at('small.graph')]))
  const [right, swapped] = [write('right.csv', tableOf([['a', 10.001, 20]])), write('swapped.csv', tableOf([['a', 10.001, 20], ['b', 20, 10.001]]))]
  const words = (to: string) => ['roads', 'matrix', '--graph', at('small.graph'), '--from', right, '--to', to, '--mode', 'car', '--out', at('small.csv')]
  well(await gengfu(words(right)))
  await refused('swapped', words(swapped), 1, /swapped\.csv: the point "b" \(lon 20, lat 10\.001\) lies outside of the map .*and on it with lon and lat swapped\. Swap the columns\./)
})

test('road files that are not: another program’s, cut short, changed, of another version, missing', async () => {
  const whole = readFileSync(graph)
  const changed = (index: number, value: (byte: number) => number) => whole.map((byte, i) => (i === index ? value(byte) : byte))
  const points = all()
  const bad: [what: string, bytes: string | Uint8Array, said: RegExp][] = [
    ['empty', '', /Road file of 0 bytes, expected at least 32/],
    ['another program’s', 'PK'.repeat(100), /not a road file of Gengfu/],
    ['cut short', whole.subarray(0, whole.length - 1000), /it was cut short/],
    ['changed', changed(whole.length >> 1, (byte) => byte ^ 1), /wrong checksum/],
    ['another version', changed(8, (byte) => byte + 1), /format \d+, expected \d+/],
  ]
  for (const [what, bytes, said] of bad) {
    const path = write('bad.graph', bytes)
    const words: string[][] = [
      ['route', '--from', '117.2,28.2', '--to', '117.2,28.2'],
      ['isochrone', '--from', '117.2,28.2', '--minutes', '5'],
      ['check'],
      ['matrix', '--from', points, '--to', points, '--out', at('none.csv')],
    ]
    for (const [verb, ...rest] of words) await refused(`${what}: ${verb}`, ['roads', verb!, '--graph', path, ...rest], 1, said, /bad\.graph cannot be used: .* Expected a file of "gengfu roads build .*make it again/)
  }
  await refused('missing', ['roads', 'check', '--graph', at('nowhere.graph')], 1, /nowhere\.graph cannot be read .*ENOENT/)
})

test('maps and profiles that are not: no PBF, cut short, without roads, missing; a profile that is not one', async () => {
  write('kept.graph', 'as it was')
  const map = readFileSync(guixi)
  const bad: [what: string, bytes: string | Uint8Array, said: RegExp][] = [
    ['a picture', '\x89PNG....'.repeat(100), /broken at byte 0/],
    ['empty', '', /broken at byte 0/],
    ['cut short', map.subarray(0, 30_000), /broken at byte \d+/],
    ['the sea', encodeOsm(smallMap({ nodes: { a: [0, 0], b: [9, 0] }, ways: { 1: ['a b', { route: 'ferry' }] } })), /no roads.*highway=/],
  ]
  for (const [what, bytes, said] of bad) await refused(what, ['roads', 'build', '--osm', write('bad.osm.pbf', bytes), '--out', at('kept.graph')], 1, said, /bad\.osm\.pbf/)
  await refused('missing', ['roads', 'build', '--osm', at('nowhere.osm.pbf'), '--out', at('kept.graph')], 1, /nowhere\.osm\.pbf cannot be read/)
  for (const [what, text, said] of [['no JSON', '{', /not JSON/], ['an unknown word', '{"warp":9}', /warp/]] as const) {
    await refused(`profile: ${what}`, ['roads', 'build', '--osm', guixi, '--profile', write('bad.json', text), '--out', at('kept.graph')], 1, said, /bad\.json cannot be used as a profile/)
  }
})

test('results that cannot be written are refused by name, and what was there stays', async () => {
  const points = all()
  mkdirSync(at('a-folder'))
  for (const [out, said] of [[join(folder, 'nowhere', 'out.csv'), /nowhere\/out\.csv cannot be written .*ENOENT/], [at('a-folder'), /a-folder is a folder\. Expected a file/]] as const) {
    await refused('matrix', ['roads', 'matrix', '--graph', graph, '--from', points, '--to', points, '--mode', 'car', '--out', out], 1, said)
    await refused('build', ['roads', 'build', '--osm', guixi, '--out', out], 1, said)
  }
})

test('a result is never written over its own input, nor over a file that may not be written', async (t) => {
  const points = all()
  write('twin.graph', readFileSync(graph))
  symlinkSync('all.csv', at('link.csv'))
  const matrix = (out: string) => ['roads', 'matrix', '--graph', at('twin.graph'), '--from', points, '--to', points, '--mode', 'car', '--out', out]
  for (const out of [points, at('twin.graph'), at('link.csv')]) await refused(`over ${out}`, matrix(out), 1, /is read and would be overwritten\. Give another file with --out/)
  write('map.osm.pbf', readFileSync(guixi))
  await refused('over its map', ['roads', 'build', '--osm', at('map.osm.pbf'), '--out', at('map.osm.pbf')], 1, /map\.osm\.pbf is read and would be overwritten/)

  if (process.getuid?.() !== 0) return t.diagnostic('not root: the file that may not be written was not tried')
  chmodSync(folder, 0o777)
  chmodSync(write('locked.csv', 'as it was'), 0o444)
  const ended = await gengfu(matrix(at('locked.csv')), { uid: 65534 })
  assert.equal(ended.code, 1)
  assert.match(ended.err, /locked\.csv cannot be written .*EACCES/)
  assert.equal(readFileSync(at('locked.csv'), 'utf8'), 'as it was')
})

test('words that mean nothing are refused with what was expected', async () => {
  const way = ['roads', 'route', '--graph', graph, '--from', '117.21,28.29', '--to']
  const wrong: [words: string[], said: RegExp][] = [
    [['roads', 'fly'], /"roads fly" is unknown; expected roads build, matrix, route, isochrone or check/],
    [[...way, '117.21,28.29', '--mode', 'tank'], /--mode tank: expected car, emergency, bike, foot/],
    [[...way, '117.21'], /--to 117\.21: expected LON,LAT/],
    [[...way, '28.29,117.21'], /--to 28\.29,117\.21: expected LON,LAT/],
    [[...way, 'here,there'], /expected LON,LAT/],
    [way, /--to/],
    [['roads', 'route', '--graph', graph], /needs --from/],
    [['roads', 'isochrone', '--graph', graph, '--from', '117.21,28.29', '--minutes', 'soon'], /--minutes soon: expected a number/],
    [['roads', 'check', '--graph', graph, '--pairs', 'many'], /--pairs many: expected a whole number/],
    [['roads', 'matrix', '--graph', graph, '--from', 'a.csv'], /needs --to CSV/],
    [['match', '--network', folder], /match needs --track FILE/],
  ]
  for (const [words, said] of wrong) await refused(words.join(' '), words, 2, said)
  await refused('off the map', [...way, '10,50'], 1, /10,50 lies farther than 1000 m from any road open to car/)
})

test('match: tables that are none are refused with file and row', async () => {
  const track = write('t.track', '8.6\t49.4\t0\n')
  const net = (name: string, nodes: string, arcs: string) => {
    mkdirSync(at(name), { recursive: true })
    write(`${name}/x.nodes`, nodes)
    write(`${name}/x.arcs`, arcs)
    return at(name)
  }
  const good = net('good-net', '8.6\t49.4\n8.61\t49.4\n', '0\t1\n')
  const cases: [words: string[], said: RegExp][] = [
    [['--network', at('no-net'), '--track', track], /no-net/],
    [['--network', good, '--track', at('no.track')], /no\.track/],
    [['--network', net('bad-net', '8.6\t49.4\n', '0\t9\n'), '--track', track], /x\.arcs, row 1: found node 9, expected a whole number/],
    [['--network', net('odd-net', '8.6,49.4\n', '0\t0\n'), '--track', track], /x\.nodes, row 1: found 1 columns/],
    [['--network', net('empty-net', '', ''), '--track', track], /x\.arcs: found no rows/],
    [['--network', good, '--track', write('empty.track', '')], /empty\.track: found no rows/],
    [['--network', good, '--track', write('words.track', 'lon\tlat\tseconds\n')], /words\.track, row 1: found lon "lon", expected a number/],
    [['--network', good, '--track', write('swapped.track', '49.4\t108.6\t0\n')], /swapped\.track, row 1: found lon 49\.4, lat 108\.6, expected/],
    [['--network', good, '--track', write('elsewhere.track', '20\t10\t0\n20.001\t10\t5\n')], /elsewhere\.track: found no place on the roads/],
  ]
  for (const [words, said] of cases) await refused(words.join(' '), ['match', ...words], 1, said)
})
