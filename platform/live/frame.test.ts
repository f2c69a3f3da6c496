import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import { frameHeaderBytes, frameRecordBytes } from '#modules/units/contract.ts'
import { readFrame } from '#ui/map/frames.ts'
import type { LivePosition } from './contract.ts'
import { delta, encodeFrame, fullView } from './frame.ts'

const now = 1_767_225_600_000

test('what the page reads is what was written, to the layout’s precision, over 200 random towns', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seeded(seed)
    const shown = Array.from({ length: Math.floor(random() * 40) }, (_, n): LivePosition => ({
      handle: Math.floor(random() * 0xffffffff), agency: 'cn', lon: random() * 360 - 180, lat: random() * 180 - 90, fixAt: now - Math.floor(random() * 1e7),
      speedKmh: random() < 0.3 ? null : random() * 400, courseDeg: random() < 0.3 ? null : random() * 360, stale: random() < 0.5, sequence: n,
    }))
    const left = Array.from({ length: Math.floor(random() * 5) }, () => Math.floor(random() * 1000))
    const bytes = encodeFrame(seed % 2 ? delta : fullView, shown, left, now)
    assert.equal(bytes.length, frameHeaderBytes + (shown.length + left.length) * frameRecordBytes)
    const read = readFrame(bytes.buffer as ArrayBuffer)
    assert.deepEqual([read.full, read.serverTime, read.records.length], [seed % 2 === 0, now, shown.length + left.length])
    shown.forEach((one, n) => {
      const got = read.records[n]!
      assert.deepEqual([got.handle, got.fixAt, got.stale, got.left], [one.handle, one.fixAt, one.stale, false], `seed ${seed}`)
      assert.ok(Math.abs(got.lon - one.lon) <= 5.1e-8 && Math.abs(got.lat - one.lat) <= 5.1e-8, `seed ${seed}`)
      assert.ok(one.speedKmh === null ? got.speedKmh === null : Math.abs(got.speedKmh! - one.speedKmh) <= 0.051, `seed ${seed}`)
      const turn = one.courseDeg === null ? 0 : Math.abs(((got.courseDeg! - one.courseDeg + 540) % 360) - 180)
      assert.ok(one.courseDeg === null ? got.courseDeg === null : turn <= 0.71, `seed ${seed}: ${one.courseDeg} read as ${got.courseDeg}`)
    })
    assert.deepEqual(read.records.slice(shown.length).map((one) => [one.handle, one.left]), left.map((handle) => [handle, true]))
  }
})

test('a fix from the future has age 0, and a speed beyond the field is the field’s most', () => {
  const one = { handle: 1, agency: 'cn', lon: 180, lat: -90, fixAt: now + 5000, speedKmh: 99_999, courseDeg: 359.9, stale: false, sequence: 1 }
  const [record] = readFrame(encodeFrame(delta, [one], [], now).buffer as ArrayBuffer).records
  assert.deepEqual(record, { handle: 1, lon: 180, lat: -90, fixAt: now, speedKmh: 6553.4, courseDeg: 0, stale: false, left: false })
})
