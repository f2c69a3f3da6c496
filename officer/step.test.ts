import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TimerView } from '#modules/dispatch/contract.ts'
import { limitOf, mayRefuse, nextStep, seenState, usedUp } from './step.ts'

test('an order goes on step by step to the end, and there is nothing after it', () => {
  assert.equal(nextStep('ordered'), 'acknowledged')
  assert.equal(nextStep('acknowledged'), 'en-route')
  assert.equal(nextStep('en-route'), 'on-scene')
  assert.equal(nextStep('on-scene'), 'reported')
  assert.equal(nextStep('reported'), 'cleared')
  for (const over of ['cleared', 'refused', 'diverted', 'cancelled'] as const) assert.equal(nextStep(over), undefined)
})

test('a crew that has arrived can no longer say that it cannot go', () => {
  assert.ok(mayRefuse('ordered') && mayRefuse('en-route'))
  assert.ok(!mayRefuse('on-scene') && !mayRefuse('reported') && !mayRefuse('cancelled'))
})

test('what waits in the outbox is shown as done, in the order it was done', () => {
  assert.equal(seenState('ordered', ['acknowledged', 'en-route']), 'en-route')
  assert.equal(seenState('ordered', []), 'ordered')
})

test('what the server has passed already is not shown again', () => {
  assert.equal(seenState('on-scene', ['acknowledged']), 'on-scene')
  assert.equal(seenState('cancelled', ['acknowledged', 'en-route']), 'cancelled')
})

test('a refusal that waits ends the order here', () => assert.equal(seenState('acknowledged', ['refused', 'en-route']), 'refused'))

const timer = (assignment: string | null, dueAt: number): TimerView =>
  ({ id: `t${dueAt}`, kind: 'move', assignment, startedAt: 0, dueAt, escalation: 0, escalatedAt: null, seenBy: null })

test('the limit is the earliest of this assignment, not of another', () => {
  assert.equal(limitOf([timer('b', 5), timer('a', 30), timer('a', 20), timer(null, 1)], 'a')?.dueAt, 20)
  assert.equal(limitOf([timer('b', 5)], 'a'), undefined)
})

test('a limit fills from 0 and goes past 1', () => {
  assert.equal(usedUp({ startedAt: 1000, dueAt: 2000 }, 500), 0)
  assert.equal(usedUp({ startedAt: 1000, dueAt: 2000 }, 1250), 0.25)
  assert.equal(usedUp({ startedAt: 1000, dueAt: 2000 }, 3000), 2)
  assert.equal(usedUp({ startedAt: 1000, dueAt: 1000 }, 1000), 1)
})
