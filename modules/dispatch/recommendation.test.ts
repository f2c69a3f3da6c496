import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import type { UnitKind, UnitView } from '#modules/units/contract.ts'
import { isUsable, recommend, unusable, type Placed } from './recommendation.ts'

const T = 1_767_225_600_000
const to = { lon: 117.21, lat: 28.29 }
const unit = (id: string, more: Partial<UnitView> = {}): Placed => ({
  id, handle: 1, callSign: id, kind: 'car', agency: 'guixi', capabilities: [], state: 'free', stateSince: T, incident: null, assignment: null,
  crew: [], onDutySince: T, lon: 117.2, lat: 28.29, fixAt: T - 4000, speedKmh: null, courseDeg: null, accuracyMeters: null, stale: false, ...more,
}) as Placed
const by = (id: string, seconds: number, meters = seconds * 10) => ({ id, seconds, meters })
const codes = (items: readonly { unit: string; reasons: readonly { code: string }[] }[]) =>
  items.map((item) => [item.unit, ...item.reasons.map((reason) => reason.code)])

test('the nearest by road is first, and the others say how far behind it they are', () => {
  const items = recommend(to, [unit('a'), unit('b'), unit('c')], [by('b', 60), by('c', 90), by('a', 200)], [], 'en', T)
  assert.deepEqual(codes(items), [
    ['b', 'nearest-by-road', 'fix-age'],
    ['c', 'minutes-behind-nearest', 'fix-age'],
    ['a', 'minutes-behind-nearest', 'fix-age'],
  ])
  assert.equal(items[1]!.reasons[0]!.text, '0.5 min behind the nearest')
  assert.equal(items[0]!.reasons[1]!.text, 'position 4 s old')
})

test('who has what is needed comes first; the nearer one without it is shown, and says what it lacks', () => {
  const items = recommend(to, [unit('a'), unit('b', { capabilities: ['armed'] })], [by('a', 60), by('b', 120)], ['armed'], 'en', T)
  assert.deepEqual(codes(items), [
    ['b', 'nearest-with-capability', 'minutes-behind-nearest', 'fix-age'],
    ['a', 'nearest-by-road', 'lacks-capability', 'fix-age'],
  ])
})

test('without any way by road it is estimated from the straight line, and says so', () => {
  const items = recommend(to, [unit('far', { lon: 117.1 }), unit('near')], [], [], 'zh', T)
  assert.deepEqual(codes(items), [['near', 'no-road-data', 'fix-age'], ['far', 'no-road-data', 'fix-age']])
  const [near] = items
  assert.ok(Math.abs(near!.distanceMeters - 979) < 2, String(near!.distanceMeters))
  assert.ok(Math.abs(near!.travelSeconds - (near!.distanceMeters * 1.4) / (30 / 3.6)) < 0.01)
})

test('one that no road leads from comes after those that drive, however near it is', () => {
  assert.deepEqual(codes(recommend(to, [unit('island', { lon: 117.2099 }), unit('road')], [by('road', 900)], [], 'zh', T)).map(([id]) => id), ['road', 'island'])
})

test('an e-bike takes the car’s roads at no more than 25 km/h', () => {
  const [item] = recommend(to, [unit('e', { kind: 'e-bike' })], [by('e', 60, 1000)], [], 'zh', T)
  assert.equal(item!.travelSeconds, 144)
  const [slow] = recommend(to, [unit('e', { kind: 'e-bike' })], [by('e', 200, 1000)], [], 'zh', T)
  assert.equal(slow!.travelSeconds, 200)
})

test('only who is on duty, free and fresh is usable; the others say why not', () => {
  const all = [
    unit('free'), unit('off', { state: 'off-duty' }), unit('busy', { state: 'en-route', incident: 'i9' }), unit('here', { state: 'ordered', incident: 'i1' }),
    unit('lost', { lon: null, fixAt: null, stale: true }), unit('old', { stale: true, fixAt: T - 90_000 }),
  ]
  assert.deepEqual(all.filter(isUsable).map((each) => each.id), ['free'])
  assert.deepEqual(codes(unusable(all, 'i1', 'zh', T)), [['off', 'off-duty'], ['busy', 'committed'], ['here', 'assigned'], ['lost', 'no-position'], ['old', 'stale']])
})

test('the list is in order of time for any arrivals when nothing is needed, and no unit is lost', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seeded(seed)
    const kinds: UnitKind[] = ['car', 'motorcycle', 'e-bike', 'foot']
    const units = Array.from({ length: 20 }, (_, n) => unit(`u${n}`, { kind: kinds[Math.floor(random() * 4)], lon: 117 + random() }))
    const arrivals = units.filter(() => random() < 0.8).map((each) => by(each.id, random() * 900))
    const items = recommend(to, units, arrivals, [], 'zh', T)
    const known = new Set(arrivals.map((arrival) => arrival.id))
    assert.deepEqual(items.map((item) => item.unit).sort(), units.map((each) => each.id).sort(), `seed ${seed}`)
    for (let n = 1; n < items.length; n++) {
      const [a, b] = [items[n - 1]!, items[n]!]
      assert.ok(known.has(a.unit) === known.has(b.unit) ? a.travelSeconds <= b.travelSeconds : known.has(a.unit), `seed ${seed}, row ${n}`)
    }
  }
})
