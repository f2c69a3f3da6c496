import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '../random.ts'
import { areaOf, firstCrossing, isInRing, withFewerCorners, type Ring } from './rings.ts'

const circle = (corners: number, radius = 500): Ring => Array.from({ length: corners + 1 }, (_, k) => [radius * Math.cos((2 * Math.PI * (k % corners)) / corners), radius * Math.sin((2 * Math.PI * (k % corners)) / corners)] as const)

test('a ring of hundreds of corners keeps its shape with twenty: no corner lies farther off than is allowed', () => {
  const random = seeded(2)
  for (let round = 0; round < 50; round++) {
    const wobbly = circle(60 + Math.floor(random() * 200), 300).map(([x, y]) => [x * (1 + 0.02 * Math.sin(x / 80)), y] as const)
    const simple = withFewerCorners(wobbly, 20, 15)
    assert.ok(simple, `round ${round}`)
    assert.ok(simple.length <= 21 && simple.every((corner) => wobbly.includes(corner)))
    assert.deepEqual(simple[0], simple.at(-1))
    assert.ok(Math.abs(areaOf(simple) / areaOf(wobbly) - 1) < 0.06, `round ${round}: ${areaOf(simple)} of ${areaOf(wobbly)}`)
    assert.equal(firstCrossing([simple]), undefined)
  }
})

test('what cannot be drawn with so few corners near enough is not', () => {
  const star: Ring = [...Array.from({ length: 60 }, (_, k) => [(k % 2 ? 500 : 250) * Math.cos((2 * Math.PI * k) / 60), (k % 2 ? 500 : 250) * Math.sin((2 * Math.PI * k) / 60)] as const), [250, 0]]
  assert.equal(withFewerCorners(star, 20, 15), undefined)
  assert.equal(withFewerCorners(star, 60, 15)?.length, 61)
  assert.equal(withFewerCorners(circle(40), 2, 1000), undefined, 'two corners are no ring')
})

test('a square metre is a square metre, inside is inside', () => {
  const square: Ring = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]
  assert.equal(areaOf(square), 100)
  assert.equal(areaOf(square.toReversed()), -100)
  assert.deepEqual([isInRing([5, 5], square), isInRing([15, 5], square), isInRing([-1, -1], square)], [true, false, false])
})
