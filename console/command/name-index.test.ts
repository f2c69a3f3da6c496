import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import { likeness } from './initials.ts'
import { callSignNames, nameIndex } from './name-index.ts'

type Thing = { readonly callSign: string }
const things = (...callSigns: string[]): Thing[] => callSigns.map((callSign) => ({ callSign }))
const called = (found: readonly Thing[]) => found.map(({ callSign }) => callSign)

test('the only exact name is meant, however many begin so', () => {
  const index = nameIndex(things('巡31', '巡3', '巡32'), callSignNames)
  assert.equal(index.find('巡3').one?.callSign, '巡3')
  assert.equal(index.find('x3').one?.callSign, '巡3')
  assert.equal(index.find('x31').one?.callSign, '巡31')
  assert.equal(index.find('x').one, undefined)
})

test('the best come first, equally good ones in the order of the list, no more than wanted', () => {
  const index = nameIndex(things('aP7', 'P71', 'P7', 'P70'), callSignNames)
  assert.deepEqual(called(index.find('p7').many), ['P7', 'P71', 'P70', 'aP7'])
  assert.deepEqual(index.best('p7', 2).map(({ thing, score }) => [thing.callSign, score]), [['P7', 0], ['P71', 1]])
  assert.deepEqual(called(index.find('p7', 1).many), ['P7', 'P71', 'P70'])
})

test('a call sign with a space is found without it', () => assert.equal(nameIndex(things('Car 12', 'Car 121'), callSignNames).find('car12').one?.callSign, 'Car 12'))

test('nothing typed finds nobody', () => assert.deepEqual(nameIndex(things('巡3'), callSignNames).find('  '.trim()).many, []))

/** As it was before there was an index: each compared, then sorted. */
function slowly(typed: string, all: readonly Thing[]): { one: Thing | undefined; many: Thing[] } {
  const scored = all.flatMap((thing) => {
    const found = callSignNames(thing).map((name) => likeness(typed, name)).filter((score) => score !== undefined)
    return found.length > 0 ? [{ thing, score: Math.min(...found) }] : []
  })
  scored.sort((a, b) => a.score - b.score)
  const isClear = scored.length === 1 || (scored.length > 1 && scored[0]!.score <= 0.5 && scored[1]!.score > scored[0]!.score)
  return { one: isClear ? scored[0]!.thing : undefined, many: scored.map(({ thing }) => thing) }
}

for (const seed of [1, 2, 3]) {
  test(`finds what comparing with each finds, seed ${seed}`, () => {
    const random = seeded(seed)
    const letters = [...'巡特警车aP1２ 7']
    const word = (length: number) => Array.from({ length: 1 + Math.floor(random() * length) }, () => letters[Math.floor(random() * letters.length)]!).join('')
    const all = things(...Array.from({ length: 300 }, () => word(6)))
    const index = nameIndex(all, callSignNames)
    for (let n = 0; n < 200; n++) {
      const typed = word(4)
      const { one, many } = index.find(typed)
      assert.deepEqual({ one, many }, slowly(typed, all), `seed ${seed}, typed ${JSON.stringify(typed)}`)
    }
  })
}
