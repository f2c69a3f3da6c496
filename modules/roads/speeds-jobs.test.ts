/** Learned speeds as a whole: drives in, sums kept, in force from hour to hour on every node, off and forgotten on a word. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { readGraph } from '#core/graph/graph-file.ts'
import { fixesAlong, randomWay } from '#core/graph/speeds/random-drives.ts'
import { streetsOf } from '#core/graph/streets.ts'
import type { Actor } from '#kernel/actor.ts'
import { isRefused } from '#kernel/decision.ts'
import type { Tx } from '#kernel/journal.ts'
import { bindSql } from '#platform/db/sql.ts'
import { here, middleOf, roadsScene, there } from '#test/roads-scene.ts'
import type { Drive, DriveFix } from './contract.ts'
import type { RoadsDeps } from './deps.ts'
import { speedsRoutes } from './speeds-routes.ts'
import { projectedSpeedsTables, speedsProjections } from './speeds-store.ts'
import { forgetAllSpeeds, setSpeedsUsed } from './switch-speeds.ts'

const scene = await roadsScene()
after(() => scene.end())
const map = scene.map('first')
const streets = streetsOf(readGraph(map.graph, { trust: true }), 'car')

const HOUR = 3_600_000
const start = scene.now()
const fixesOf = new Map<number, DriveFix[]>()
const drives: Drive[] = []
/** Drives of one hour, all half as fast as the profile. */
function addDrives(endedAt: number, count: number, times = 2): void {
  for (let i = 0; i < count; i++) {
    const unit = fixesOf.size + 1
    const track = fixesAlong(randomWay(streets, unit), unit, times)
    const from = endedAt - track.at(-1)!.ms
    fixesOf.set(unit, track.map(({ ms, lon, lat }) => ({ ms: from + ms, lon, lat, accuracyMeters: null, headingDegrees: null, metersPerSecond: null })))
    drives.push({ unit, mode: 'car', from, to: endedAt })
  }
}
const learnsFrom = {
  timeZone: () => 'Asia/Shanghai',
  drives: async (from: number, to: number) => drives.filter((drive) => drive.to > from && drive.to <= to),
  fixes: async (unit: number) => fixesOf.get(unit)!,
}
const node = () => scene.node({ roads: () => map }, { learnsFrom })
const [one, two] = [await node(), await node()]
await one.listen()
await two.listen()
const chief: Actor = { account: 'chief', name: 'chief', grants: [{ role: 'administrator', agency: 'guixi' }] }

const seconds = async (on = one, mode: 'car' | 'bike' = 'car') => {
  const way = await on.room.way(here, there, mode)
  assert.ok(way && typeof way !== 'string')
  return way.seconds
}
const get = async (path: string, request: object = {}) => {
  const found = speedsRoutes.find((route) => route.method === 'GET' && route.path === path)!
  const deps = { db: scene.database, journal: one.journal, now: scene.now, newId: scene.newId, room: one.room } as unknown as RoadsDeps
  return (await found.handle(deps, { actor: chief, language: 'zh', address: '127.0.0.1', querystring: {}, params: {}, ...request } as never)) as { status: number; body: any } | { refused: string }
}
/** The other node hears a little later. */
async function heard(isSo: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await isSo()); waited += 20) {
    assert.ok(waited < 5_000, 'the other node heard it')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
const profile = await seconds()

test('without a drive everything is the profile, and the page says so', async () => {
  await one.room.speeds.round()
  assert.equal(await seconds(), profile)
  const answer = await get('/api/roads/speeds')
  assert.ok('body' in answer)
  assert.equal(answer.body.used, true)
  assert.equal(answer.body.ready, true)
  assert.deepEqual(answer.body.modes.map((each: any) => [each.mode, each.drives, each.coveredShare]), [['car', 0, 0], ['emergency', 0, 0], ['bike', 0, 0]])
})

test('drives are learned once, whoever looks, and count from the next hour on, for those who drive alike', async () => {
  addDrives(start + 10 * 60_000, 60)
  scene.at(start + 20 * 60_000)
  await Promise.all([one.room.speeds.round(), two.room.speeds.round()])
  const [{ drives: kept }] = (await scene.database.query<{ drives: number }>('select sum(drives)::int as drives from roads.drive_sum')) as [{ drives: number }]
  assert.ok(kept > 200, `${kept} pieces of road`)
  assert.equal(await seconds(), profile, 'the hour has not turned')
  scene.at(start + HOUR + 20 * 60_000)
  await one.room.speeds.round()
  await two.room.speeds.round()
  assert.equal((await scene.database.query<{ drives: number }>('select sum(drives)::int as drives from roads.drive_sum'))[0]!.drives, kept)
  const learned = await seconds()
  assert.ok(learned > 1.3 * profile && learned < 2.1 * profile, `${learned} of ${profile}`)
  assert.equal(await seconds(two), learned, 'on the other node too')
  assert.ok((await seconds(one, 'bike')) < learned, 'motorcycles were not driven')
})

test('a matrix, a way and an arrival are one number on learned speeds, under a closure too', async () => {
  const agree = async () => {
    const table = await one.room.matrix([here], [there], 'car')
    const [arrival] = await one.room.roads.arrivals(there, [{ id: 'a', ...here, mode: 'car' }])
    const way = await seconds()
    assert.equal(table!.milliseconds[0]! / 1000, way)
    assert.equal(arrival!.seconds, way)
    return way
  }
  const open = await agree()
  const way = await one.room.way(here, there, 'car')
  assert.ok(way && typeof way !== 'string')
  await one.close({ type: 'Point', coordinates: middleOf(way.geometry) })
  assert.ok((await agree()) >= open, 'closing makes nothing faster')
  await heard(async () => (await seconds(two)) === (await seconds()))
})

test('what is wrong with the map is listed with its interval and drives, and each hour of a road can be seen', async () => {
  const answer = await get('/api/roads/doubts')
  assert.ok('body' in answer)
  for (const road of answer.body.roads) {
    assert.ok(road.low <= road.ratio && road.ratio <= road.high && road.drives >= 8 && road.line.length > 1)
    assert.equal(road.kind === 'slower', road.ratio > 1)
  }
  const [{ arc }] = (await scene.database.query<{ arc: string }>('select arc::text as arc from roads.drive_sum order by drives desc limit 1')) as [{ arc: string }]
  const hours = await get('/api/roads/speeds/:id', { params: { id: arc } })
  assert.ok('body' in hours)
  assert.equal(hours.body.hours.length, 168)
  assert.ok(hours.body.hours.some((hour: any) => hour.drives > 0 && hour.ratio > 1.2))
  assert.ok(hours.body.hours.every((hour: any) => hour.low < hour.ratio && hour.ratio < hour.high))
  assert.deepEqual(await get('/api/roads/speeds/:id', { params: { id: '12345' } }), { refused: 'road-not-found' })
})

test('switched off is the profile at once on every node, switched on is what it was; only the top may', async () => {
  const learned = await seconds()
  assert.ok(!isRefused(await setSpeedsUsed({ journal: one.journal, now: scene.now }, chief, scene.newId(), false)))
  assert.ok((await seconds()) < learned)
  await heard(async () => (await seconds(two)) < learned)
  await setSpeedsUsed({ journal: one.journal, now: scene.now }, chief, scene.newId(), true)
  assert.equal(await seconds(), learned)
  const station: Actor = { ...chief, grants: [{ role: 'administrator', agency: 'guixi.dongmen' }] }
  assert.deepEqual(await setSpeedsUsed({ journal: one.journal, now: scene.now }, station, scene.newId(), false), { refused: 'not-of-the-top' })
})

test('forgotten is forgotten: the profile again, and the sums are gone', async () => {
  await forgetAllSpeeds({ journal: one.journal, now: scene.now }, chief, scene.newId())
  await one.room.speeds.round()
  const left = await get('/api/roads/speeds')
  assert.ok('body' in left)
  assert.equal(left.body.modes[0].drives, 0)
  scene.at(start + 2 * HOUR)
  await one.room.speeds.round()
  assert.deepEqual(await scene.database.query('select * from roads.drive_sum'), [])
  assert.deepEqual(one.faults, [])
})

test('replaying the journal gives the rule again', async () => {
  const rows = async () => JSON.stringify(await Promise.all(projectedSpeedsTables.map((table) => scene.database.query(`select * from ${table}`))))
  const before = await rows()
  const entries = await one.journal.read(0, 10_000)
  await scene.database.transaction(async (sql) => {
    for (const table of projectedSpeedsTables) await sql.query(`delete from ${table}`)
    const tx = { load: () => assert.fail('a projection asks nobody'), append: () => assert.fail('a projection appends nothing') } as unknown as Tx
    bindSql(tx, sql)
    for (const entry of entries) for (const { types, apply } of speedsProjections) if (types.includes(entry.type)) await apply(tx, entry)
  })
  assert.equal(await rows(), before)
  assert.match(before, /"epoch":1/)
})
