import assert from 'node:assert/strict'
import { test } from 'node:test'
import { beside } from './beside.ts'

test('two engines are asked in turn, ours, theirs, theirs, ours, after a round that does not count', async () => {
  const order: string[] = []
  const times = { ours: [100, 1, 2, 3, 4], theirs: [200, 10, 20, 30, 40] }
  const next = (who: 'ours' | 'theirs') => () => (order.push(who[0]!), times[who].shift()!)
  const found = await beside(2, 1, next('ours'), next('theirs'))
  assert.equal(order.join(''), 'ot' + 'otto' + 'otto')
  assert.deepEqual(found, { ours: { p50: 2, min: 1 }, theirs: { p50: 20, min: 10 }, ratio: { p50: 0.1, min: 0.1 } })
})

test('without a peer ours is measured all the same', async () => {
  let asked = 0
  const { ours, theirs } = await beside(1, 3, () => ++asked)
  assert.deepEqual([asked, ours.min, theirs.p50], [9, 4, NaN])
})
