import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { seeded } from '#core/random.ts'
import type { Actor } from '#kernel/actor.ts'
import { assignUnit } from '#modules/dispatch/assign-unit.ts'
import { openIncident } from '#modules/dispatch/open-incident.ts'
import type { Db } from '#platform/db/sql.ts'
import { testDatabase } from '#test/database.ts'
import { people, person, place, start } from '#test/dispatch-scene.ts'
import { crewOf, messagesScene, replayInto, type MessagesScene } from '#test/messages-scene.ts'
import { changeGroup, createGroup } from './change-group.ts'
import { findOwnChannel, findOwnMessage, listChannels, readMessages, receiptsOfMessage, search, takeReceipts } from './list-channels.ts'
import { openMessages } from './jobs.ts'
import { countOf, memberReader } from './receipts.ts'
import { sendPicture, sendText, sendVoice } from './send-message.ts'

let scene: MessagesScene
before(async () => void (scene = await messagesScene()))
after(() => scene?.end())

const { night, elsewhere, desk, analyst, root, chief } = people
const write = (actor: Actor, channel: string, text = '注意安全') => sendText(scene.messages, { actor, commandId: scene.id(), channel, text })
const read = (actor: Actor, channel: string, page: { before?: number; after?: number; limit?: number } = {}) => readMessages(scene.messages, actor, { channel, limit: 50, ...page })
const textsOf = (found: Awaited<ReturnType<typeof read>>) => ('refused' in found ? found.refused : found.map(({ text }) => text))
const firstOf = async (channel: string) => {
  const found = await read(night, channel)
  return 'refused' in found ? assert.fail(found.refused) : found[0]!.id
}
const code = (outcome: object) => ('refused' in outcome ? outcome.refused : 'done')
const newIncident = async () => {
  const opened = await openIncident(scene.deps, { actor: night, commandId: scene.id(), category: 'dispute', ...place })
  assert.ok('answer' in opened)
  return opened.answer.id
}
const newGroup = async (units: readonly string[], name = '东片') => {
  const made = await createGroup(scene.messages, { actor: night, commandId: scene.id(), name, units })
  assert.ok('answer' in made)
  return made.answer.id
}

test('who may write where: desks of the tree, crews of the channel while on duty, nobody else', async () => {
  const incident = await newIncident()
  await assignUnit(scene.deps, { actor: night, commandId: scene.id(), incident, unit: 'p2' })
  const group = await newGroup(['p1', 'p3'])
  const off = person('off', 'officer', 'guixi', 'm4')
  const table: [channel: string, may: readonly Actor[], mayNot: readonly Actor[]][] = [
    ['unit-p1', [night, chief, crewOf.p1, crewOf.p1too], [crewOf.p2, desk, elsewhere, analyst, root, off]],
    [`incident-${incident}`, [night, chief, crewOf.p2], [crewOf.p1, desk, elsewhere, analyst, root]],
    ['agency-guixi', [night, crewOf.p1, crewOf.p2, crewOf.p3], [desk, elsewhere, analyst, off]],
    ['agency-guixi-xiongshi', [night, desk], [crewOf.p1, elsewhere]],
    [group, [night, crewOf.p1, crewOf.p3], [crewOf.p2, desk, elsewhere, analyst]],
  ]
  for (const [channel, may, mayNot] of table) {
    for (const actor of may) {
      assert.equal(code(await write(actor, channel)), 'done', `${actor.name} writes in ${channel}`)
      assert.equal(code(await read(actor, channel)), 'done', `${actor.name} reads ${channel}`)
    }
    for (const actor of mayNot) {
      assert.equal(code(await write(actor, channel)), 'channel-not-found', `${actor.name} does not write in ${channel}`)
      assert.equal(code(await read(actor, channel)), 'channel-not-found', `${actor.name} does not read ${channel}`)
      assert.equal(code(await findOwnChannel(scene.messages, actor, channel)), 'channel-not-found')
    }
  }
  for (const channel of ['unit-p9', 'incident-none', 'agency-none', 'group-none']) assert.equal(code(await write(night, channel)), 'channel-not-found', channel)
})

test('the same command is one message, also when its sender may no longer write', async () => {
  const command = { actor: crewOf.p2, commandId: scene.id(), channel: 'unit-p2', text: '在路上' }
  const first = await sendText(scene.messages, command)
  const unit = scene.crews.get('p2')!
  const { onDutySince } = unit
  unit.onDutySince = null
  const again = await sendText(scene.messages, command)
  assert.equal(code(await write(crewOf.p2, 'unit-p2')), 'channel-not-found')
  unit.onDutySince = onDutySince
  assert.ok('answer' in first && 'answer' in again && again.repeated)
  assert.deepEqual(again.answer, first.answer)
  assert.deepEqual(textsOf(await read(night, 'unit-p2')), ['在路上'])
  assert.equal(code(await sendText(scene.messages, { ...command, text: '别的话' })), 'command-id-reused')
})

test('fifty messages at once are numbered in turn, without gaps', async () => {
  const group = await newGroup(['p1'], '同时')
  await Promise.all(Array.from({ length: 50 }, (_, n) => write(n % 2 ? night : crewOf.p1, group, `第${n}条`)))
  const found = await read(night, group, { limit: 200 })
  assert.ok(!('refused' in found))
  assert.deepEqual(found.map(({ number }) => number), Array.from({ length: 50 }, (_, n) => n + 1))
  const page = await read(night, group, { before: 40, limit: 5 })
  const next = await read(night, group, { after: 48, limit: 5 })
  assert.ok(!('refused' in page) && !('refused' in next))
  assert.deepEqual([page.map(({ number }) => number), next.map(({ number }) => number)], [[35, 36, 37, 38, 39], [49, 50]])
})

test('a crew sees what was sent in its shift; a desk sees all of it', async () => {
  const group = await newGroup(['p3'], '换班')
  await write(night, group, '上一班')
  scene.pass(10)
  const unit = scene.crews.get('p3')!
  const before = unit.onDutySince
  unit.onDutySince = scene.messages.now()
  await write(night, group, '这一班')
  assert.deepEqual(textsOf(await read(crewOf.p3, group)), ['这一班'])
  assert.deepEqual(textsOf(await read(night, group)), ['上一班', '这一班'])
  const found = await search(scene.messages, crewOf.p3, { words: '一班', limit: 10 })
  assert.ok(!('refused' in found))
  assert.deepEqual(found.map(({ text }) => text), ['这一班'])
  assert.equal(code(await findOwnMessage(scene.messages, crewOf.p3, await firstOf(group))), 'message-not-found')
  unit.onDutySince = before
})

test('receipts: two numbers for each reader, counted for those who were there; never back, never beyond', async () => {
  const group = await newGroup(['p1', 'p2'], '回执')
  await write(night, group, '一')
  await write(night, group, '二')
  const counts = async (actor: Actor = night) => {
    const found = await read(actor, group)
    return 'refused' in found ? assert.fail(found.refused) : found.map(({ of, delivered, read: opened, room }) => `${delivered}/${opened}/${of} ${room}`)
  }
  assert.deepEqual(await counts(), ['0/0/3 null', '0/0/3 null'])
  assert.deepEqual(await takeReceipts(scene.messages, crewOf.p1, [{ channel: group, delivered: 2, read: 1 }]), [group])
  assert.deepEqual(await counts(), ['1/1/3 null', '1/0/3 null'])
  assert.deepEqual(await takeReceipts(scene.messages, crewOf.p1, [{ channel: group, delivered: 1 }]), [], 'never back')
  await takeReceipts(scene.messages, crewOf.p2, [{ channel: group, delivered: 99, read: 99 }])
  await write(crewOf.p1, group, '三')
  assert.deepEqual(await counts(), ['2/2/3 null', '2/1/3 null', '0/0/2 false'], 'nobody has read what was not sent yet')
  await takeReceipts(scene.messages, night, [{ channel: group, delivered: 3, read: 3 }])
  assert.deepEqual((await counts(crewOf.p1)).at(-1), '0/0/2 true', 'a watch room is one reader, without a name')
  assert.deepEqual(await takeReceipts(scene.messages, elsewhere, [{ channel: group, delivered: 3, read: 3 }]), [], 'outside the tree nothing is read')
  const first = await firstOf(group)
  const named = await receiptsOfMessage(scene.messages, night, first)
  assert.ok(!('refused' in named))
  assert.deepEqual(named.map(({ name, read: opened }) => `${name} ${opened}`).sort(), ['警员1 true', '警员2 true', '警员9 false'])
  assert.equal(code(await receiptsOfMessage(scene.messages, crewOf.p1, first)), 'not-allowed')
})

test('who leads from a car is a desk and a member of a crew: both have read', async () => {
  const group = await newGroup(['p2'], '带班')
  await write(chief, group, '各车注意')
  const leader: Actor = { ...crewOf.p2, account: 'leader', grants: [{ role: 'officer', agency: 'guixi' }, { role: 'commander', agency: 'guixi' }] }
  assert.deepEqual(await takeReceipts(scene.messages, leader, [{ channel: group, delivered: 1, read: 1 }]), [group])
  const found = await read(night, group)
  assert.deepEqual('refused' in found ? found : found.map(({ of, read: opened }) => [of, opened]), [[1, 1]])
})

test('a message to a whole agency names nobody in the journal, and its receipts are counted and named all the same', async () => {
  const channel = 'agency-guixi'
  const written = await write(crewOf.p1, channel, '全体注意')
  assert.ok('answer' in written)
  const { id, number } = written.answer
  const [entry] = await scene.journal.read(written.position - 1, 1)
  assert.deepEqual([entry!.data['members'], entry!.data['reached'], entry!.data['author']], [[], 3, 'm1'])
  const counts = async () => {
    const found = await read(night, channel)
    return 'refused' in found ? assert.fail(found.refused) : found.filter((each) => each.id === id).map(({ of, delivered, read: opened }) => [of, delivered, opened])
  }
  await takeReceipts(scene.messages, crewOf.p1, [{ channel, delivered: number, read: number }])
  assert.deepEqual(await counts(), [[3, 0, 0]], 'the sender does not count')
  await takeReceipts(scene.messages, crewOf.p2, [{ channel, delivered: number, read: number }])
  await takeReceipts(scene.messages, crewOf.p3, [{ channel, delivered: number }])
  assert.deepEqual(await counts(), [[3, 2, 1]])
  const named = await receiptsOfMessage(scene.messages, night, id)
  assert.ok(!('refused' in named))
  assert.deepEqual(named.map(({ name, read: opened }) => `${name} ${opened}`).sort(), ['警员2 true', '警员3 false', '警员9 false'])
  // as earlier versions wrote it
  await scene.db.query(`update messages.message set reached = null, author = null, members = '{m2,m3}' where id = $1`, [id])
  assert.deepEqual(await counts(), [[2, 2, 1]], 'an old message with its list is still read')
  await scene.db.query(`update messages.message set reached = 3, author = 'm1', members = '{}' where id = $1`, [id])
})

test('a crew writes to its own agency and only reads what the agencies above tell', async () => {
  const unit = scene.crews.get('p2')!
  unit.agency = 'guixi.xiongshi'
  assert.equal(code(await write(crewOf.p2, 'agency-guixi-xiongshi')), 'done')
  assert.equal(code(await write(crewOf.p2, 'agency-guixi')), 'channel-is-read')
  assert.ok(!('refused' in (await read(crewOf.p2, 'agency-guixi'))))
  assert.equal(code(await write(night, 'agency-guixi')), 'done')
  unit.agency = 'guixi'
})

test('counting agrees with looking at everybody one by one, over 300 random channels', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seeded(seed)
    const members = ['a', 'b', 'c', 'd', 'e'].filter(() => random() < 0.7)
    const receipts = ['a', 'b', 'c', 'x'].filter(() => random() < 0.8).map((member) => ({ reader: memberReader(member), delivered: Math.floor(random() * 6), read: Math.floor(random() * 6) }))
    const number = 1 + Math.floor(random() * 5)
    const counted = countOf({ number, members, callSign: null }, receipts)
    const has = (member: string, what: 'delivered' | 'read') => receipts.some((each) => each.reader === `member/${member}` && each[what] >= number)
    assert.deepEqual(
      [counted.of, counted.read, counted.delivered],
      [members.length, members.filter((each) => has(each, 'read')).length, members.filter((each) => has(each, 'read') || has(each, 'delivered')).length],
      `seed ${seed}`,
    )
  }
})

test('unread: what others wrote and one has not opened; one’s own is never unread', async () => {
  const group = await newGroup(['p2'], '未读')
  const unread = async (actor: Actor) => (await listChannels(scene.messages, actor)).find(({ id }) => id === group)?.unread
  await write(night, group)
  await write(crewOf.p2, group)
  await write(chief, group)
  assert.deepEqual([await unread(night), await unread(chief), await unread(crewOf.p2)], [2, 2, 2])
  await takeReceipts(scene.messages, crewOf.p2, [{ channel: group, delivered: 3, read: 3 }])
  await takeReceipts(scene.messages, night, [{ channel: group, delivered: 2, read: 2 }])
  assert.deepEqual([await unread(night), await unread(chief), await unread(crewOf.p2)], [1, 2, 0])
  scene.pass(25 * 3600)
  assert.equal(await unread(night), 0, 'yesterday’s is history to a desk')
  assert.equal(await unread(elsewhere), undefined)
})

test('a crew’s list has its unit, its groups, its agencies and its incident, before anybody wrote there', async () => {
  const incident = await newIncident()
  const unit = scene.crews.get('p3')!
  unit.incident = incident
  await assignUnit(scene.deps, { actor: night, commandId: scene.id(), incident, unit: 'p3' })
  const group = await newGroup(['p3'], '单子')
  const ids = (await listChannels(scene.messages, crewOf.p3)).map(({ id }) => id)
  for (const wanted of ['unit-p3', 'agency-guixi', `incident-${incident}`, group]) assert.ok(ids.includes(wanted), wanted)
  assert.ok(!ids.includes('unit-p1') && !ids.includes('agency-yujiang') && !ids.includes('agency-guixi-xiongshi'))
  unit.incident = null
})

test('a picture is kept without what its camera wrote into it; a voice note only as what its bytes are', async () => {
  const exif = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0x00, 0x12]), Buffer.from('Exif\0\0GPS-PLACE!'), Buffer.from([0xff, 0xd9])])
  assert.equal(code(await sendPicture(scene.messages, { actor: crewOf.p1, commandId: scene.id(), channel: 'unit-p1', text: '现场', bytes: exif })), 'done')
  assert.ok([...scene.saved.values()].every((bytes) => !Buffer.from(bytes).includes('GPS-PLACE')), 'the place is gone')
  const webm = Buffer.concat([Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 0x42, 0x82, 0x84]), Buffer.from('webm'), Buffer.alloc(100), Buffer.from('A_OPUS'), Buffer.alloc(500)])
  const voice = (bytes: Uint8Array) => sendVoice(scene.messages, { actor: crewOf.p1, commandId: scene.id(), channel: 'unit-p1', bytes, seconds: 3.5 })
  assert.equal(code(await voice(webm)), 'done')
  assert.equal(code(await voice(Buffer.from('<html><script>…</script></html>'))), 'voice-unknown')
  assert.equal(code(await voice(Buffer.concat([webm, Buffer.alloc(1024 * 1024)]))), 'voice-too-large')
  const found = await read(night, 'unit-p1')
  assert.ok(!('refused' in found))
  assert.deepEqual(found.slice(-2).map(({ file }) => [file?.kind, file?.mediaType, file?.seconds]), [['picture', 'image/jpeg', null], ['voice', 'audio/webm', 3.5]])
  const file = await findOwnMessage(scene.messages, crewOf.p1, found.at(-1)!.id)
  assert.ok('message' in file && file.message.sha256 !== null)
  assert.equal(code(await findOwnMessage(scene.messages, crewOf.p2, found.at(-1)!.id)), 'message-not-found', 'a file is its channel’s')
})

test('what is empty, in a closed group or with units of others is refused', async () => {
  const group = await newGroup(['p1', 'p1', 'p2'], '要关的')
  assert.equal(code(await write(night, group, '  ')), 'message-empty')
  assert.equal(code(await createGroup(scene.messages, { actor: night, commandId: scene.id(), name: '远方', units: ['y1'] })), 'unit-not-found')
  assert.equal(code(await createGroup(scene.messages, { actor: night, commandId: scene.id(), name: ' ', units: ['p1'] })), 'group-nameless')
  const alter = (changes: object, actor = night) => changeGroup(scene.messages, { actor, commandId: scene.id(), channel: group, ...changes })
  assert.equal(code(await alter({ name: '别人' }, elsewhere)), 'channel-not-found')
  assert.equal(code(await alter({ closed: true, name: '已关' })), 'done')
  assert.equal(code(await write(night, group)), 'channel-closed')
  assert.equal(code(await alter({ closed: false, units: ['p3'] })), 'done')
  assert.equal(code(await write(crewOf.p3, group)), 'done')
  assert.equal(code(await write(crewOf.p1, group)), 'channel-not-found', 'who was taken out is out')
})

test('an incident’s log has its messages, in the journal’s order, for those who may see persons', async () => {
  const incident = await newIncident()
  await write(night, `incident-${incident}`, '注意对方有刀')
  const room = openMessages({ ...scene.messages, fetch: () => Promise.reject(new Error('nothing is posted here')), onFault: () => {} })
  const parts = await room.logOf(night, incident)
  assert.deepEqual(parts.streams, [`channel/incident-${incident}`])
  const entries = await scene.journal.read(0, 100, { stream: [`incident/${incident}`, ...parts.streams] })
  assert.deepEqual(entries.map(({ type }) => type), ['incident-opened', 'message-sent'])
  assert.ok(!('members' in parts.dataOf(entries[1]!.data)))
  assert.deepEqual((await room.logOf(analyst, incident)).streams, [])
})

test('the live feed shows a channel and its new message to those who are in it', async () => {
  const room = openMessages({ ...scene.messages, fetch: () => Promise.reject(new Error('nothing is posted here')), onFault: () => {} })
  const group = await newGroup(['p2'], '直播')
  const sent = await write(night, group, '收到请回')
  assert.ok('answer' in sent)
  const things = await room.describe(await scene.journal.read(sent.position - 1, 1))
  assert.equal(things.length, 1)
  const [form] = things[0]!.forms
  assert.deepEqual([things[0]!.kind, form!.to.members, form!.to.agencies], ['channels', ['m2'], ['guixi']])
  assert.equal((form!.view as { last: { text: string } }).last.text, '收到请回')
  assert.ok(!('members' in form!.dataOf!({ members: ['m2'], text: 'x' })))
  scene.crews.get('p2')!.onDutySince = scene.messages.now() + 1000
  const later = await room.describe(await scene.journal.read(sent.position - 1, 1))
  assert.deepEqual(later[0]!.forms[0]!.to.members, [], 'a crew that came later does not hear what was said before')
  scene.crews.get('p2')!.onDutySince = start - 3_600_000
})

test('replaying the journal gives every channel and message again', async () => {
  const copy = await testDatabase()
  try {
    await replayInto(copy.database, scene)
    const dump = async (db: Db) => [await db.query('select * from messages.channel order by id'), await db.query('select * from messages.message order by channel, number')]
    const [first, again] = [await dump(scene.db), await dump(copy.database)]
    assert.ok(first[1]!.length > 60, 'there is something to compare')
    assert.deepEqual(again, first)
  } finally {
    await copy.drop()
  }
})
