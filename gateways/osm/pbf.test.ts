import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createOSMStream } from 'osm-pbf-parser-node'
import { indexNodes } from './node-index.ts'
import { OsmFileBroken, readOsm } from './pbf.ts'
import { encodeOsm, smallMap, type Writing } from './small-map.ts'

const map = smallMap({
  nodes: { a: [0, 0, { highway: 'traffic_signals', name: '路口' }], b: [100, 0], c: [100, -50, { name: 'Ж' }] },
  ways: { 7: ['a b', { highway: 'residential', name: '雄石路' }], 9: ['b c a', { highway: 'footway' }] },
  relations: [['from=7 via=b to=9', { type: 'restriction', restriction: 'no_left_turn' }]],
})

const writings: [how: string, writing: Writing][] = [
  ['dense nodes', {}],
  ['plain nodes', { dense: false }],
  ['uncompressed blocks', { compress: false }],
  ['ways and relations before the nodes', { waysFirst: true }],
  ['plain nodes, uncompressed, unsorted', { dense: false, compress: false, waysFirst: true }],
]
for (const [how, writing] of writings) {
  test(`reads a file with ${how}`, () => assert.deepEqual(readOsm(encodeOsm(map, writing)), map))
}

test('says when the data was taken, where the file says so', () => {
  assert.equal(readOsm(encodeOsm(map, { replicatedAt: 1_700_000_000 })).dataAt, 1_700_000_000_000)
})

const guixi = readFileSync(new URL('../../demo/guixi/guixi.osm.pbf', import.meta.url))

const broken: [what: string, bytes: () => Uint8Array, says: RegExp][] = [
  ['an empty file', () => new Uint8Array(), /at byte 0: the file is empty/],
  ['a text file', () => new TextEncoder().encode('<?xml version="1.0"?><osm></osm>'), /at byte 0: this is not an \.osm\.pbf file/],
  ['a file of zeros', () => new Uint8Array(4096), /at byte 0: this is not an \.osm\.pbf file/],
  ['a file cut in its last block', () => guixi.subarray(0, guixi.length - 1000), /ends 1000 bytes before the end of a block; it was cut short/],
  ['a file cut in its first number', () => guixi.subarray(0, 3), /at byte 0: the file ends inside a block’s length/],
  ['a file cut in a block header', () => guixi.subarray(0, 10), /at byte 4: the file ends inside a block header/],
  ['a file whose data is garbled', () => garbled(guixi, 0.5), /at byte \d+: a block cannot be read/],
  ['a file that needs history', () => encodeOsm(map, { features: ['OsmSchema-V0.6', 'HistoricalInformation'] }), /needs "HistoricalInformation"/],
]
for (const [what, bytes, says] of broken) {
  test(`refuses ${what}, and says where`, () => {
    assert.throws(
      () => readOsm(bytes()),
      (error) => error instanceof OsmFileBroken && says.test(error.message) && error.code === (/cut/.test(what) ? 'osm-file-cut-short' : /empty|text|zeros/.test(what) ? 'osm-file-foreign' : 'osm-file-broken'),
    )
  })
}

function garbled(bytes: Uint8Array, share: number): Uint8Array {
  const copy = bytes.slice()
  for (let i = 0; i < 64; i++) copy[Math.floor(bytes.length * share) + i]! ^= 0x5a
  return copy
}

test('never throws anything but OsmFileBroken, wherever one byte of a small file is changed', () => {
  const bytes = encodeOsm(map, { compress: false, dense: true })
  for (let at = 0; at < bytes.length; at++) {
    for (const flip of [0x01, 0x80, 0xff]) {
      const copy = bytes.slice()
      copy[at]! ^= flip
      try {
        readOsm(copy)
      } catch (error) {
        assert.ok(error instanceof OsmFileBroken, `byte ${at} ^ ${flip}: ${String(error)}`)
      }
    }
  }
})

const files: [town: string, path: string, nodes: number, ways: number, relations: number][] = [
  ['Guixi', '../../demo/guixi/guixi.osm.pbf', 4_020, 433, 24],
  ['Portland (unsorted)', '../../demo/portland/portland-central.osm.pbf', 42_293, 7_188, 443],
]
for (const [town, path, nodes, ways, relations] of files) {
  test(`reads ${town} as another reader does`, async () => {
    const file = new URL(path, import.meta.url).pathname
    const data = readOsm(readFileSync(file))
    assert.deepEqual([data.nodeIds.length, data.ways.length, data.relations.length], [nodes, ways, relations])
    const index = indexNodes(data.nodeIds)
    const wayById = new Map(data.ways.map((way) => [way.id, way]))
    const relationById = new Map(data.relations.map((relation) => [relation.id, relation]))
    let compared = 0
    for await (const item of createOSMStream(file, { withInfo: false }) as AsyncIterable<Record<string, any>>) {
      if (item.id === undefined) continue // the header
      compared++
      if (item.type === 'node') {
        const place = index.find(item.id)
        assert.equal(data.nodeLonLat[2 * place], Math.round(item.lon * 1e7), `node ${item.id}`)
        assert.equal(data.nodeLonLat[2 * place + 1], Math.round(item.lat * 1e7), `node ${item.id}`)
        assert.deepEqual(data.nodeTags.get(place) ?? {}, item.tags ?? {}, `node ${item.id}`)
      } else if (item.type === 'way') {
        assert.deepEqual([...wayById.get(item.id)!.refs], item.refs, `way ${item.id}`)
        assert.deepEqual(wayById.get(item.id)!.tags, item.tags ?? {}, `way ${item.id}`)
      } else {
        const ours = relationById.get(item.id)!
        assert.deepEqual(ours.tags, item.tags ?? {}, `relation ${item.id}`)
        assert.deepEqual(ours.members.map(({ type, ref, role }) => ({ type, ref, role })), item.members.map(({ type, ref, role }: any) => ({ type, ref, role })))
      }
    }
    assert.equal(compared, nodes + ways + relations)
  })
}

test('an id that the file does not have is found nowhere, over 10,000 ids', () => {
  const ids = Float64Array.from({ length: 5_000 }, (_, i) => 2 ** 33 + 7 * i)
  const { find } = indexNodes(ids)
  for (let i = 0; i < 5_000; i++) {
    assert.equal(find(2 ** 33 + 7 * i), i)
    assert.equal(find(2 ** 33 + 7 * i + 1), -1)
  }
})

