import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TimerView } from '#modules/dispatch/contract.ts'
import { pressingTimer, readTimer } from './timers.ts'

const timer = (changes: Partial<TimerView> = {}): TimerView => ({
  id: 't1', kind: 'acknowledge', assignment: 'a1', startedAt: 1000, dueAt: 31_000, escalation: 0, escalatedAt: null, seenBy: null, ...changes,
})

test('a timer fills from start to limit and not beyond', () => {
  assert.equal(readTimer(timer(), 0).share, 0)
  assert.equal(readTimer(timer(), 16_000).share, 0.5)
  assert.equal(readTimer(timer(), 99_000).share, 1)
  assert.equal(readTimer(timer(), 99_000).leftMs, -68_000)
})

test('the last quarter is soon, the limit is over', () => {
  assert.equal(readTimer(timer(), 20_000).urgency, 'calm')
  assert.equal(readTimer(timer(), 24_000).urgency, 'soon')
  assert.equal(readTimer(timer(), 31_000).urgency, 'over')
})

test('an escalated timer alarms until somebody has seen it, even when a new limit was set', () => {
  const escalated = timer({ escalation: 1, escalatedAt: 31_000, dueAt: 61_000 })
  assert.equal(readTimer(escalated, 32_000).alarming, true)
  assert.equal(readTimer(escalated, 32_000).urgency, 'over')
  assert.equal(readTimer({ ...escalated, seenBy: '接警台' }, 32_000).alarming, false)
})

test('an unseen alarm presses more than a limit that is nearer', () => {
  const near = timer({ id: 'near', dueAt: 5000 })
  const unseen = timer({ id: 'unseen', dueAt: 60_000, escalation: 1 })
  assert.equal(pressingTimer([near, unseen], 4000)?.timer.id, 'unseen')
  assert.equal(pressingTimer([timer({ id: 'late' }), near], 4000)?.timer.id, 'near')
  assert.equal(pressingTimer([], 0), undefined)
})

test('limits of length nought do not divide by nought', () => {
  assert.equal(readTimer(timer({ startedAt: 5, dueAt: 5 }), 4).share, 0)
})
