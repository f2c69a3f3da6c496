/** What must hold between threads, maps and closures: nobody waits for a table, and no answer mixes two moments. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { seeded } from '#core/random.ts'
import type { Db } from '#platform/db/sql.ts'
import { here, middleOf, roadsScene, there, type RoadsNode } from '#test/roads-scene.ts'
import type { TownRoads } from './deps.ts'
import { openRoad } from './close-road.ts'

const scene = await roadsScene()
after(() => scene.end())
const first = scene.map('first')
const second = scene.map('second', { reversed: true })

async function wayOf({ room }: RoadsNode) {
  const way = await room.way(here, there, 'car')
  assert.ok(way && typeof way === 'object', String(way))
  return way
}
async function eventually<T>(what: string, read: () => Promise<T>, wanted: (found: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    const found = await read()
    if (wanted(found)) return found
    if (tries === 200) assert.fail(`${what}: still ${JSON.stringify(found).slice(0, 200)}`)
    await sleep(25)
  }
}

test('arrivals, ways and the placing of closures do not wait for a large table or an area', async () => {
  const node = await scene.node({ roads: () => first })
  const random = seeded(5)
  const points = Array.from({ length: 1500 }, () => ({ lon: 117.2 + 0.04 * random(), lat: 28.28 + 0.03 * random() }))
  await wayOf(node)
  const answered: string[] = []
  const note = (what: string) => () => void answered.push(what)
  const large = node.room.matrix(points, points, 'car').then(note('table'))
  const area = node.room.isochrone([here], [600], 'car', 'from').then(note('area'))
  await node.room.roads.arrivals(there, [{ id: 'a', ...here, mode: 'car' }]).then(note('arrivals'))
  await wayOf(node).then(note('way'))
  await node.room.placeClosure({ type: 'Point', coordinates: [here.lon, here.lat] }, ['car']).then(note('closure'))
  await Promise.all([large, area])
  assert.deepEqual(answered, ['arrivals', 'way', 'closure', 'table', 'area'])
})

test('while a map is swapped every answer is about one map with its own closures', async () => {
  let roads: TownRoads = first
  let changed = () => {}
  const node = await scene.node({ roads: () => roads, onChange: (listener) => ((changed = listener), () => {}) })
  await node.listen()
  const open = await wayOf(node)
  const closed: string[] = []
  for (const part of [0.3, 0.5, 0.7]) {
    const line = open.geometry.slice(Math.floor(part * open.geometry.length) - 1, Math.floor(part * open.geometry.length) + 1)
    closed.push(await node.close({ type: 'Point', coordinates: middleOf(line) }))
  }
  const round = await wayOf(node)
  assert.ok(round.seconds > open.seconds)
  const heard = new Set<number>()
  for (const next of [second, first, second]) {
    roads = next
    changed()
    for (let i = 0; i < 60; i++) {
      const [way, [arrival], table] = await Promise.all([wayOf(node), node.room.roads.arrivals(there, [{ id: 'a', ...here, mode: 'car' }]), node.room.matrix([here], [there], 'car')])
      heard.add(way.seconds).add(arrival!.seconds).add(table!.milliseconds[0]! / 1000)
      await sleep(i % 3)
    }
    const versionOf = async () => (await wayOf(node)).steps.find(({ street }) => street !== null)?.street?.split(' ')[0]
    await eventually('the new map answers', versionOf, (version) => version === next.version)
  }
  // the two maps are the same streets, so there is one right answer: round the closures
  assert.deepEqual([...heard], [round.seconds])
  assert.deepEqual((await node.room.inForce()).map(({ edges }) => edges), [1, 1, 1])
  for (const id of closed) await openRoad({ journal: node.journal, now: () => 1_767_225_600_001 }, { account: 'night', name: 'night', grants: [{ role: 'dispatcher', agency: 'guixi' }] }, id, scene.newId())
  assert.equal((await wayOf(node)).seconds, open.seconds)
})

test('a closure that another node made while this one was opening is heard', async () => {
  const one = await scene.node({ roads: () => first })
  await one.listen()
  const late = await scene.node({ roads: () => first }) // has read what is in force, hears nothing yet
  const open = await wayOf(late)
  const id = await one.close({ type: 'Point', coordinates: middleOf(open.geometry) })
  await late.listen()
  late.room.start()
  await eventually('closures', async () => late.room.roads.closureCount(), (count) => count === 1)
  // counted before it is built in: nobody waits for it here, as whoever closes a road does
  await eventually('the way around', async () => (await wayOf(late)).seconds, (seconds) => seconds > open.seconds)

  // and without the start, by the gap before the next entry that is heard
  const later = await scene.node({ roads: () => first })
  const another = await one.close({ type: 'Point', coordinates: middleOf((await wayOf(one)).geometry) })
  await later.listen()
  const third = await one.close({ type: 'Point', coordinates: middleOf((await wayOf(one)).geometry) })
  await eventually('closures after a gap', async () => (await later.room.inForce()).map((each) => each.id).sort(), (ids) => ids.join() === [id, another, third].sort().join())
  for (const each of [id, another, third]) await openRoad({ journal: one.journal, now: () => 1_767_225_600_001 }, { account: 'night', name: 'night', grants: [{ role: 'dispatcher', agency: 'guixi' }] }, each, scene.newId())
})

test('a closure heard of while the database is away counts as soon as it is back', async () => {
  let away = false
  const db: Db = {
    query: (text, params) => (away ? Promise.reject(new Error('the database is away')) : scene.database.query(text, params)),
    copy: (text, rows) => scene.database.copy(text, rows),
    transaction: (work) => scene.database.transaction(work),
  }
  const one = await scene.node({ roads: () => first })
  await one.listen()
  const cut = await scene.node({ roads: () => first }, { db })
  await cut.listen()
  const open = await wayOf(cut)
  away = true
  await one.close({ type: 'Point', coordinates: middleOf(open.geometry) })
  await cut.journal.waitFor(await one.journal.head())
  await eventually('the fault', async () => cut.faults, (faults) => faults.length > 0)
  assert.equal((await wayOf(cut)).seconds, open.seconds)
  away = false
  await eventually('closures', async () => cut.room.roads.closureCount(), (count) => count === 1)
  await eventually('the way round', async () => (await wayOf(cut)).seconds, (seconds) => seconds > open.seconds)
})
