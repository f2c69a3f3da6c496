import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeviceView, StrangerView } from '#modules/units/contract.ts'
import { ageOf, conditionOf, merged, openPorts, skewIsLarge, strangersInOrder } from './device-rows.ts'

const device = (lastSeenAt: number | null, online: boolean) => ({ lastSeenAt, status: { online } as DeviceView['status'] })

test('a device is online, silent, or was never heard', () => {
  assert.deepEqual([conditionOf(device(1, true)), conditionOf(device(1, false)), conditionOf(device(null, false))], ['online', 'silent', 'never'])
})

test('nothing was heard in the future, and a clock may be a little off', () => {
  assert.deepEqual([ageOf(5000, 8000), ageOf(9000, 8000)], [3, 0])
  assert.deepEqual([skewIsLarge(-29_000), skewIsLarge(-31_000), skewIsLarge(40_000)], [false, true, true])
})

test('of the ports those that are open', () => assert.deepEqual(openPorts({ jt808: 6808, gt06: null, h02: null, osmand: 5055, mqtt: null }), [{ protocol: 'jt808', port: 6808 }, { protocol: 'osmand', port: 5055 }]))

test('rows keep their places while what they say changes', () => {
  const row = (id: string, label = id) => ({ id, label }) as DeviceView
  assert.deepEqual(merged([row('b'), row('a'), row('c')], [row('a', 'new'), row('b'), row('d')]), [row('b'), row('a', 'new')])
})

test('who knocked stands by when it first did, and waits while the list is held', () => {
  const knock = (id: string, firstAt: number, lastAt = firstAt) => ({ id, firstAt, lastAt }) as StrangerView
  const ids = (list: readonly StrangerView[]) => list.map(({ id }) => id)
  const first = strangersInOrder([knock('a', 1), knock('c', 3), knock('b', 2, 9)])
  assert.deepEqual(ids(first), ['c', 'b', 'a'])
  const next = [knock('d', 4), knock('a', 1, 12), knock('b', 2, 11)]
  assert.deepEqual(strangersInOrder(next, first), [knock('b', 2, 11), knock('a', 1, 12)])
  assert.deepEqual(ids(strangersInOrder(next)), ['d', 'b', 'a'])
})
