import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from './random.ts'
import { sortedPart } from './sorted-part.ts'

test('is the part of the whole sorted, for 500 random lists, sorted and turned ones, many equal', () => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = seeded(seed)
    const most = 1 + Math.floor(random() * 400)
    const items = Array.from({ length: Math.floor(random() * 400) }, (_, number) => ({ key: Math.floor(random() * most), number }))
    const compare = (a: (typeof items)[number], b: (typeof items)[number]) => a.key - b.key || a.number - b.number
    if (seed % 4 === 1) items.sort(compare)
    if (seed % 4 === 2) items.sort((a, b) => compare(b, a))
    const before = items.slice()
    const from = Math.floor(random() * 420)
    const to = from + Math.floor(random() * 80)
    assert.deepEqual(sortedPart(items, compare, from, to), items.toSorted(compare).slice(from, to), `seed ${seed}`)
    assert.deepEqual(items, before)
  }
})

test('a page of 50,000 takes a few looks at each, wherever it is', () => {
  const random = seeded(7)
  const items = Array.from({ length: 50_000 }, random)
  for (const from of [0, 25_000, 49_950]) {
    let looks = 0
    sortedPart(items, (a, b) => (looks++, a - b), from, from + 50)
    assert.ok(looks < 8 * items.length, `${looks} looks from ${from}`)
  }
})
