import assert from 'node:assert/strict'
import { test } from 'node:test'
import { presenceOn } from '#core/geo/fence.ts'
import type { Watched } from '#core/geo/fence-watch.ts'
import { seeded } from '#core/random.ts'
import { watchedUnits } from './watched-units.ts'

test('it gives what a map of objects gives, over 20,000 seeded changes of 2,000 units', () => {
  const random = seeded(5)
  const pick = (count: number) => Math.floor(random() * count)
  const orNull = (value: number) => (random() < 0.3 ? null : value)
  const plain = new Map<string, Watched>()
  const watched = watchedUnits()
  for (let n = 0; n < 20_000; n++) {
    const unit = `u${pick(2_000)}`
    if (n === 12_000) {
      plain.clear()
      watched.clear()
    } else if (random() < 0.2) {
      plain.delete(unit)
      watched.delete(unit)
    } else {
      const presences = new Map(random() < 0.1 ? [[`f${pick(5)}`, presenceOn('inside', n)]] : [])
      const one: Watched = { last: { at: n, lon: random(), lat: random(), accuracyMeters: orNull(random()), speedKmh: orNull(random()) }, anchor: { lon: random(), lat: random() }, presences }
      plain.set(unit, one)
      watched.set(unit, one)
    }
    assert.deepEqual(watched.get(unit), plain.get(unit), `change ${n}`)
  }
  assert.deepEqual([...watched.units()].sort(), [...plain.keys()].sort())
  for (const [unit, one] of plain) assert.deepEqual(watched.get(unit), one)
})
