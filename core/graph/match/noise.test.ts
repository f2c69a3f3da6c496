import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '../../random.ts'
import { createNoise } from './noise.ts'

const seed = 5
const normalOf = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

// true standard deviation, what it is found to be: nearly that where it is much, 6 where it is not
for (const [meters, least, most] of [[3, 6, 6], [6, 6, 6], [15, 11, 20], [25, 18, 30], [60, 30, 30]] as const) {
  test(`a receiver that errs by ${meters} m, thought to err by 6 m, is found to err by ${least} to ${most} m`, () => {
    const random = seeded(seed)
    const noise = createNoise(6)
    for (let i = 0; i < 400; i++) noise.saw(Math.abs(meters * normalOf(random)))
    assert.ok(least <= noise.sigma() && noise.sigma() <= most, `seed ${seed}: ${noise.sigma()}`)
  })
}

test('one fix in ten a kilometre off changes nothing', () => {
  const random = seeded(seed)
  const noise = createNoise(6)
  for (let i = 0; i < 400; i++) noise.saw(i % 10 === 0 ? 1_000 : Math.abs(4 * normalOf(random)))
  assert.equal(noise.sigma(), 6)
})
