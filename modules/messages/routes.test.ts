/** The doors of messages over real HTTP, every answer held to its schema; files from a real disk. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Registry } from 'prom-client'
import type { Actor } from '#kernel/actor.ts'
import { refusals as dispatchRefusals } from '#modules/dispatch/refusals.ts'
import { pictureStore } from '#modules/dispatch/picture-store.ts'
import { createHttpServer, type HttpServer } from '#platform/http/server.ts'
import { silentLog } from '#platform/log.ts'
import { callerOf } from '#test/caller.ts'
import { people, place } from '#test/dispatch-scene.ts'
import { crewOf, messagesScene, type MessagesScene } from '#test/messages-scene.ts'
import { botRoutes } from './bot-routes.ts'
import { broadcastRoutes } from './broadcast-routes.ts'
import { refusals } from './refusals.ts'
import { routes } from './routes.ts'

let scene: MessagesScene
let server: HttpServer
let url: string
const folder = mkdtempSync(join(tmpdir(), 'gengfu-messages-'))
const actors = new Map<string, Actor>([...Object.values(people), ...Object.values(crewOf)].map((actor) => [actor.account.padEnd(43, '-'), actor]))
before(async () => {
  scene = await messagesScene()
  server = await createHttpServer({
    log: silentLog, metrics: { registry: new Registry() }, sentences: { ...dispatchRefusals, ...refusals }, staticFolder: '/nowhere', version: 't', now: scene.messages.now, checkReplies: true,
    async authenticate({ token }) {
      const actor = actors.get(token)
      return actor ? { actor, session: { id: token, csrf: '', mustChangePassword: false, idleExpiresAt: 0, expiresAt: 0 } } : 'expired'
    },
  })
  const store = pictureStore(folder, scene.messages.newId)
  server.mount([...routes, ...broadcastRoutes], { ...scene.messages, pictures: store, voices: store })
  server.mount(botRoutes, scene.messages)
  ;({ url } = await server.listen('127.0.0.1', 0))
})
after(async () => {
  await server?.close()
  await scene?.end()
  rmSync(folder, { recursive: true, force: true })
})

const as = (actor: Actor) => callerOf(url, { token: actor.account.padEnd(43, '-'), language: 'zh' })
const { night, elsewhere, analyst, root } = people
const command = (body: object = {}) => ({ commandId: scene.id(), ...body })
const voice = Buffer.concat([Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 0x42, 0x82, 0x84]), Buffer.from('webm'), Buffer.alloc(100), Buffer.from('A_OPUS'), Buffer.alloc(900, 7)])

test('a message over HTTP: sent, listed, read, counted; refused in words', async () => {
  const sent = await as(night)('POST', '/api/messages/channels/unit-p1/messages', command({ text: '请回话' }))
  assert.deepEqual([sent.status, sent.body.number], [201, 1])
  const list = await as(crewOf.p1)('GET', '/api/messages/channels')
  assert.deepEqual(list.body.items.filter(({ unread }: { unread: number }) => unread > 0).map(({ id }: { id: string }) => id), ['unit-p1'])
  const got = await as(crewOf.p1)('POST', '/api/messages/receipts', { items: [{ channel: 'unit-p1', delivered: 1, read: 1 }] })
  assert.deepEqual([got.status, got.body, scene.moved.at(-1)], [200, { moved: ['unit-p1'] }, 'unit-p1'])
  const page = await as(night)('GET', '/api/messages/channels/unit-p1/messages?limit=1')
  assert.deepEqual(page.body.items.map(({ text, of, delivered, read }: Record<string, unknown>) => [text, of, delivered, read]), [['请回话', 2, 1, 1]])
  const found = await as(night)('GET', `/api/messages/search?q=${encodeURIComponent('回话')}`)
  assert.equal(found.body.items.length, 1)

  const not: [Actor, string, number, string][] = [
    [elsewhere, '/api/messages/channels/unit-p1/messages', 404, 'channel-not-found'],
    [analyst, '/api/messages/channels/unit-p1/messages', 403, 'not-allowed'],
    [root, '/api/messages/channels/unit-p1/messages', 403, 'not-allowed'],
  ]
  for (const [actor, path, status, code] of not) {
    const { status: answered, body } = await as(actor)('POST', path, command({ text: 'x' }))
    assert.deepEqual([answered, body.code], [status, code], actor.name)
  }
  const long = await as(night)('POST', '/api/messages/channels/unit-p1/messages', command({ text: '长'.repeat(2001) }))
  assert.equal(long.status, 400)
  const empty = await as(night)('POST', '/api/messages/channels/unit-p1/messages', command({ text: '  ' }))
  assert.deepEqual([empty.status, empty.body.because], [409, '没有内容可发送。'])
  assert.equal((await callerOf(url)('GET', '/api/messages/channels')).status, 401)
})

test('a voice note is sent as its own type, in parts where asked, never guessed at, to those in its channel only', async () => {
  const sent = await as(crewOf.p1)('POST', '/api/messages/channels/unit-p1/voices', command({ data: voice.toString('base64'), seconds: 2 }))
  assert.equal(sent.status, 201)
  const path = `/api/messages/${sent.body.id}/file`
  const file = await as(night)('GET', path)
  assert.deepEqual([file.status, file.headers.get('content-type'), file.headers.get('x-content-type-options'), file.headers.get('content-length')], [200, 'audio/webm', 'nosniff', String(voice.length)])
  const part = await as(night)('GET', path, undefined, { headers: { range: 'bytes=0-9' } })
  assert.deepEqual([part.status, part.headers.get('content-range')], [206, `bytes 0-9/${voice.length}`])
  assert.deepEqual([file, part].map(({ headers }) => headers.get('cache-control')), ['no-store', 'no-store'], 'it lies in no phone')
  for (const actor of [elsewhere, crewOf.p2]) assert.equal((await as(actor)('GET', path)).status, 404)
  const page = Buffer.from('<html><script>alert(1)</script></html>').toString('base64')
  assert.equal((await as(crewOf.p1)('POST', '/api/messages/channels/unit-p1/voices', command({ data: page, seconds: 2 }))).body.code, 'voice-unknown')
  assert.equal((await as(crewOf.p1)('POST', '/api/messages/channels/unit-p1/voices', command({ data: voice.toString('base64'), seconds: 61 }))).status, 400)
})

test('a group, a call and a bot over HTTP, each with its answer as its schema says', async () => {
  const group = await as(night)('POST', '/api/messages/groups', command({ name: '东片', units: ['p1', 'p2'] }))
  assert.equal(group.status, 201)
  assert.equal((await as(night)('PATCH', `/api/messages/groups/${group.body.id}`, command({ name: '东片一组' }))).status, 200)
  assert.equal((await as(night)('GET', `/api/messages/channels/${group.body.id}`)).body.name, '东片一组')
  assert.equal((await as(crewOf.p1)('POST', '/api/messages/groups', command({ name: 'x', units: ['p1'] }))).status, 403)

  for (const unit of scene.crews.values()) Object.assign(unit, { lon: place.lon + 0.01, lat: place.lat })
  const preview = await as(night)('POST', '/api/messages/broadcasts/preview', { ...place, minutes: 5 })
  assert.deepEqual([preview.status, preview.body.units, preview.body.members], [200, 3, 4])
  const called = await as(night)('POST', '/api/messages/broadcasts', command({ ...place, minutes: 5, text: '请增援' }))
  assert.equal(called.status, 201)
  const { id } = called.body
  const [mine] = (await as(crewOf.p1)('GET', '/api/messages/broadcasts/mine')).body.items
  assert.deepEqual([mine.id, mine.answer, mine.recipients], [id, null, undefined])
  assert.equal((await as(crewOf.p1)('POST', `/api/messages/broadcasts/${id}/answer`, command({ answer: 'yes' }))).status, 200)
  const view = await as(night)('GET', `/api/messages/broadcasts/${id}`)
  assert.deepEqual([view.body.yes, view.body.of], [1, 4])
  assert.equal((await as(elsewhere)('GET', `/api/messages/broadcasts/${id}`)).status, 404)
  assert.equal((await as(night)('GET', '/api/messages/broadcasts')).body.items.length, 1)
  assert.equal((await as(night)('POST', `/api/messages/broadcasts/${id}/end`, command())).status, 200)

  const bot = await as(root)('POST', '/api/messages/bots', command({ agency: 'guixi', label: '群', webhook: 'https://open.feishu.cn/open-apis/bot/v2/hook/12345678-abcd', linkBase: 'https://patrol.example', tells: ['incident'] }))
  assert.equal(bot.status, 201)
  const [shown] = (await as(root)('GET', '/api/messages/bots')).body.items
  assert.deepEqual([shown.enabled, shown.ending, shown.webhook, shown.token], [false, 'abcd', undefined, undefined])
  assert.equal((await as(night)('GET', '/api/messages/bots')).status, 403)
  assert.equal((await as(root)('POST', '/api/messages/bots', command({ agency: 'guixi', label: '群', webhook: 'https://127.0.0.1/robot/send?access_token=12345678', linkBase: 'https://patrol.example', tells: ['incident'] }))).body.code, 'webhook-unknown')
  assert.equal((await as(root)('POST', `/api/messages/bots/${bot.body.id}/remove`, command())).status, 200)
})
