import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { buildGraph } from '#core/graph/build.ts'
import { gazetteerOf } from '#gateways/osm/gazetteer.ts'
import { romanised, soundsOf } from '#gateways/osm/names.ts'
import { readOsm } from '#gateways/osm/pbf.ts'
import { roadsOf } from '#gateways/osm/roads.ts'
import { sayPlace } from './say-place.ts'
import { search, searchIndex, type Near } from './search.ts'

function town(file: string) {
  const data = readOsm(readFileSync(new URL(`../../demo/${file}`, import.meta.url)))
  const roads = roadsOf(data)
  const graph = buildGraph(roads.input)
  const gazetteer = gazetteerOf(data, roads, graph)
  const index = searchIndex(gazetteer, soundsOf)
  return { graph, gazetteer, find: (text: string, near?: Near) => search(index, text, 8, near) }
}
const guixi = town('guixi/guixi.osm.pbf')
const portland = town('portland/portland-central.osm.pbf')

/** What is typed, and what must come first. */
const inGuixi: [typed: string, kind: string, name: string][] = [
  ['贵溪大道', 'street', '贵溪大道'],
  ['贵溪大', 'street', '贵溪大道'],
  ['溪大道', 'street', '贵溪大道'],
  ['guixidadao', 'street', '贵溪大道'],
  ['GuixiDaDao', 'street', '贵溪大道'],
  ['gui xi da dao', 'street', '贵溪大道'],
  ['gxdd', 'street', '贵溪大道'],
  ['guixidd', 'street', '贵溪大道'],
  ['gui溪大d', 'street', '贵溪大道'],
  ['桂溪大道', 'street', '贵溪大道'],
  ['贵溪打道', 'street', '贵溪大道'],
  ['guixidadoa', 'street', '贵溪大道'],
  ['Guixi Avenue', 'street', '贵溪大道'],
  ['guixi ave', 'street', '贵溪大道'],
  ['贵溪', 'poi', '贵溪'],
  ['贵溪市', 'place', '贵溪市'],
  ['雄石东', 'street', '雄石东路'],
  ['xsdl', 'street', '雄石东路'],
  ['xiongsidonglu', 'street', '雄石东路'],
  ['四中', 'poi', '贵溪市第四中学'],
  ['dszx', 'poi', '贵溪市第四中学'],
  ['花园社区', 'place', '花园社区'],
  ['政府', 'poi', '贵溪市人民政府'],
  ['建设路/站前路', 'crossing', '建设路/站前路'],
  ['站前路/建设路', 'crossing', '建设路/站前路'],
  ['建设路与站前路', 'crossing', '建设路/站前路'],
  ['建设路和站前路交叉口', 'crossing', '建设路/站前路'],
  ['建设路站前路路口', 'crossing', '建设路/站前路'],
  ['建设路 站前路', 'crossing', '建设路/站前路'],
  ['jsl zql', 'crossing', '建设路/站前路'],
  ['jsl/zql', 'crossing', '建设路/站前路'],
  ['建设路／站前路口', 'crossing', '建设路/站前路'],
]
for (const [typed, kind, name] of inGuixi) {
  test(`Guixi: "${typed}" is ${name}`, () => {
    const [first] = guixi.find(typed)
    assert.deepEqual([first?.entry.kind, first?.entry.name], [kind, name])
  })
}

const inPortland: [typed: string, kind: string, name: string][] = [
  ['SE Division St', 'street', 'Southeast Division Street'],
  ['southeast division street', 'street', 'Southeast Division Street'],
  ['division str', 'street', 'Southeast Division Street'],
  ['hawthorne', 'street', 'Hawthorne Bridge'],
  ['se hawthorne', 'street', 'Southeast Hawthorne Boulevard'],
  ['se hawthrone blvd', 'street', 'Southeast Hawthorne Boulevard'],
  ['powel blvd', 'street', 'Southeast Powell Boulevard'],
  ['nort williams', 'street', 'North Williams Avenue'],
  ['SW 5th', 'street', 'Southwest 5th Avenue'],
  ['sw fifth ave', 'street', 'Southwest 5th Avenue'],
  ['sw 5', 'street', 'Southwest 5th Avenue'],
  ['21st & hawthorne', 'crossing', 'Southeast Hawthorne Boulevard/Southeast 21st Avenue'],
  ['hawthorne and 21st', 'crossing', 'Southeast Hawthorne Boulevard/Southeast 21st Avenue'],
  ['SE Hawthorne Blvd @ SE 21st Ave', 'crossing', 'Southeast Hawthorne Boulevard/Southeast 21st Avenue'],
  ['hawthorne 21', 'crossing', 'Southeast Hawthorne Boulevard/Southeast 21st Avenue'],
]
for (const [typed, kind, name] of inPortland) {
  test(`Portland: "${typed}" is ${name}`, () => {
    const [first] = portland.find(typed)
    assert.deepEqual([first?.entry.kind, first?.entry.name], [kind, name])
  })
}

test('a word for a kind of thing finds all of that kind, the nearest first', () => {
  const fourth = guixi.gazetteer.entries.find((entry) => entry.name === '贵溪市第四中学')!
  const found = guixi.find('学校', fourth)
  assert.equal(found[0]?.entry.id, fourth.id)
  assert.ok(found.length >= 3 && found.every(({ entry }) => entry.detail === 'amenity=school'))
  assert.ok(guixi.find('school').every(({ entry }) => entry.detail === 'amenity=school'))
  assert.deepEqual(guixi.find('火车站').map(({ entry }) => entry.detail), ['railway=station', 'railway=station'])
})

test('among streets of one quality the nearer comes first, and a better match is never beaten by nearness', () => {
  const [northeast] = portland.find('ne broadway')
  const near = portland.find('broadway', northeast!.entry).filter(({ entry }) => /^\w+ Broadway$/.test(entry.name))
  assert.equal(near[0]?.entry.name, 'Northeast Broadway')
  const [exact] = portland.find('Southwest 5th Avenue', northeast!.entry)
  assert.equal(exact?.entry.name, 'Southwest 5th Avenue')
})

test('another number is another street: 38 is no slip for 39', () => {
  for (const { entry } of portland.find('se 21st ave')) assert.match(entry.name, /21st/)
})

test('streets that do not meet are found each by itself', () => {
  assert.deepEqual(guixi.find('贵溪大道/雄石路').map(({ entry }) => entry.name).sort(), ['贵溪大道', '雄石路'].sort())
})

test('a street is followed by its crossings', () => {
  const [street, ...rest] = guixi.find('贵溪大道')
  assert.equal(street?.entry.kind, 'street')
  assert.ok(rest.length >= 2 && rest.every(({ entry }) => entry.kind === 'crossing' && entry.name.includes('贵溪大道')))
})

test('what is in no name finds nothing, and no input makes it fail', () => {
  for (const typed of ['zzzzqqqq', '龘龘龘', '!!!', '   ', '/', '//', 'a/', '路', '\u0000', '(((', 'x'.repeat(80), '🚓']) {
    assert.ok(Array.isArray(guixi.find(typed)))
  }
  assert.deepEqual(guixi.find('zzzzqqqq'), [])
  assert.deepEqual(guixi.find('!!!'), [])
})

test('every street of both towns is found first by its own name, by its sound and by a crossing’s own words', () => {
  for (const { gazetteer, find } of [guixi, portland]) {
    const names = new Set(gazetteer.entries.filter((entry) => entry.kind === 'street').map((entry) => entry.name))
    for (const name of names) assert.equal(find(name)[0]?.entry.name, name)
    for (const entry of gazetteer.entries.filter((each) => each.kind === 'crossing').slice(0, 150)) {
      const found = find(entry.name).map((each) => each.entry.name)
      assert.ok(found.includes(entry.name), `${entry.name}: ${found.join(', ')}`)
    }
  }
  for (const entry of guixi.gazetteer.entries.filter((each) => each.kind === 'street')) {
    const spoken = soundsOf(entry.name).sounds.join('')
    assert.ok(guixi.find(spoken).some((each) => each.entry.name === entry.name), `${entry.name} by ${spoken}`)
  }
})

const signs: [name: string, spelled: string][] = [
  ['贵溪大道', 'Guixi Avenue'],
  ['雄石东路', 'Xiongshi East Road'],
  ['西街', 'Xi Street'],
  ['花园社区', 'Huayuan Community'],
  ['Main Street', 'Main Street'],
  ['G320', 'G320'],
]
for (const [name, spelled] of signs) test(`${name} is spelled ${spelled}`, () => assert.equal(romanised(name), spelled))

test('a point at a crossing is said by the crossing, in both languages', () => {
  const crossing = guixi.gazetteer.entries.find((entry) => entry.name === '冶金大道/水厂路')!
  const said = sayPlace(guixi.graph, guixi.gazetteer, crossing.lon + 0.0001, crossing.lat)
  assert.equal(said.text, '冶金大道/水厂路口')
  assert.equal(said.textEn, 'Yejin Avenue & Shuichang Road')
})

test('a point in a street is said by the street and how far it is from the nearest crossing on it', () => {
  const [street] = guixi.find('冶金大道')
  const said = sayPlace(guixi.graph, guixi.gazetteer, street!.entry.lon, street!.entry.lat)
  assert.match(said.text, /^冶金大道，距.+口 \d+ 米$/)
  assert.match(said.textEn, /^Yejin Avenue, \d+ m from .+$/)
  assert.ok(said.distanceMeters !== null && said.distanceMeters <= 5)
})

test('a point far from every street is said by the nearest name, and one in another country by its numbers', () => {
  const [west, south] = [117.1905, 28.30]
  const far = sayPlace(guixi.graph, guixi.gazetteer, west, south)
  assert.ok(far.text.length > 0 && !/undefined|null|NaN/.test(far.text + far.textEn))
  const abroad = sayPlace(guixi.graph, guixi.gazetteer, 0, 0)
  assert.deepEqual(abroad, { text: '0.00000, 0.00000', textEn: '0.00000, 0.00000', distanceMeters: null })
})

test('any point of either town can be said', () => {
  for (const { graph, gazetteer } of [guixi, portland]) {
    for (let node = 0; node < graph.nodeCount; node += 7) {
      const { text, textEn } = sayPlace(graph, gazetteer, graph.nodes[2 * node]! / 1e7, graph.nodes[2 * node + 1]! / 1e7)
      assert.ok(text && textEn && !/undefined|null|NaN/.test(text + textEn), text)
    }
  }
})
