import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BroadcastView } from '#modules/messages/contract.ts'
import type { Role } from '#kernel/actor.ts'
import { areasOfCalls, callAt, callInArea, callInFence, reachesAround, reachInside, readCall, shortCalls } from './reaches.ts'

const words = (key: string) => key

test('what a call starts from comes back from its address, and nonsense is a place that is not chosen yet', () => {
  assert.deepEqual(readCall(callAt([117.2, -28.3])), { from: 'place', at: [117.2, -28.3] })
  assert.deepEqual(readCall(callInFence('f-1')), { from: 'fence', fence: 'f-1' })
  assert.deepEqual(readCall(callInArea), { from: 'area' })
  for (const text of ['call', 'call-at-', 'call-at-200,10', 'call-at-1', 'call-x']) assert.deepEqual(readCall(text), { from: 'place', at: null }, text)
})

test('each choice asks for one reach only', () => {
  for (const { asked } of reachesAround({ lon: 1, lat: 2 }, words)) assert.equal(Number('minutes' in asked) + Number('kilometers' in asked), 1)
  assert.deepEqual(reachInside({ type: 'Point', coordinates: [1, 2], radiusMeters: 300 }, words).asked, { lon: 1, lat: 2, kilometers: 0.3 })
  assert.deepEqual(reachInside({ type: 'Point', coordinates: [1, 2], radiusMeters: 20 }, words).asked, { lon: 1, lat: 2, kilometers: 0.1 })
  assert.deepEqual(reachInside({ type: 'Polygon', coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]] }, words).asked, { area: [[0, 0], [1, 0], [1, 1]] })
})

test('open calls show where they went: the drawn area, or the circle around a place; what stands on the map already is not drawn twice', () => {
  type Shown = Parameters<typeof areasOfCalls>[0] extends Iterable<infer Each> ? Each : never
  const view = (more: object) => ({ id: 'b', text: '请到北门', endedAt: null, area: null, incident: null, fence: null, kilometers: null, lon: 1, lat: 2, ...more }) as unknown as Shown // what the map reads of it
  const ring = [[0, 0], [1, 0], [1, 1]]
  assert.deepEqual(areasOfCalls([view({ area: ring })]), [{ id: 'b', name: '请到北门', rings: [[...ring, [0, 0]]] }])
  assert.equal(areasOfCalls([view({ kilometers: 2 })])[0]!.rings[0]!.length, 73)
  assert.equal(areasOfCalls([view({ area: ring, text: '请'.repeat(40) })])[0]!.name, `${'请'.repeat(16)}…`)
  for (const more of [{ area: ring, endedAt: 5 }, { fence: 'f', kilometers: null }, { incident: 'i', kilometers: 2 }, { kind: 'agency', lon: null, lat: null }, { kind: 'minutes' }]) assert.deepEqual(areasOfCalls([view(more)]), [], JSON.stringify(more))
  assert.deepEqual(areasOfCalls([view({ area: undefined })]), [], 'one that was asked knows no area')
})

const short = { id: 'b', agency: 'jx.guixi', sender: 'a1', shortAt: 5, escalatedAt: null, seenAt: null, endedAt: null, yes: 0, enoughYes: 2, sentAt: 1, recipients: [] }
const cases: [what: string, view: object, account: string, role: Role, agency: string, told: boolean][] = [
  ['who sent it', {}, 'a1', 'dispatcher', 'jx', true],
  ['a desk of its agency', {}, 'a2', 'commander', 'jx.guixi', true],
  ['one above, while others may still take note', {}, 'a2', 'dispatcher', 'jx', false],
  ['one above, when nobody did', { escalatedAt: 9 }, 'a2', 'dispatcher', 'jx', true],
  ['nobody, once it was seen', { escalatedAt: 9, seenAt: 10 }, 'a1', 'dispatcher', 'jx.guixi', false],
  ['nobody, when enough came after all', { yes: 2 }, 'a1', 'dispatcher', 'jx.guixi', false],
  ['nobody, when it was ended', { endedAt: 9 }, 'a1', 'dispatcher', 'jx.guixi', false],
  ['nobody, before its time', { shortAt: null }, 'a1', 'dispatcher', 'jx.guixi', false],
  ['no station', {}, 'a2', 'station', 'jx.guixi', false],
]
for (const [what, view, account, role, agency, told] of cases) {
  test(`too few came: told is ${what}`, () => {
    const shown = shortCalls([{ ...short, ...view } as unknown as BroadcastView], { account, grants: [{ role, agency }] }) // what is looked at here
    assert.equal(shown.length === 1, told)
  })
}
