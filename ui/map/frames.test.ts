import assert from 'node:assert/strict'
import { test } from 'node:test'
import { frameReader } from './frames.ts'

type Tile = { level: number; kind: number; column: number; row: number; shown: number[][]; gone: number[] }

/** Written by hand from the layout in the contract. A record is its three words, or four. */
function frame(tick: number, buildsOn: number | undefined, tiles: Tile[], serverTime = 1_000_000): ArrayBuffer {
  const words = tiles.flatMap(({ level, kind, column, row, shown, gone }) => [level + kind * 256 + column * 65536, row, shown.length, gone.length, ...shown.flat(), ...gone])
  const bytes = new ArrayBuffer(24 + words.length * 4)
  const view = new DataView(bytes)
  view.setUint8(0, 2)
  view.setUint8(1, buildsOn === undefined ? 1 : 0)
  view.setUint16(2, tiles.length, true)
  view.setUint32(4, tick, true)
  view.setFloat64(8, serverTime, true)
  view.setUint32(16, buildsOn ?? 0, true)
  view.setUint32(20, tiles.reduce((sum, tile) => sum + tile.shown.length, 0), true)
  words.forEach((word, n) => view.setUint32(24 + n * 4, word, true))
  return bytes
}
const tile = (column: number, shown: number[][], gone: number[] = [], kind = 1): Tile => ({ level: 3, kind, column, row: 2, shown, gone })
/** A unit in the middle cell of a tile, 1.5 s ago, 37 km/h, heading east. */
const middle = 2 ** 21
const at = (handle: number) => [handle + 37 * 2 ** 24, middle + 90 * 2 ** 22, middle + 15 * 2 ** 22]

test('reads a frame as the contract lays it out', () => {
  const cell = 45 / 2 ** 22
  assert.deepEqual(frameReader().read(frame(7, undefined, [tile(6, [at(9)], [], 2)])), {
    serverTime: 1_000_000,
    records: [{ handle: 9, lon: 112.5 + cell / 2, lat: 22.5 + cell / 2, fixAt: 998_500, speedKmh: 37, courseDeg: 90, stale: false }],
    gone: [],
    dropped: [],
  })
})

test('unknown speed and course are null; an old fix has its age behind it; stale is a flag', () => {
  const old = [3 + 255 * 2 ** 24, middle + 511 * 2 ** 22 + 2 ** 31, middle + 1023 * 2 ** 22, 36_000]
  const { records } = frameReader().read(frame(1, undefined, [tile(6, [old, [4 + 254 * 2 ** 24, 0, 0]], [], 2)], 10_000_000))
  assert.deepEqual(records.map(({ speedKmh, courseDeg, stale, fixAt }) => [speedKmh, courseDeg, stale, fixAt]), [
    [null, null, true, 6_400_000],
    [416, 0, false, 10_000_000],
  ])
})

test('a unit is gone when its tile says so and no other has it, in whatever order the tiles come', () => {
  for (const order of [1, -1]) {
    const reader = frameReader()
    reader.read(frame(1, undefined, [tile(5, [], [], 2), tile(6, [at(1), at(2), at(3)], [], 2)]))
    const moved = [tile(5, [at(1)]), tile(6, [], [1, 2])]
    const changes = reader.read(frame(2, 1, order > 0 ? moved : moved.reverse()))
    assert.deepEqual([changes.records.map((one) => one.handle), changes.gone, changes.dropped], [[1], [2], []])
    assert.deepEqual(reader.read(frame(3, 2, [tile(6, [], [1])])).gone, [], 'it is in the other tile')
    assert.deepEqual(reader.read(frame(4, 3, [tile(6, [at(4)], [], 2)])).gone, [3], 'a whole tile says who is not in it')
    assert.deepEqual(reader.read(frame(5, 4, [tile(5, [], [], 3)])).dropped, [1])
    assert.deepEqual(reader.read(frame(6, undefined, [tile(5, [at(1)], [], 2)])).dropped, [4])
  }
})

test('a frame cut short, of another version, or out of turn is an error that says so', () => {
  const reader = frameReader()
  const first = frame(1, undefined, [tile(6, [at(1)], [], 2)])
  assert.throws(() => reader.read(first.slice(0, 48)), /48 bytes, expected 52/)
  assert.throws(() => reader.read(first.slice(0, 3)), /3 bytes/)
  assert.throws(() => reader.read(frame(1, 0, [])), /builds on tick 0, expected a first frame/)
  reader.read(first)
  assert.throws(() => reader.read(frame(3, 2, [])), /builds on tick 2, expected 1/)
  const newer = first.slice(0)
  new DataView(newer).setUint8(0, 9)
  assert.throws(() => reader.read(newer), /version 9, expected 2/)
})
