import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { after, before, test } from 'node:test'
import { openIncident } from '#modules/dispatch/open-incident.ts'
import { people, place } from '#test/dispatch-scene.ts'
import { messagesScene, type MessagesScene } from '#test/messages-scene.ts'
import { noticeText, postOf, problemOf, readWebhook, triesMax } from './bot.ts'
import { leaveNotices, postDue, type PostingDeps } from './bot-jobs.ts'
import { openMessages } from './jobs.ts'
import { sealWith } from '#platform/auth/seal.ts'
import { botViews, closeOpenBots } from './bot-store.ts'
import { addBot, changeBot, removeBot } from './set-bot.ts'

type Got = { readonly path: string; readonly body: string }
let scene: MessagesScene
let vendor: Server
let got: Got[] = []
const posted = (at: number) => got[at]!.path
let reply: (request: IncomingMessage) => { status?: number; body?: string; headers?: Record<string, string>; silent?: boolean } = () => ({})
before(async () => {
  scene = await messagesScene()
  vendor = createServer((request, response) => {
    let body = ''
    request.on('data', (part) => (body += part)).on('end', () => {
      got.push({ path: request.url!, body })
      const { status = 200, body: said = '{"errcode":0,"code":0}', headers = {}, silent = false } = reply(request)
      if (!silent) response.writeHead(status, headers).end(said)
    })
  })
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve))
})
after(async () => {
  vendor?.closeAllConnections()
  vendor?.close()
  await scene?.end()
})

/** The vendors' hosts, played by one server of our own. */
const posting = (): PostingDeps => ({
  db: scene.db,
  now: scene.messages.now,
  incidents: scene.messages.incidents,
  seal: scene.messages.seal,
  fetch(url, request) {
    const { port } = vendor.address() as { port: number }
    assert.match(url, /^https:\/\/(qyapi\.weixin\.qq\.com|oapi\.dingtalk\.com|open\.feishu\.cn)\//)
    return fetch(url.replace(/^https:\/\/[^/]+/, `http://127.0.0.1:${port}`), request)
  },
})
const key = '0123abcd-9999-4f00-8000-0123456789ab'
const hooks = {
  wecom: `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${key}`,
  dingtalk: `https://oapi.dingtalk.com/robot/send?access_token=${key.replaceAll('-', '')}`,
  feishu: `https://open.feishu.cn/open-apis/bot/v2/hook/${key}`,
}
const add = async (webhook: string, more: object = {}, enabled = true) => {
  const added = await addBot(scene.messages, { actor: people.root, commandId: scene.id(), agency: 'guixi', label: '值班群', webhook, linkBase: 'https://patrol.example', tells: ['incident'], ...more })
  assert.ok('answer' in added, JSON.stringify(added))
  if (enabled) await changeBot(scene.messages, { actor: people.root, commandId: scene.id(), bot: added.answer.id, enabled: true })
  return added.answer.id
}
const remove = (bot: string) => removeBot(scene.messages, { actor: people.root, commandId: scene.id(), bot })
const report = async () => {
  const opened = await openIncident(scene.deps, { actor: people.night, commandId: scene.id(), category: 'dispute', ...place, place: '雄石路88号', summary: '张某与李某争吵', reporter: '王某', phone: '13800000000' })
  assert.ok('answer' in opened)
  const entries = await scene.journal.read(opened.position - 1, 1)
  await leaveNotices(scene.db, posting(), entries)
  await leaveNotices(scene.db, posting(), entries) // another node hears it too
  return opened.answer.id
}

const addresses: [what: string, text: string, vendor: string | undefined][] = [
  ['WeCom', hooks.wecom, 'wecom'],
  ['DingTalk', hooks.dingtalk, 'dingtalk'],
  ['Feishu', ` ${hooks.feishu} `, 'feishu'],
  ['plain http', hooks.wecom.replace('https', 'http'), undefined],
  ['another host', hooks.wecom.replace('qyapi.weixin.qq.com', 'qyapi.weixin.qq.com.evil.example'), undefined],
  ['a name before the host', hooks.wecom.replace('https://', 'https://qyapi.weixin.qq.com@127.0.0.1/'), undefined],
  ['a host before the at sign', hooks.wecom.replace('https://', 'https://somebody:word@'), undefined],
  ['another port', hooks.wecom.replace('.com/', '.com:8443/'), undefined],
  ['an address of this machine', `https://127.0.0.1/cgi-bin/webhook/send?key=${key}`, undefined],
  ['another path', hooks.wecom.replace('webhook/send', 'gettoken'), undefined],
  ['a way out of the path', `https://open.feishu.cn/open-apis/bot/v2/hook/../../../${key}`, undefined],
  ['a key with more in it', `https://open.feishu.cn/open-apis/bot/v2/hook/${key}/../x`, undefined],
  ['no key', 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send', undefined],
  ['no address', 'not an address at all', undefined],
]
for (const [what, text, wanted] of addresses) {
  test(`webhook: ${what} is ${wanted ?? 'refused'}`, () => {
    const read = readWebhook(text)
    assert.equal('refused' in read ? undefined : read.vendor, wanted)
  })
}

test('DingTalk and Feishu are signed as their manuals say, each its own odd way', () => {
  const sign = (secret: string, text: string) => createHmac('sha256', secret).update(text).digest('base64')
  const notice = { what: 'incident', number: 7, link: 'https://patrol.example/command' } as const
  const at = 1_767_225_600_123
  const ding = new URL(postOf({ vendor: 'dingtalk', token: 'abcdefgh', secret: 'SECret', linkBase: '' }, notice, at, sign).url)
  assert.equal(ding.searchParams.get('timestamp'), String(at))
  assert.equal(ding.searchParams.get('sign'), createHmac('sha256', 'SECret').update(`${at}\nSECret`).digest('base64'))
  const feishu = JSON.parse(postOf({ vendor: 'feishu', token: 'abcdefgh', secret: 'SECret', linkBase: '' }, notice, at, sign).body)
  assert.deepEqual([feishu.timestamp, feishu.sign], ['1767225600', createHmac('sha256', '1767225600\nSECret').update('').digest('base64')])
  assert.ok(!postOf({ vendor: 'dingtalk', token: 'abcdefgh', secret: null, linkBase: '' }, notice, at, sign).url.includes('sign='))
})

test('what the vendors answer is read, though all of them say 200', () => {
  const table: [number, string, string | undefined][] = [
    [200, '{"errcode":0,"errmsg":"ok"}', undefined],
    [200, '{"code":0,"msg":"success"}', undefined],
    [200, '{"StatusCode":0}', undefined],
    [200, '{"errcode":93000,"errmsg":"invalid webhook url, key=SECRET"}', 'code 93000'],
    [200, '{"code":19021,"msg":"sign match fail"}', 'code 19021'],
    [200, '<html>', 'no readable answer'],
    [200, 'null', 'no readable answer'],
    [502, '', 'HTTP 502'],
  ]
  for (const [status, answer, problem] of table) assert.equal(problemOf(status, answer), problem, answer)
})

test('a number and a link leave the house: no text, no place, no name', async () => {
  got = []
  reply = () => ({})
  const bots = [await add(hooks.wecom), await add(hooks.dingtalk, { secret: 'SEC1' }), await add(hooks.feishu, { secret: 'SEC2' })]
  const incident = await report()
  assert.equal(await postDue(posting()), 3, 'one each, though two nodes heard it')
  assert.equal(await postDue(posting()), 0)
  assert.equal(got.length, 3)
  for (const { body } of got) {
    const said = JSON.stringify(JSON.parse(body))
    assert.match(said, new RegExp(`#1\\\\nhttps://patrol.example/command\\?incident=${incident}`))
    assert.doesNotMatch(said, /雄石|争吵|张|李|王|138|dispute|117/)
  }
  assert.equal(noticeText({ what: 'broadcast', number: 0, link: 'https://x' }), '【更夫】一呼百应\nhttps://x')
  for (const bot of bots) await remove(bot)
})

test('off until it is switched on; not told of what is not its own; nothing is told twice or late', async () => {
  got = []
  const off = await add(hooks.wecom, {}, false)
  const alarms = await add(hooks.dingtalk, { tells: ['limit'] })
  await report()
  assert.equal(await postDue(posting()), 0)
  await changeBot(scene.messages, { actor: people.root, commandId: scene.id(), bot: off, enabled: true })
  const opened = await openIncident(scene.deps, { actor: people.night, commandId: scene.id(), category: 'dispute', ...place })
  assert.ok('answer' in opened)
  scene.pass(11 * 60)
  await leaveNotices(scene.db, posting(), await scene.journal.read(opened.position - 1, 1))
  assert.equal(await postDue(posting()), 0, 'eleven minutes later it is no news')
  assert.deepEqual(got, [])
  for (const bot of [off, alarms]) await remove(bot)
})

test('a vendor that fails is asked again, later and later, then left alone; the reason is told without the key', async () => {
  got = []
  const bot = await add(hooks.wecom)
  await report()
  const waits: number[] = []
  reply = () => ({ body: `{"errcode":45009,"errmsg":"api freq out of limit ${key}"}` })
  for (let passed = 0; waits.length < triesMax && passed < 2000; passed++) {
    if ((await postDue(posting())) > 0) waits.push(passed)
    scene.pass(1)
  }
  assert.deepEqual(waits.slice(1).map((at, n) => at - waits[n]!), [5, 10, 20, 40, 80])
  scene.pass(10_000)
  assert.equal(await postDue(posting()), 0, 'given up')
  const [view] = await botViews(scene.db, ['guixi'])
  assert.deepEqual([view!.problem, view!.waiting, view!.postedAt], ['code 45009', 0, null])
  await remove(bot)
})

test('a vendor that leads elsewhere, is silent, or says too much is a vendor that failed', async () => {
  const bot = await add(hooks.feishu)
  const problems: (string | null)[] = []
  for (const answer of [{ status: 302, headers: { location: 'http://127.0.0.1:1/' } }, { body: `{"code":0,"x":"${'y'.repeat(70_000)}"}` }, { status: 500 }]) {
    reply = () => answer
    await report()
    scene.pass(1)
    await postDue(posting())
    problems.push((await botViews(scene.db, ['guixi']))[0]!.problem)
    scene.pass(400)
  }
  assert.deepEqual(problems, ['could not be reached', 'no readable answer', 'HTTP 500'])
  await remove(bot)
})

test('no more than fifteen and a batch in a minute, however much happens', async () => {
  reply = () => ({})
  got = []
  const bot = await add(hooks.wecom)
  for (let n = 0; n < 30; n++) await report()
  for (let n = 0; n < 20; n++) await postDue(posting())
  assert.ok(got.length >= 15 && got.length <= 20, `${got.length} posts`)
  scene.pass(61)
  for (let n = 0; n < 20; n++) await postDue(posting())
  assert.equal(got.length, 30, 'the others follow')
  await remove(bot)
})

test('key and secret are in no answer, no entry and no command', async () => {
  const bot = await add(hooks.dingtalk, { secret: 'SEC-very-secret' })
  const views = JSON.stringify(await botViews(scene.db, ['guixi']))
  const entries = JSON.stringify(await scene.journal.read(0, 10_000))
  const commands = JSON.stringify(await scene.db.query('select * from journal.command'))
  for (const text of [views, entries, commands]) assert.doesNotMatch(text, /0123abcd|SEC-very-secret/)
  assert.match(entries, /"bot-set"/)
  assert.match(views, /"ending":"89ab","signs":true/)
  const not = await changeBot(scene.messages, { actor: people.elsewhere, commandId: scene.id(), bot, enabled: false })
  assert.ok('refused' in not && not.refused === 'bot-not-found')
  const nor = await addBot(scene.messages, { actor: people.root, commandId: scene.id(), agency: 'yujiang', label: 'x', webhook: hooks.wecom, linkBase: 'https://x.example', tells: ['incident'] })
  assert.ok('refused' in nor && nor.refused === 'agency-not-found')
  await remove(bot)
})

test('a copy of the database opens no bot; what earlier versions left open is closed, and still posts', async () => {
  const bot = await add(hooks.dingtalk, { secret: 'SEC-very-secret' })
  const rows = async () => JSON.stringify(await scene.db.query('select * from messages.bot'))
  const token = hooks.dingtalk.split('=')[1]!
  const isShut = (text: string) => !text.includes(token) && !text.includes('SEC-very-secret')
  assert.ok(isShut(await rows()))
  await scene.db.query('update messages.bot set token = $1, secret = $2', [token, 'SEC-very-secret'])
  assert.deepEqual([isShut(await rows()), await closeOpenBots(scene.db, scene.messages.seal), isShut(await rows()), await closeOpenBots(scene.db, scene.messages.seal)], [false, 1, true, 0])

  reply = () => ({})
  got = []
  await report()
  await postDue(posting())
  assert.match(got[0]!.path, new RegExp(`access_token=${token}&timestamp=\\d+&sign=`))

  // another machine without the key says what is to be done, and asks nobody
  got = []
  await report()
  await postDue({ ...posting(), seal: sealWith([randomBytes(32)], randomBytes) })
  assert.deepEqual(got, [])
  assert.match((await botViews(scene.db, ['guixi']))[0]!.problem!, /enter the webhook again/)
  await changeBot(scene.messages, { actor: people.root, commandId: scene.id(), bot, webhook: hooks.wecom, secret: null })
  scene.pass(400)
  await postDue(posting())
  assert.match(posted(0), /\/cgi-bin\/webhook\/send\?key=0123abcd/)
  await remove(bot)
})

test('a notice is left though the node that wrote the entry died before it heard of it, once, by the next that starts', async () => {
  reply = () => ({})
  got = []
  const bot = await add(hooks.wecom)
  const room = () => openMessages({ ...scene.messages, fetch: posting().fetch, onFault: (what, cause) => assert.fail(`${what}: ${cause}`) })
  const first = room()
  await first.start(() => {})
  await first.stop()
  const opened = await openIncident(scene.deps, { actor: people.night, commandId: scene.id(), category: 'dispute', ...place })
  assert.ok('answer' in opened)
  const next = [room(), room()]
  for (const one of next) await one.start(() => {})
  for (let n = 0; n < 100 && got.length === 0; n++) await new Promise((resolve) => setTimeout(resolve, 50))
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.equal(got.length, 1)
  for (const one of next) await one.stop()
  await remove(bot)
})

test('what waited for more than ten minutes is not told any more', async () => {
  reply = () => ({})
  got = []
  const bot = await add(hooks.feishu)
  await report()
  scene.pass(601)
  assert.equal(await postDue(posting()), 0)
  const [view] = await botViews(scene.db, ['guixi'])
  assert.deepEqual([got.length, view!.waiting, view!.problem], [0, 0, 'too late'])
  await remove(bot)
})
