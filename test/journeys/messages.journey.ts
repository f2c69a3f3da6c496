/** The watch room and a crew write to each other; receipts move, calls are counted, and no page is ever reloaded. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { Served } from '#test/serve.ts'
import { inTown } from './in-town.ts'
import { isUnreloaded, mark, noSeriousFinding, openConsole, openPocket } from './pages.ts'
import { farPlace, makeCrew, openDesk, until } from './town.ts'

let served: Served
let browser: Browser
// so slow a town that its own people leave the crew alone
inTown({ demo: 'guixi', speed: 0.1 }, (town, chromium) => {
  served = town
  browser = chromium
})

const command = async (page: Page, line: string) => {
  await page.keyboard.press('F2')
  await page.keyboard.type(line)
  await page.keyboard.press('Enter')
}

test('a dispatcher writes to a crew, the crew reads and answers off line, and both see who has what', { timeout: 300_000 }, async (t) => {
  const desk = await openDesk(served)
  const place = await farPlace(desk)
  const crew = await makeCrew(served, '试5')
  await crew.startShift()
  await crew.standAt(place)
  const { page: phone, complaints: onPhone } = await openPocket(browser, served, crew, { place })
  await phone.locator('.ready-sign', { hasText: '试5' }).waitFor()
  const { page: room, complaints, violations } = await openConsole(browser, served, served.account('dispatcher'))
  await Promise.all([mark(room), mark(phone)])

  const sentAt = Date.now()
  await command(room, 'm 试5 请到北门加油站会合')
  await phone.locator('.strip-messages .unread-badge', { hasText: '1' }).waitFor()
  t.diagnostic(`from Enter to the badge on the phone: ${Date.now() - sentAt} ms`)

  // the console: by key, without a pointer
  await room.keyboard.press('Escape')
  await room.locator('body').focus()
  await room.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await room.keyboard.press('m')
  await room.locator(`[data-channel="unit-${crew.unit}"]`).focus()
  await room.keyboard.press('Enter')
  const receipt = room.locator('.message.is-own .receipt').last()
  await room.locator('.receipt', { hasText: '已送达 1/1 · 已读 0/1' }).waitFor()
  await noSeriousFinding(room, 'a channel')

  await phone.locator('.strip-messages').tap()
  await phone.locator(`[data-channel="unit-${crew.unit}"]`).tap()
  await phone.locator('.message', { hasText: '请到北门加油站会合' }).waitFor()
  const readAt = Date.now()
  await room.locator('.receipt.is-read', { hasText: '全部已读（1）' }).waitFor()
  t.diagnostic(`from opened on the phone to read on the console: at most ${Date.now() - readAt} ms`)
  await receipt.click()
  await room.locator('.receipt-names li', { hasText: '试5' }).waitFor()

  // off line it waits; back on line it is sent once
  await phone.context().setOffline(true)
  await phone.locator('.composer textarea').fill('收到，三分钟到')
  await phone.locator('.composer .button-primary').tap()
  await phone.locator('.message.is-waiting', { hasText: '收到，三分钟到' }).waitFor()
  await noSeriousFinding(phone, 'a channel on the phone')
  const messages = async () => (await desk.get<{ items: { text: string }[] }>(`/api/messages/channels/unit-${crew.unit}/messages`)).items.map(({ text }) => text)
  assert.deepEqual(await messages(), ['请到北门加油站会合'])
  await phone.context().setOffline(false)
  await room.locator('.message:not(.is-own)', { hasText: '收到，三分钟到' }).waitFor()
  await phone.locator('.message.is-own .receipt.is-read', { hasText: '指挥室已读' }).waitFor()
  await phone.locator('.message.is-waiting').waitFor({ state: 'detached' })
  assert.deepEqual(await messages(), ['请到北门加油站会合', '收到，三分钟到'], 'each once')

  assert.ok(await isUnreloaded(room), 'the console was never reloaded')
  assert.ok(await isUnreloaded(phone), 'the phone was never reloaded')
  assert.deepEqual([complaints(), onPhone(), await violations()], [[], [], []])
  await crew.endShift()
})

test('a call to all near is previewed, sent, answered with one thumb and counted; it stands in the incident’s log', { timeout: 300_000 }, async () => {
  const desk = await openDesk(served)
  const place = await farPlace(desk)
  const crew = await makeCrew(served, '试6')
  await crew.startShift()
  await crew.standAt(place)
  const incident = await desk.open(place, '多人聚集，需要增援')
  const { page: phone } = await openPocket(browser, served, crew, { place })
  await phone.locator('.ready-sign', { hasText: '试6' }).waitFor()
  const { page: room, complaints, violations } = await openConsole(browser, served, served.account('dispatcher'), { path: `/command?incident=${incident}` })
  await mark(room)

  await room.locator('.detail-acts button', { hasText: '一呼百应' }).click()
  await room.locator('.broadcast-preview summary', { hasText: '将呼叫' }).waitFor()
  await room.locator('.broadcast-form textarea').fill('请到路口东侧支援')
  await noSeriousFinding(room, 'calling')
  await room.locator('.broadcast-form button[type=submit]').click()

  const called = phone.locator('.called.is-calling', { hasText: '请到路口东侧支援' })
  await called.waitFor()
  await noSeriousFinding(phone, 'called')
  const yes = called.locator('button', { hasText: /^能到$/ })
  const box = await yes.boundingBox()
  assert.ok(box && box.height >= 48 && box.y + box.height <= 844, 'a thumb reaches it')
  await yes.tap()
  await called.waitFor({ state: 'detached' })
  await room.locator('.broadcast-counts .is-enough', { hasText: '能到 1/1' }).waitFor()
  await room.locator('.log-broadcast-sent').waitFor()
  await room.locator('.log-broadcast-answered', { hasText: '能到' }).waitFor()

  await room.locator('.broadcast-card button', { hasText: '结束呼叫' }).click()
  await room.locator('.broadcast-card', { hasText: '已结束' }).waitFor()
  const types = (await desk.log(incident)).map(({ type }) => type).filter((type) => type.startsWith('broadcast-'))
  assert.deepEqual(types, ['broadcast-sent', 'broadcast-answered', 'broadcast-ended'])

  // a note is still a note, and a message to the incident is in its log
  await command(room, 'l 围观人员已散去')
  await until('the note is in the log', async () => (await desk.log(incident)).some(({ type }) => type === 'note-added')) // one line at a time
  await command(room, `m ${(await desk.incident(incident)).number} 现场已平稳`)
  await until('the message is in the log', async () => (await desk.log(incident)).some(({ type, data }) => type === 'message-sent' && data['text'] === '现场已平稳'))
  await room.locator('.log-message-sent', { hasText: '现场已平稳' }).waitFor()
  assert.ok(await isUnreloaded(room))
  assert.deepEqual([complaints(), await violations()], [[], []])
  await crew.endShift()
})

test('everybody near a place is called by keyboard alone, everybody in a fence from its panel; a crew only reads what is told from above', { timeout: 300_000 }, async () => {
  const desk = await openDesk(served)
  const place = await farPlace(desk)
  const crew = await makeCrew(served, '试7')
  await crew.startShift()
  await crew.standAt(place)
  const { page: phone } = await openPocket(browser, served, crew, { place })
  await phone.locator('.ready-sign', { hasText: '试7' }).waitFor()
  const { page: room, complaints, violations, pointerPresses } = await openConsole(browser, served, served.account('dispatcher'))

  await room.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await room.keyboard.press('m')
  await room.locator('.messages-panel').getByRole('button', { name: '一呼百应' }).focus()
  await room.keyboard.press('Enter')
  await room.getByLabel('地点', { exact: true }).focus()
  assert.equal(await room.locator('.broadcast-form button[type=submit]').getAttribute('aria-disabled'), 'true', 'without a place nobody is called')
  await room.keyboard.type(`${place.lon.toFixed(5)}, ${place.lat.toFixed(5)}`)
  await room.getByLabel('呼叫范围', { exact: true }).selectOption('k1')
  await room.locator('.broadcast-preview summary', { hasText: '将呼叫' }).waitFor()
  await noSeriousFinding(room, 'calling around a place')
  await room.locator('.broadcast-form textarea').focus()
  await room.keyboard.type('请到码头集合')
  await room.locator('.broadcast-form button[type=submit]').focus()
  await room.keyboard.press('Enter')
  const called = phone.locator('.called.is-calling', { hasText: '请到码头集合' })
  await called.locator('button', { hasText: /^能到$/ }).tap()
  await room.locator('.broadcast-card', { hasText: '请到码头集合' }).locator('.is-enough', { hasText: '能到 1/1' }).waitFor()
  await room.locator('.broadcast-card', { hasText: '直线 1 公里内' }).waitFor()
  assert.equal(await pointerPresses(), 0)

  await desk.post('/api/patrol/fences', { name: '码头区域', geometry: { type: 'Point', coordinates: [place.lon, place.lat], radiusMeters: 500 } })
  await room.keyboard.press('Escape')
  await room.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await room.keyboard.press('e')
  await room.locator('.fence-list button', { hasText: '码头区域' }).click()
  await room.locator('.fences-panel button', { hasText: '呼叫区域内人员' }).click()
  await room.locator('.broadcast-preview summary', { hasText: '将呼叫' }).waitFor()
  await room.locator('.broadcast-form textarea').fill('区域内各组注意')
  await room.getByLabel('要求应答', { exact: false }).uncheck()
  await room.locator('.broadcast-form button[type=submit]').click()
  const told = phone.locator('.called.is-calling', { hasText: '区域内各组注意' })
  await told.locator('button', { hasText: '知道了' }).tap()
  await told.waitFor({ state: 'detached' })
  await room.locator('.broadcast-card', { hasText: '围栏“码头区域”内' }).getByText('已读 1/1').waitFor()

  await phone.locator('.strip-messages').tap()
  await phone.locator('.channel-row', { hasText: '贵溪市公安局' }).tap()
  await phone.locator('.composer textarea[readonly]').waitFor()
  await noSeriousFinding(phone, 'a channel of the agency above')
  assert.deepEqual([complaints(), await violations()], [[], []])
  await crew.endShift()
})

test('a voice note whose answer was lost stays on the console, also when the page is loaded again; sent again it is there once, and signing out leaves none', { timeout: 300_000 }, async () => {
  const desk = await openDesk(served)
  const crew = await makeCrew(served, '试8')
  await crew.startShift()
  await crew.standAt(await farPlace(desk))
  const { page: room, complaints, violations } = await openConsole(browser, served, served.account('dispatcher'), { path: `/command?messages=unit-${crew.unit}` })
  await room.context().grantPermissions(['microphone'])
  let answersAreLost = true
  await room.route('**/voices', async (route) => {
    if (!answersAreLost) return route.continue()
    await route.fetch() // the server has it
    await route.abort()
  })
  const say = async () => {
    await room.getByRole('button', { name: '录语音' }).focus()
    await room.keyboard.press('Enter')
    await room.locator('.composer-recording', { hasText: '录音 2/60' }).waitFor()
    await room.keyboard.press('Enter')
    await room.locator('.unsent-voice', { hasText: '未确认发出' }).waitFor()
  }
  // held, until the browser takes the pointer away: what is pressed then is pressed, not let go
  let voices = 0
  room.on('request', (request) => void (voices += Number(request.url().endsWith('/voices'))))
  await room.getByRole('button', { name: '录语音' }).dispatchEvent('pointerdown', { button: 0 })
  await room.locator('.composer-recording', { hasText: '录音 1/60' }).waitFor()
  await room.evaluate(() => window.dispatchEvent(new PointerEvent('pointercancel')))
  await room.locator('.composer').getByRole('button', { name: '取消' }).click()
  await room.getByRole('button', { name: '录语音' }).waitFor()
  assert.equal(await room.locator('.unsent-voice').count(), 0)
  await say()
  assert.equal(voices, 1, 'what was cancelled was not sent')
  await noSeriousFinding(room, 'a voice note that was not sent')
  await room.reload()
  const unsent = room.locator('.unsent-voice')
  await unsent.waitFor()
  await unsent.getByRole('button', { name: '播放语音' }).click()
  await unsent.getByRole('button', { name: '暂停' }).waitFor()
  answersAreLost = false
  await unsent.getByRole('button', { name: '再发一次' }).click()
  await unsent.waitFor({ state: 'detached' })
  const sent = async () => (await desk.get<{ items: { file: unknown }[] }>(`/api/messages/channels/unit-${crew.unit}/messages`)).items.length
  assert.equal(await sent(), 1, 'two attempts, one message')
  const said = room.locator('.message .voice-note')
  for (const time of ['first', 'again']) {
    await said.click()
    await room.waitForFunction(() => (document.querySelector('.message .voice-note audio') as HTMLAudioElement).currentTime > 0.2)
    assert.equal(await said.locator('audio').evaluate((audio: HTMLAudioElement) => audio.error), null, time)
    await said.locator('audio').evaluate((audio: HTMLAudioElement) => void (audio.pause(), (audio.currentTime = 0)))
  }

  answersAreLost = true
  await say()
  await room.locator('.person-button').click()
  await room.getByRole('button', { name: '退出' }).click()
  await room.locator('input[name=username]').waitFor()
  const kept = () =>
    room.evaluate(() => new Promise<number>((resolve) => {
      const asked = indexedDB.open('gengfu-console')
      asked.onsuccess = () => {
        const counted = asked.result.transaction('voices').objectStore('voices').count()
        counted.onsuccess = () => (asked.result.close(), resolve(counted.result))
      }
    }))
  await until('nothing that was said is left', async () => (await kept()) === 0)
  assert.deepEqual([complaints(), await violations()], [[], []])
  await crew.endShift()
})

test('what is drawn and typed for a call is there when the page is loaded again, and an open call says where it went', { timeout: 300_000 }, async () => {
  const desk = await openDesk(served)
  const place = await farPlace(desk)
  const crew = await makeCrew(served, '试9')
  await crew.startShift()
  await crew.standAt(place)
  const { page: room, complaints, violations } = await openConsole(browser, served, served.account('dispatcher'), { path: `/command?fence=new&at=${place.lon},${place.lat},14` })
  const ring = [[-0.004, -0.004], [0.004, -0.004], [0.004, 0.004], [-0.004, 0.004], [-0.004, -0.004]].map(([x, y]) => [place.lon + x!, place.lat + y!])
  await room.locator('.fences-panel select:has(option[value=paste])').selectOption('paste')
  await room.locator('.fences-panel').getByLabel('GeoJSON', { exact: true }).fill(JSON.stringify({ type: 'Polygon', coordinates: [ring] }))
  await room.getByRole('button', { name: '呼叫区域内人员' }).click()
  await room.locator('.broadcast-preview summary', { hasText: '将呼叫' }).waitFor()
  await room.locator('.broadcast-form textarea').fill('封住北侧出口')
  await room.reload()
  await room.locator('.broadcast-preview summary', { hasText: '将呼叫' }).waitFor()
  assert.equal(await room.locator('.broadcast-form textarea').inputValue(), '封住北侧出口')
  assert.equal(await room.locator('.call-panel select').first().inputValue(), 'area')
  await room.locator('.broadcast-form button[type=submit]').click()
  await room.locator('.broadcast-card', { hasText: '封住北侧出口' }).getByText('划定区域内').waitFor()
  await room.reload()
  await room.locator('.broadcast-card', { hasText: '封住北侧出口' }).waitFor()
  assert.equal(await room.evaluate(() => sessionStorage.getItem('gengfu.call')), null, 'sent, it waits for nobody')
  const { items } = await desk.get<{ items: { text: string; area: unknown }[] }>('/api/messages/broadcasts')
  assert.deepEqual(items.find(({ text }) => text === '封住北侧出口')!.area, ring.slice(0, -1))
  assert.deepEqual([complaints(), await violations()], [[], []])
  await crew.endShift()
})
