import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import type { LivePosition } from './contract.ts'
import { newestPlaces } from './newest.ts'

const place = (handle: number, lon = 0): LivePosition => ({ handle, agency: 'cn', lon, lat: 0, fixAt: 0, speedKmh: null, courseDeg: null, stale: false })

test('holds what a map and a set would, over 20 random days', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seeded(seed)
    const newest = newestPlaces()
    const rows = new Map<number, LivePosition>()
    let touched = new Set<number>()
    for (let step = 0; step < 2_000; step++) {
      const handle = 1 + Math.floor(random() ** 3 * 5_000)
      const what = random()
      if (what < 0.7) {
        const position = place(handle, step)
        newest.put(position)
        touched.add(rows.set(handle, position) && handle)
      } else if (what < 0.9) {
        newest.remove(handle)
        if (rows.delete(handle)) touched.add(handle)
      } else {
        const taken = [...newest.takeChanged()]
        assert.equal(new Set(taken).size, taken.length, `seed ${seed}: a handle twice`)
        assert.deepEqual(new Set(taken), touched, `seed ${seed}, step ${step}`)
        touched = new Set()
      }
      assert.equal(newest.find(handle), rows.get(handle), `seed ${seed}, step ${step}`)
    }
    assert.deepEqual(new Set(newest.handles()), new Set(rows.keys()), `seed ${seed}`)
  }
})

test('a handle that no frame can name takes no memory', () => {
  const newest = newestPlaces()
  newest.put(place(2 ** 24))
  assert.deepEqual([...newest.takeChanged()], [])
  assert.equal(newest.find(2 ** 24), undefined)
})
