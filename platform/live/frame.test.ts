import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import { frameReader } from '#ui/map/frames.ts'
import type { LivePosition } from './contract.ts'
import { encodeFrame, encodeTile } from './frame.ts'
import { coverOf, tileAt } from './grid.ts'

const now = 1_767_225_600_050

test('what the page reads is what was written, to the layout’s precision, over 300 random tiles', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seeded(seed)
    const level = 3 + Math.floor(random() * 12)
    const [lon, lat] = seed % 10 === 0 ? [180, 90] : [random() * 360 - 180, random() * 180 - 90]
    const side = 360 / 2 ** level
    const tile = tileAt(level, lon, lat)
    const shown = Array.from({ length: 40 }, (_, n): LivePosition => ({
      handle: Math.floor(random() * 2 ** 24), agency: 'cn', lon: n ? lon + (random() - 0.5) * side : lon, lat: n ? lat + (random() - 0.5) * side : lat, fixAt: now - Math.floor(random() * 10 ** (1 + Math.floor(random() * 9))),
      speedKmh: random() < 0.3 ? null : random() * 400, courseDeg: random() < 0.3 ? null : random() * 360, stale: random() < 0.5,
    })).filter((one) => Math.abs(one.lon) <= 180 && Math.abs(one.lat) <= 90 && tileAt(level, one.lon, one.lat) === tile)
    const { records } = frameReader().read(encodeFrame(1, undefined, [encodeTile(level, tile, 'whole', shown, [], now)], now).buffer as ArrayBuffer)
    assert.equal(records.length, shown.length)
    shown.forEach((one, n) => {
      const got = records[n]!
      assert.deepEqual([got.handle, got.fixAt, got.stale], [one.handle, Math.floor(one.fixAt / 100) * 100, one.stale], `seed ${seed}`)
      const half = side / 2 ** 23 + 1e-12
      assert.ok(Math.abs(got.lon - one.lon) <= half && Math.abs(got.lat - one.lat) <= half, `seed ${seed}: ${one.lon} ${one.lat} read as ${got.lon} ${got.lat}`)
      assert.ok(one.speedKmh === null ? got.speedKmh === null : Math.abs(got.speedKmh! - one.speedKmh) <= (one.speedKmh > 200 ? 2 : 0.5), `seed ${seed}`)
      const turn = one.courseDeg === null ? 0 : Math.abs(((got.courseDeg! - one.courseDeg + 540) % 360) - 180)
      assert.ok(one.courseDeg === null ? got.courseDeg === null : turn <= 0.5, `seed ${seed}: ${one.courseDeg} read as ${got.courseDeg}`)
    })
  }
})

test('a fix from the future has age 0, and a speed beyond the field is the field’s most', () => {
  const one = { handle: 1, agency: 'cn', lon: 180, lat: -90, fixAt: now + 5000, speedKmh: 99_999, courseDeg: 359.9, stale: false }
  const block = encodeTile(3, tileAt(3, 180, -90), 'whole', [one], [], now)
  const [record] = frameReader().read(encodeFrame(1, undefined, [block], now).buffer as ArrayBuffer).records
  assert.deepEqual([record!.fixAt, record!.speedKmh, record!.courseDeg], [now - 50, 416, 0])
})

test('a view needs at most 16 tiles, 32 for half the world, and they hold every place in it', () => {
  for (let seed = 1; seed <= 2000; seed++) {
    const random = seeded(seed)
    const width = 360 * random() ** 4
    const height = Math.min(180, width * (0.3 + random() * 2))
    const west = random() * 360 - 180
    const south = random() * (180 - height) - 90
    const east = west + width > 180 ? west + width - 360 : west + width
    const { level, tiles } = coverOf([west, south, east, south + height])
    assert.ok(tiles.length <= (level === 3 ? 32 : 16) && new Set(tiles).size === tiles.length, `seed ${seed}: ${tiles.length} tiles of level ${level}`)
    for (let n = 0; n < 20; n++) {
      const lon = west + random() * width
      const place = [lon > 180 ? lon - 360 : lon, south + random() * height] as const
      assert.ok(tiles.includes(tileAt(level, ...place)), `seed ${seed}: ${place} is in none`)
    }
  }
  assert.equal(coverOf([-180, -85, 180, 85]).tiles.length, 32)
  assert.deepEqual(coverOf([117, 29, 118, 28]).tiles, [], 'upside down')
})
