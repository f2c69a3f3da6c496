import assert from 'node:assert/strict'
import { test } from 'node:test'
import { latest } from './latest.ts'
import { seeded } from './random.ts'

test('holds what a map and a set would, over 20 random days', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seeded(seed)
    const ours = latest<{ step: number }>(10_000)
    const rows = new Map<number, { step: number }>()
    let touched = new Set<number>()
    for (let step = 0; step < 2_000; step++) {
      const number = Math.floor(random() ** 3 * 5_000)
      const what = random()
      if (what < 0.7) {
        const value = { step }
        ours.put(number, value)
        rows.set(number, value)
        touched.add(number)
      } else if (what < 0.9) {
        ours.remove(number)
        if (rows.delete(number)) touched.add(number)
      } else {
        const taken = ours.takeChanged()
        assert.equal(new Set(taken).size, taken.length, `seed ${seed}: a number twice`)
        assert.deepEqual(new Set(taken), touched, `seed ${seed}, step ${step}`)
        touched = new Set()
      }
      assert.equal(ours.find(number), rows.get(number), `seed ${seed}, step ${step}`)
    }
    assert.deepEqual(ours.numbers(), [...rows.keys()].sort((a, b) => a - b), `seed ${seed}`)
  }
})

test('what is numbered too high is left out', () => {
  const ours = latest<string>(100)
  ours.put(101, 'a')
  assert.deepEqual(ours.takeChanged(), [])
  assert.equal(ours.find(101), undefined)
})
