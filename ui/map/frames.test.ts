import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readFrame } from './frames.ts'

/** Written by hand from the layout in the contract: one unit at 117.2095653° 28.2932173°, 36.5 km/h, heading 90°, 1.5 s old. */
const frame = Uint8Array.from([
  1, 2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 64, 143, 64, // version, full, 1 unit, server time 1000
  7, 0, 0, 0, // handle 7
  ...new Uint8Array(Int32Array.of(1172095653, 282932173).buffer),
  220, 5, 0, 0, // 1500 ms
  109, 1, 64, 1, // 365 → 36.5 km/h, 64/256 of a turn, course known
])

test('reads a frame as the contract lays it out', () => {
  assert.deepEqual(readFrame(frame.buffer), {
    full: true,
    serverTime: 1000,
    records: [{ handle: 7, lon: 117.2095653, lat: 28.2932173, fixAt: -500, speedKmh: 36.5, courseDeg: 90, stale: false, left: false }],
  })
})

test('unknown speed and course are null; stale and left are flags', () => {
  const other = frame.slice()
  other.set([255, 255, 200, 6], 32)
  const { records } = readFrame(other.buffer)
  assert.deepEqual([records[0]!.speedKmh, records[0]!.courseDeg, records[0]!.stale, records[0]!.left], [null, null, true, true])
})

test('a frame cut short or of another version is an error that says so', () => {
  assert.throws(() => readFrame(frame.slice(0, 30).buffer), /30 bytes, expected 36/)
  assert.throws(() => readFrame(frame.slice(0, 3).buffer), /3 bytes/)
  const newer = frame.slice()
  newer[0] = 9
  assert.throws(() => readFrame(newer.buffer), /version 9, expected 1/)
})
