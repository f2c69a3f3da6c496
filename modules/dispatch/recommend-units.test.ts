/** The list of units asked for is the head of the list of everybody, however many there are and whatever is closed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import type { Actor } from '#kernel/actor.ts'
import { secondsWithin, type Arrival, type ArrivalsAsked, type Roads, type RouteView, type Traveller } from '#modules/roads/contract.ts'
import type { UnitKind, UnitView } from '#modules/units/contract.ts'
import { recommendUnits, wayOf } from './recommend-units.ts'
import { recommend, type Placed } from './recommendation.ts'

const T = 1_767_225_600_000
const to = { lon: 117.21, lat: 28.29 }
const actor: Actor = { account: 'night', name: 'night', grants: [{ role: 'dispatcher', agency: 'guixi' }] }
const kinds: UnitKind[] = ['car', 'motorcycle', 'e-bike', 'foot']

/** Units, what the roads allow each of them now, and with nothing closed. */
function night(seed: number, count: number, { barredShare, lostShare, ableShare }: { barredShare: number; lostShare: number; ableShare: number }) {
  const random = seeded(seed)
  const units = Array.from({ length: count }, (_, n) => {
    const capabilities = random() < ableShare ? ['armed'] : []
    return { id: `u${n}`, callSign: `c${n}`, kind: kinds[Math.floor(random() * 4)], agency: 'guixi', capabilities, state: 'free', stale: false, lon: 117 + random() / 2, lat: 28 + random() / 2, fixAt: T } as unknown as Placed
  })
  const now = new Map<string, Arrival>()
  const open = new Map<string, Arrival>()
  for (const { id } of units) {
    const kind = random()
    const [seconds, meters] = [30 + 3000 * random(), 200 + 20_000 * random()]
    if (kind < lostShare) continue
    open.set(id, { id, seconds, meters })
    if (kind > lostShare + barredShare) now.set(id, { id, seconds: seconds + (random() < 0.2 ? 120 : 0), meters })
  }
  const asked: { count: number; countMax: number | undefined }[] = []
  const roads: Roads = {
    async arrivals(_, travellers: readonly Traveller[], { countMax = Infinity, secondsMax = Infinity, openRoads = false }: ArrivalsAsked = {}) {
      asked.push({ count: travellers.length, countMax })
      return travellers
        .flatMap(({ id, metersPerSecondMax }) => {
          const found = (openRoads ? open : now).get(id)
          return found ? [{ ...found, seconds: secondsWithin(metersPerSecondMax, found.seconds, found.meters) }] : []
        })
        .filter(({ seconds }) => seconds <= secondsMax)
        .sort((a, b) => a.seconds - b.seconds || a.meters - b.meters || (a.id < b.id ? -1 : 1))
        .slice(0, countMax)
    },
    way: async () => undefined,
    closureCount: () => (open.size > now.size ? 1 : 0),
  }
  const everybody = (needs: readonly string[]) => recommend(to, units, [...now.values()], needs, 'en', T, { openRoads: roads.closureCount() > 0 ? [...open.values()] : [] })
  return { units, roads, asked, everybody }
}

test('any number from the top, needs or not, closed roads or not: the same units in the same order for the same reasons', async () => {
  for (const [seed, barredShare, lostShare, ableShare] of [[1, 0, 0, 0.1], [2, 0.3, 0.1, 0.1], [3, 0.95, 0.02, 0.5], [4, 1, 0, 0.02], [5, 0.1, 0.9, 0.3], [6, 0, 1, 0.3]] as const) {
    for (const count of [7, 299, 301, 1200]) {
      const { units, roads, everybody } = night(seed, count, { barredShare, lostShare, ableShare })
      for (const needs of [[], ['armed']]) {
        const whole = everybody(needs)
        for (const limit of [1, 5, 40, 400]) {
          const { items } = await recommendUnits({ roads, liveUnits: () => units, now: () => T }, actor, to, { needs, limit, all: false, language: 'en' })
          assert.deepEqual(items, whole.slice(0, limit), `seed ${seed}: ${limit} of ${count}, needs ${needs.join()}`)
        }
      }
    }
  }
})

test('when a closed road bars everybody, the nearest of 5,000 are listed as if it were open, and say so', async () => {
  const { units, roads } = night(9, 5000, { barredShare: 1, lostShare: 0, ableShare: 0 })
  const ask = async (of: readonly UnitView[]) => (await recommendUnits({ roads, liveUnits: () => of, now: () => T }, actor, to, { needs: [], limit: 10, all: false, language: 'en' })).items
  const items = await ask(units)
  assert.equal(items.length, 10)
  assert.ok(items.every(({ reasons }) => reasons.some(({ code }) => code === 'closed-road-between')))
  assert.ok(items.every(({ travelSeconds }, n) => n === 0 || travelSeconds >= items[n - 1]!.travelSeconds))
  assert.deepEqual(await ask(units.toReversed()), items, 'in whatever order they are kept')
})

test('the roads are asked for no more than the list shows', async () => {
  const { units, roads, asked } = night(3, 2000, { barredShare: 0.2, lostShare: 0, ableShare: 0.2 })
  await recommendUnits({ roads, liveUnits: () => units, now: () => T }, actor, to, { needs: ['armed'], limit: 10, all: false, language: 'en' })
  assert.ok(asked.every(({ count, countMax }) => Math.min(count, countMax ?? Infinity) <= 11), JSON.stringify(asked))
})

test('the way of an e-bike takes as long as the list says', async () => {
  const step = { turn: 'depart' as const, street: null, streetEn: null, lon: to.lon, lat: to.lat }
  const way: RouteView = { seconds: 60, meters: 1000, geometry: [], engine: 'live', snappedFromMeters: 0, snappedToMeters: 0, steps: [{ ...step, seconds: 45, meters: 900 }, { ...step, seconds: 15, meters: 100 }] }
  const roads: Roads = { arrivals: async () => [], way: async () => way, closureCount: () => 0 }
  const of = async (kind: UnitKind) => {
    const unit = { id: 'u', callSign: 'u', kind, agency: 'guixi', lon: 117.2, lat: 28.29 } as unknown as UnitView
    const found = await wayOf({ roads, liveUnits: () => [unit] }, actor, to, 'u')
    assert.ok('seconds' in found)
    return [found.seconds, ...found.steps.map(({ seconds }) => Math.round(1000 * seconds) / 1000)]
  }
  assert.deepEqual(await of('motorcycle'), [60, 45, 15])
  assert.deepEqual(await of('e-bike'), [144, 108, 36])
})
