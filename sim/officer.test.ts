import assert from 'node:assert/strict'
import { test } from 'node:test'
import { officerNext, temperOf, type OfficerFacts, type Temper } from './officer.ts'

const temper: Temper = { refuses: undefined, answerSeconds: 10, moveSeconds: 20, arriveSeconds: 5, sceneSeconds: 100, leaveSeconds: 30 }
const facts = (state: OfficerFacts['state'], forSeconds: number, thereSeconds?: number): OfficerFacts => ({ state, forSeconds, thereSeconds })

const cases: [what: string, facts: OfficerFacts, temper: Temper, pressed: string | undefined][] = [
  ['lets an order ring', facts('ordered', 9.9), temper, undefined],
  ['acknowledges', facts('ordered', 10), temper, 'acknowledged'],
  ['refuses with a reason at hand', facts('ordered', 10), { ...temper, refuses: { zh: '故障', en: 'broken' } }, 'refused'],
  ['gets ready', facts('acknowledged', 19), temper, undefined],
  ['drives off', facts('acknowledged', 20), temper, 'en-route'],
  ['is not there before it is there, however long it drives', facts('en-route', 5000), temper, undefined],
  ['parks', facts('en-route', 90, 4), temper, undefined],
  ['is there', facts('en-route', 90, 5), temper, 'on-scene'],
  ['works', facts('on-scene', 99, 99), temper, undefined],
  ['reports', facts('on-scene', 100, 100), temper, 'reported'],
  ['leaves', facts('reported', 30, 200), temper, 'cleared'],
  ['does nothing after a cancellation', facts('cancelled', 1e6), temper, undefined],
  ['does nothing after a diversion', facts('diverted', 1e6), temper, undefined],
  ['does nothing when it is over', facts('cleared', 1e6), temper, undefined],
]
for (const [what, given, of, pressed] of cases) test(`a crew ${what}`, () => assert.equal(officerNext(given, of), pressed))

test('over 4,000 orders: most answer in time, some are late, a few cannot come, and the seed decides which', () => {
  const options = { speed: 1, onSceneSeconds: 100, guest: false }
  let late = 0
  let slowToMove = 0
  let refused = 0
  let long = 0
  for (let incident = 1; incident <= 4000; incident++) {
    const one = temperOf(7, '巡1', incident, options)
    assert.deepEqual(one, temperOf(7, '巡1', incident, options))
    if (one.answerSeconds > 30) late++
    if (one.moveSeconds > 60) slowToMove++
    if (one.refuses) refused++
    if (one.sceneSeconds > 300) long++
  }
  assert.ok(late > 240 && late < 400, `${late} late`)
  assert.ok(slowToMove > 130 && slowToMove < 270, `${slowToMove} slow to move`)
  assert.ok(refused > 60 && refused < 145, `${refused} refused`)
  assert.ok(long > 110 && long < 215, `${long} long`)
})

test('a guest is given time to press the buttons and never refuses by himself', () => {
  for (let incident = 1; incident <= 500; incident++) {
    const one = temperOf(7, '巡5', incident, { speed: 1, onSceneSeconds: 100, guest: true })
    assert.equal(one.refuses, undefined)
    assert.ok(one.answerSeconds >= 60 && one.arriveSeconds >= 60 && one.sceneSeconds >= 240)
  }
})

test('a town at speed 4 answers four times as soon', () => {
  const once = temperOf(7, '巡1', 3, { speed: 1, onSceneSeconds: 100, guest: false })
  const fast = temperOf(7, '巡1', 3, { speed: 4, onSceneSeconds: 100, guest: false })
  assert.equal(fast.answerSeconds, once.answerSeconds / 4)
  assert.equal(fast.sceneSeconds, once.sceneSeconds / 4)
})

test('in the middle of things, the first steps take seconds, whoever it is', () => {
  for (let incident = 1; incident <= 300; incident++) {
    const one = temperOf(7, '巡1', incident, { speed: 1, onSceneSeconds: 100, guest: false, brisk: true })
    assert.ok(one.refuses === undefined && one.answerSeconds + one.moveSeconds + one.arriveSeconds < 12)
    assert.equal(one.sceneSeconds, 100)
  }
})
