import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import { glideTo, placeAt, redrawMs, type Glide, type GlideFix } from './glide.ts'

const fix = (lon: number, fixAt: number, changes: Partial<GlideFix> = {}): GlideFix =>
  ({ lon, lat: 28.29, fixAt, courseDeg: 90, speedKmh: 30, stale: false, ...changes })

test('the first fix is drawn where it is', () => {
  assert.deepEqual(placeAt(glideTo(undefined, fix(117.2, 0), 0), 0), [117.2, 28.29])
})

test('glides from fix to fix in the time that lay between them, then waits', () => {
  const first = glideTo(undefined, fix(117.2, 0), 0)
  const second = glideTo(first, fix(117.202, 2000), 2100)
  assert.deepEqual(placeAt(second, 2100), [117.2, 28.29])
  assert.ok(Math.abs(placeAt(second, 3100)[0] - 117.201) < 1e-9)
  assert.deepEqual(placeAt(second, 60_000), [117.202, 28.29])
})

test('a late fix moves nobody back; the same fix again changes only whether it is stale', () => {
  const first = glideTo(undefined, fix(117.2, 5000), 0)
  assert.equal(glideTo(first, fix(117.1, 4000), 10), first)
  assert.deepEqual(glideTo(first, fix(117.2, 5000, { stale: true }), 10), { ...first, stale: true })
})

test('a jump is drawn at once', () => {
  const first = glideTo(undefined, fix(117.2, 0), 0)
  assert.deepEqual(placeAt(glideTo(first, fix(117.3, 1000), 1000), 1000), [117.3, 28.29])
})

test('keeps the heading of a unit that stands still', () => {
  const first = glideTo(undefined, fix(117.2, 0), 0)
  assert.equal(glideTo(first, fix(117.2, 1000, { courseDeg: null }), 1000).courseDeg, 90)
})

test('is always between where it was drawn and its newest fix, on random reports', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seeded(seed)
    let glide: Glide | undefined
    let now = 0
    for (let report = 1; report <= 20; report++) {
      now += random() * 4000
      const before = glide ? placeAt(glide, now) : undefined
      glide = glideTo(glide, fix(117.2 + random() * 0.009, report * 1000), now)
      const later = placeAt(glide, now + random() * 20_000)[0]
      const low = Math.min(before?.[0] ?? glide.lon, glide.lon)
      const high = Math.max(before?.[0] ?? glide.lon, glide.lon)
      assert.ok(later >= low - 1e-12 && later <= high + 1e-12, `seed ${seed}, report ${report}`)
      assert.ok(glide.durationMs <= 10_000, `seed ${seed}`)
    }
  }
})

test('a still town is not drawn again; a fast unit close up is drawn often', () => {
  assert.equal(redrawMs(0), Infinity)
  assert.equal(redrawMs(0.3), 33)
  assert.equal(redrawMs(0.01), 100)
  assert.equal(redrawMs(1e-6), 1000)
})
