import assert from 'node:assert/strict'
import { test } from 'node:test'
import { between, pick, sourceFor } from './draw.ts'

test('the same seed and purpose give the same numbers, whatever was drawn in between', () => {
  const first = [sourceFor(7, 'ack', 'a')(), sourceFor(7, 'ack', 'b')()]
  sourceFor(7, 'other')()
  assert.deepEqual([sourceFor(7, 'ack', 'a')(), sourceFor(7, 'ack', 'b')()], first)
})

test('another seed, another purpose and another split of the words give other numbers', () => {
  const numbers = [sourceFor(7, 'a', 'bc')(), sourceFor(8, 'a', 'bc')(), sourceFor(7, 'ab', 'c')(), sourceFor(7, 'a', 'bd')()]
  assert.equal(new Set(numbers).size, 4)
})

test('first numbers of ten thousand purposes are spread evenly', () => {
  const buckets = new Array<number>(10).fill(0)
  for (let index = 0; index < 10_000; index++) buckets[Math.floor(sourceFor(7, 'unit', index)() * 10)]++
  for (const count of buckets) assert.ok(count > 850 && count < 1150, `buckets ${buckets}`)
})

test('picks by weight and never something of no weight', () => {
  const random = sourceFor(3, 'pick')
  const counts = { a: 0, b: 0, c: 0 }
  for (let index = 0; index < 4000; index++) counts[pick(random, ['a', 'b', 'c'] as const, (item) => ({ a: 3, b: 1, c: 0 })[item])]++
  assert.equal(counts.c, 0)
  assert.ok(counts.a > 2.6 * counts.b && counts.a < 3.4 * counts.b, JSON.stringify(counts))
})

test('refuses to pick from nothing', () => assert.throws(() => pick(sourceFor(1), []), /Nothing to pick from/))

test('draws between the bounds', () => {
  const random = sourceFor(5, 'between')
  for (let index = 0; index < 1000; index++) {
    const value = between(random, [20, 30])
    assert.ok(value >= 20 && value < 30)
  }
})
