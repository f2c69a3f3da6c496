import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { Actor } from '#kernel/actor.ts'
import { openIncident } from '#modules/dispatch/open-incident.ts'
import { people, place } from '#test/dispatch-scene.ts'
import { testDatabase } from '#test/database.ts'
import { crewOf, messagesScene, replayInto, type MessagesScene } from '#test/messages-scene.ts'
import type { Db } from '#platform/db/sql.ts'
import { answerBroadcast } from './answer-broadcast.ts'
import { broadcastsOfMember, broadcastViews, forgottenBroadcasts } from './broadcast-store.ts'
import type { BroadcastReach } from './contract.ts'
import { openMessages, widenDue } from './jobs.ts'
import { takeReceipts } from './list-channels.ts'
import { endBroadcast, endForgotten, reach, seeBroadcast, sendBroadcast, widenBroadcast } from './send-broadcast.ts'

let scene: MessagesScene
before(async () => {
  scene = await messagesScene()
  // by road 100 s, 500 s and 900 s from the place
  for (const [unit, away] of [['p1', 0.01], ['p2', 0.05], ['p3', 0.09]] as const) Object.assign(scene.crews.get(unit)!, { lon: place.lon + away, lat: place.lat })
})
after(() => scene?.end())

const { night, elsewhere, desk, chief } = people
const code = (outcome: object) => ('refused' in outcome ? outcome.refused : 'done')
const call = async (more: object = {}, actor: Actor = night) => {
  const sent = await sendBroadcast(scene.messages, { actor, commandId: scene.id(), ...place, minutes: 5, text: '请增援', ...more })
  return 'refused' in sent ? assert.fail(sent.refused) : sent.answer.id
}
const view = async (id: string) => (await broadcastViews(scene.db, [id]))[0]!
const say = (actor: Actor, broadcast: string, answer: 'yes' | 'no') => answerBroadcast(scene.messages, { actor, commandId: scene.id(), broadcast, answer })
const reached = async (asked: BroadcastReach, actor: Actor = night) => {
  const found = await reach(scene.messages, actor, asked)
  return 'refused' in found ? found.refused : found.recipients.map(({ member, because, seconds }) => `${member} ${because} ${seconds}`)
}

test('whom it reaches: by road in minutes, in an area, of an agency; of one’s own tree, on duty, with a reason', async () => {
  assert.deepEqual(await reached({ ...place, minutes: 5 }), ['m1 minutes 100', 'm9 minutes 100'])
  assert.deepEqual(await reached({ ...place, minutes: 9 }), ['m1 minutes 100', 'm9 minutes 100', 'm2 minutes 500'])
  const box = [[117.2, 28.2], [117.24, 28.2], [117.24, 28.4], [117.2, 28.4]]
  assert.deepEqual(await reached({ area: box }), ['m1 area null', 'm9 area null'])
  assert.deepEqual(await reached({ agency: 'guixi' }), ['m1 agency null', 'm9 agency null', 'm2 agency null', 'm3 agency null'])
  assert.deepEqual(await reached({ agency: 'yujiang' }), 'agency-not-found')
  assert.deepEqual(await reached({ ...place, minutes: 5, agency: 'guixi' }), 'broadcast-reach-unclear')
  assert.deepEqual(await reached({ minutes: 5 }), 'broadcast-reach-unclear')
  assert.deepEqual(await reached(place), 'broadcast-reach-unclear')
  assert.deepEqual(await reached({ ...place, minutes: 5 }, desk), 'not-allowed')
  scene.crews.get('p1')!.stale = true
  assert.deepEqual(await reached({ ...place, minutes: 5 }), [], 'whose place is not known is not near')
  assert.equal((await reached({ agency: 'guixi' })).length, 4, 'and is on duty all the same')
  scene.crews.get('p1')!.stale = false
})

test('delivered, read, yes and no are counted; only who was asked answers, for himself', async () => {
  const id = await call({ minutes: 10, enoughYes: 2 })
  const counts = async () => (({ of, delivered, read, yes, no }) => [of, delivered, read, yes, no])(await view(id))
  assert.deepEqual(await counts(), [3, 0, 0, 0, 0])
  assert.deepEqual(await takeReceipts(scene.messages, crewOf.p1, [{ channel: `broadcast-${id}`, delivered: 1 }]), [`broadcast-${id}`])
  assert.deepEqual(await takeReceipts(scene.messages, crewOf.p3, [{ channel: `broadcast-${id}`, delivered: 1, read: 1 }]), [], 'who was not asked has received nothing')
  await takeReceipts(scene.messages, crewOf.p1too, [{ channel: `broadcast-${id}`, delivered: 1, read: 1 }])
  assert.deepEqual(await counts(), [3, 2, 1, 0, 0])
  assert.equal(code(await say(crewOf.p1, id, 'yes')), 'done')
  assert.equal(code(await say(crewOf.p2, id, 'no')), 'done')
  assert.equal(code(await say(crewOf.p3, id, 'yes')), 'broadcast-not-found')
  assert.equal(code(await say(night, id, 'yes')), 'broadcast-not-found')
  assert.deepEqual(await counts(), [3, 3, 3, 1, 1], 'who answers has read it')
  assert.equal(code(await endBroadcast(scene.messages, { actor: elsewhere, commandId: scene.id(), broadcast: id })), 'broadcast-not-found')
  assert.equal(code(await endBroadcast(scene.messages, { actor: chief, commandId: scene.id(), broadcast: id })), 'done')
  assert.equal(code(await say(crewOf.p2, id, 'yes')), 'broadcast-ended')
  const [mine] = await broadcastsOfMember(scene.db, 'm2', 0, 10)
  assert.deepEqual([mine!.id, mine!.answer, mine!.yes, 'recipients' in mine!], [id, 'no', 1, false])
})

test('whom it reached stays so: who comes near later is not asked, and the same command is one call', async () => {
  const command = { actor: night, commandId: scene.id(), ...place, minutes: 5, text: '增援' }
  const first = await sendBroadcast(scene.messages, command)
  scene.crews.get('p2')!.lon = place.lon
  const again = await sendBroadcast(scene.messages, command)
  assert.ok('answer' in first && 'answer' in again)
  assert.deepEqual(again.answer, first.answer)
  assert.deepEqual((await view(first.answer.id)).recipients.map(({ member }) => member), ['m1', 'm9'])
  scene.crews.get('p2')!.lon = place.lon + 0.05
})

test('nobody near: the call is refused before anything is written', async () => {
  const outcome = await sendBroadcast(scene.messages, { actor: night, commandId: scene.id(), lon: 100, lat: 20, minutes: 5, text: '有人吗' })
  assert.equal(code(outcome), 'broadcast-reaches-nobody')
})

test('without enough yes the next ring is asked, once though several nodes look, then the sender is told', async () => {
  const id = await call({ minutes: 5, enoughYes: 2, widenMinutes: 3 })
  await say(crewOf.p1, id, 'yes')
  scene.pass(179)
  await widenDue(scene.messages)
  assert.equal((await view(id)).ring, 1)
  scene.pass(2)
  const due = { id, ring: 1, wasShort: false, agency: 'guixi' }
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => widenBroadcast(scene.messages, due)))
  assert.equal(outcomes.filter((outcome) => 'answer' in outcome && !outcome.repeated).length, 1, 'one node asks')
  const widened = await view(id)
  assert.deepEqual([widened.ring, widened.minutes, widened.recipients.map(({ member, ring }) => `${member} ${ring}`)], [2, 10, ['m1 1', 'm9 1', 'm2 2']])
  scene.pass(181)
  await widenDue(scene.messages)
  const short = await view(id)
  assert.deepEqual([short.shortAt, short.widensAt, short.yes], [scene.messages.now(), null, 1], 'there is no agency above')
  scene.pass(1000)
  assert.equal(await widenDue(scene.messages), 0, 'told once')
})

/** A call of a station, whose unit is p1 for the time of it. */
async function ofStation(work: (id: string) => Promise<void>): Promise<void> {
  const unit = scene.crews.get('p1')!
  unit.agency = 'guixi.xiongshi'
  const station: Actor = { ...night, grants: [{ role: 'dispatcher', agency: 'guixi.xiongshi' }] }
  await work(await call({ minutes: 5, enoughYes: 2, widenMinutes: 3 }, station))
  unit.agency = 'guixi'
}

test('too few came to a station’s call and nobody took note: the agency above is told, once though several nodes look', () => ofStation(async (id) => {
  scene.pass(181)
  await widenDue(scene.messages)
  assert.deepEqual([(await view(id)).shortAt, (await view(id)).widensAt], [scene.messages.now(), scene.messages.now() + 180_000])
  scene.pass(179)
  await widenDue(scene.messages)
  assert.equal((await view(id)).escalatedAt, null)
  scene.pass(2)
  const late = { id, ring: 1, wasShort: true, agency: 'guixi.xiongshi' }
  const above = await Promise.all(Array.from({ length: 5 }, () => widenBroadcast(scene.messages, late)))
  assert.equal(above.filter((outcome) => 'answer' in outcome && !outcome.repeated).length, 1, 'the agency above is told once')
  assert.equal((await view(id)).escalatedAt, scene.messages.now())
  scene.pass(1000)
  assert.equal(await widenDue(scene.messages), 0, 'and nobody after it')
}))

test('who takes note of too few, keeps it from the agency above', () => ofStation(async (id) => {
  assert.equal(code(await seeBroadcast(scene.messages, { actor: night, commandId: scene.id(), broadcast: id })), 'broadcast-not-short')
  scene.pass(181)
  await widenDue(scene.messages)
  assert.equal((await view(id)).shortAt, scene.messages.now())
  assert.equal(code(await seeBroadcast(scene.messages, { actor: elsewhere, commandId: scene.id(), broadcast: id })), 'broadcast-not-found')
  for (let twice = 0; twice < 2; twice++) assert.equal(code(await seeBroadcast(scene.messages, { actor: chief, commandId: scene.id(), broadcast: id })), 'done')
  const seen = await view(id)
  assert.deepEqual([seen.seenAt, seen.seenBy, seen.widensAt], [scene.messages.now(), chief.name, null])
  scene.pass(1000)
  await widenDue(scene.messages)
  assert.equal((await view(id)).escalatedAt, null)
}))

test('around a place as the crow flies, in a fence of one’s own or of above; never beyond one’s tree', async () => {
  // a degree of longitude here is some 98 km
  assert.deepEqual(await reached({ ...place, kilometers: 2 }), ['m1 area null', 'm9 area null'])
  assert.deepEqual(await reached({ ...place, kilometers: 6 }), ['m1 area null', 'm9 area null', 'm2 area null'])
  assert.deepEqual(await reached({ kilometers: 6 }), 'broadcast-reach-unclear')
  assert.deepEqual(await reached({ ...place, kilometers: 6, minutes: 5 }), 'broadcast-reach-unclear')
  const fence = { name: '火车站广场', ...place, isInside: (lon: number) => lon < place.lon + 0.06 }
  scene.fences.set('own', { ...fence, agency: 'guixi' })
  scene.fences.set('other', { ...fence, agency: 'yujiang' })
  assert.deepEqual(await reached({ fence: 'own' }), ['m1 area null', 'm9 area null', 'm2 area null'])
  assert.deepEqual(await reached({ fence: 'other' }), 'fence-not-found')
  assert.deepEqual(await reached({ fence: 'none' }), 'fence-not-found')
  const station: Actor = { ...night, grants: [{ role: 'dispatcher', agency: 'guixi.xiongshi' }] }
  assert.deepEqual(await reached({ fence: 'own' }, station), [], 'of the county’s fence a station calls its own units only')
  const sent = await sendBroadcast(scene.messages, { actor: night, commandId: scene.id(), fence: 'own', text: '请到广场集合' })
  assert.ok('answer' in sent)
  const shown = await view(sent.answer.id)
  assert.deepEqual([shown.kind, shown.fence, shown.place, shown.lon], ['area', 'own', '火车站广场', place.lon])
  const near = await view(await call({ minutes: undefined, kilometers: 2 }))
  assert.deepEqual([near.kind, near.kilometers, near.lat], ['area', 2, place.lat])
})

test('a call that nobody ended is over by itself after a day, once', async () => {
  const id = await call()
  scene.pass(24 * 3600 + 1)
  const forgotten = await forgottenBroadcasts(scene.db, scene.messages.now() - 24 * 3_600_000, 50)
  assert.ok(forgotten.some((each) => each.id === id))
  await Promise.all([1, 2, 3].map(() => endForgotten(scene.messages, { id, agency: 'guixi' })))
  assert.equal((await view(id)).endedAt, scene.messages.now())
  assert.equal((await scene.journal.read(0, 100, { stream: `broadcast/${id}` })).filter(({ type }) => type === 'broadcast-ended').length, 1)
})

test('enough yes stops the clock', async () => {
  const id = await call({ minutes: 5, widenMinutes: 1 })
  await say(crewOf.p1, id, 'yes')
  scene.pass(100)
  assert.equal(await widenDue(scene.messages), 0)
  assert.equal((await view(id)).ring, 1)
})

test('a call about an incident is in its log, is the incident’s agency’s, and shows no recipient another', async () => {
  const opened = await openIncident(scene.deps, { actor: night, commandId: scene.id(), category: 'dispute', ...place })
  assert.ok('answer' in opened)
  const incident = opened.answer.id
  const sent = await sendBroadcast(scene.messages, { actor: night, commandId: scene.id(), incident, minutes: 5, text: '请增援' })
  assert.ok('answer' in sent)
  const room = openMessages({ ...scene.messages, fetch: () => Promise.reject(new Error('nothing is posted here')), onFault: () => {} })
  assert.deepEqual((await room.logOf(night, incident)).streams, [`channel/incident-${incident}`, `broadcast/${sent.answer.id}`])
  const [thing] = await room.describe(await scene.journal.read(sent.position - 1, 1))
  const [desks, asked] = thing!.forms
  assert.equal((desks!.view as { recipients: unknown[] }).recipients.length, 2)
  assert.deepEqual(asked!.to.members, ['m1', 'm9'])
  assert.doesNotMatch(JSON.stringify([asked!.view, asked!.dataOf!((await scene.journal.read(sent.position - 1, 1))[0]!.data)]), /警员|m9/)
  assert.equal(await reached({ incident, minutes: 5 }, elsewhere), 'incident-not-found')
})

test('replaying the journal gives every broadcast and recipient again', async () => {
  const copy = await testDatabase()
  try {
    await replayInto(copy.database, scene)
    const dump = async (db: Db) => [await db.query('select * from messages.broadcast order by id'), await db.query('select * from messages.recipient order by broadcast, member')]
    const [first, again] = [await dump(scene.db), await dump(copy.database)]
    assert.ok(first[0]!.length >= 5 && first[1]!.length > 10, 'there is something to compare')
    assert.deepEqual(again, first)
  } finally {
    await copy.drop()
  }
})

test('a call to a drawn area says which while it is looked at by a desk, also after replay; those who were asked are not told', async () => {
  const area = [[-0.02, -0.02], [0.02, -0.02], [0.02, 0.02]].map(([lon, lat]) => [place.lon + lon!, place.lat + lat!])
  const id = await call({ minutes: undefined, lon: undefined, lat: undefined, area })
  assert.deepEqual((await view(id)).area, area)
  assert.equal((await view(await call())).area, null)
  const asked = (await broadcastsOfMember(scene.db, crewOf.p1.member!, 0, 50)).find((each) => each.id === id)!
  assert.ok(!('area' in asked))
  const copy = await testDatabase()
  try {
    await replayInto(copy.database, scene)
    assert.deepEqual((await broadcastViews(copy.database, [id]))[0]!.area, area)
  } finally {
    await copy.drop()
  }
})

test('calls that were made before areas were kept have them from the journal', async () => {
  const area = [[-0.02, -0.02], [0.02, -0.02], [0.02, 0.02]].map(([lon, lat]) => [place.lon + lon!, place.lat + lat!])
  const [drawn, around] = [await call({ minutes: undefined, lon: undefined, lat: undefined, area }), await call()]
  await scene.db.query('update messages.broadcast set area = null')
  const [, ...fill] = readFileSync(new URL('../../server/migrations/0019-call-areas.sql', import.meta.url), 'utf8').split('update messages.broadcast')
  await scene.db.query(`update messages.broadcast${fill.join('')}`)
  assert.deepEqual([(await view(drawn)).area, (await view(around)).area], [area, null])
})

test('a clock that was far ahead and is set back holds up no sweep', async (context) => {
  let aheadMs = 10 * 24 * 3_600_000
  const now = () => scene.messages.now() + aheadMs
  const room = openMessages({ ...scene.messages, now, fetch: () => Promise.reject(new Error('nothing is posted here')), onFault: (what, cause) => assert.fail(`${what}: ${String(cause)}`) })
  context.after(() => room.stop())
  const isOver = async (id: string) => {
    for (let n = 0; n < 600 && (await view(id)).endedAt === null; n++) await new Promise((resolve) => setTimeout(resolve, 50))
    return (await view(id)).endedAt !== null
  }
  const first = await call()
  await room.start(() => {})
  assert.ok(await isOver(first))
  const second = await call()
  aheadMs = 0
  scene.pass(25 * 3600)
  assert.ok(await isOver(second))
})
