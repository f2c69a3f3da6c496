import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '../random.ts'
import { createHeap } from './heap.ts'

test('items come out by key, whatever was put in and moved forward, over 200 random runs', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seeded(seed)
    const heap = createHeap(60)
    const waiting = new Map<number, number>()
    for (let step = 0; step < 300; step++) {
      if (random() < 0.6) {
        const item = Math.floor(random() * 60)
        const key = Math.floor(random() * 50)
        if (waiting.has(item) && waiting.get(item)! < key) continue
        waiting.set(item, key)
        heap.push(item, key)
      } else if (heap.size() > 0) {
        const least = Math.min(...waiting.values())
        assert.equal(heap.topKey(), least, `seed ${seed}, step ${step}`)
        const item = heap.pop()
        assert.equal(waiting.get(item), least, `seed ${seed}, step ${step}`)
        waiting.delete(item)
      }
      assert.equal(heap.size(), waiting.size, `seed ${seed}, step ${step}`)
    }
    heap.clear()
    assert.equal(heap.size(), 0)
    heap.push(3, 1)
    assert.equal(heap.pop(), 3, 'usable after clearing')
  }
})
