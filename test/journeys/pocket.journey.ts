/**
 * A phone without a network: opened, killed and opened again in the dark; what was made there arrives once, in order.
 *
 * Five minutes pass on the phone's clock, three seconds at a time: every timer of the page runs out when it would, those of its
 * attempts too, but the server's clock does not move with them. From then on the phone is five minutes ahead, as wrong
 * clocks are, and what it reports is never later than now. With GENGFU_REAL_TIME=1 they are five real minutes.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { IncidentView } from '#modules/dispatch/contract.ts'
import type { Served } from '#test/serve.ts'
import { inTown } from './in-town.ts'
import { noSeriousFinding, openPocket, typeCredentials } from './pages.ts'
import { farPlace, makeCrew, openDesk, until, type Desk } from './town.ts'

let served: Served
let browser: Browser
inTown({ demo: 'guixi', speed: 0.1 }, (town, chromium) => {
  served = town
  browser = chromium
})

const isRealTime = process.env['GENGFU_REAL_TIME'] === '1'
/** So long passes for the page, with all that its timers do in it. */
async function pass(page: Page, seconds: number): Promise<void> {
  if (isRealTime) return sleep(seconds)
  // in steps: what a timer asks of the network is answered in real time, and what follows sets the next timer
  for (let second = 0; second < seconds; second++) {
    await page.clock.runFor(1000)
    await sleep(0.05)
  }
}
/** Attempts of a page to reach the server. */
function attemptsOf(page: Page): { readonly sockets: () => number; readonly requests: () => number } {
  let [sockets, requests] = [0, 0]
  page.on('websocket', () => void sockets++)
  page.on('request', (request) => void (new URL(request.url()).pathname.startsWith('/api/') && requests++))
  return { sockets: () => sockets, requests: () => requests }
}

const sleep = (seconds: number) => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000))

/** The page is kept by the phone, and what may be reported: from now on it opens without a server. */
async function keptByPhone(page: Page): Promise<void> {
  await until('the page is kept', () => page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state === 'activated' && (await caches.keys()).some((name) => name.startsWith('pocket-'))))
  await until('the kinds are kept', () =>
    page.evaluate(
      () =>
        new Promise<boolean>((resolve) => {
          const opening = indexedDB.open('gengfu-officer')
          opening.onsuccess = () => {
            const asking = opening.result.transaction('known').objectStore('known').getAll()
            asking.onsuccess = () => {
              opening.result.close()
              resolve((asking.result as { categories: unknown[] }[]).some(({ categories }) => categories.length > 0))
            }
          }
        }),
    ),
  )
}

async function openCold(context: BrowserContext): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${served.url}/officer/`)
  await page.locator('.pocket').waitFor()
  return page
}

/** Open, kind, send: three taps, and words between them. */
async function reportByThumb(page: Page, opener: string, words: string, picture?: string): Promise<void> {
  await page.locator(opener).tap()
  await page.locator('.kind', { hasText: '交通' }).tap()
  await page.locator('.report textarea').fill(words)
  if (picture) {
    await page.locator('.report input[type=file]').setInputFiles(picture)
    await page.locator('.report-pictures img').waitFor()
  }
  await page.locator('.report-actions button', { hasText: '上报' }).tap()
  await page.locator('.report').waitFor({ state: 'detached' })
}

const incidentsWith = async (desk: Desk, summary: string) =>
  (await desk.get<{ items: IncidentView[] }>('/api/dispatch/incidents?status=all&limit=500')).items.filter((each) => each.summary === summary)

test('two reports made off line, one with a picture, in a page that is killed between them, stand once each', { timeout: isRealTime ? 700_000 : 300_000 }, async (t) => {
  const desk = await openDesk(served)
  const crew = await makeCrew(served, '试5')
  const place = await farPlace(desk)
  await crew.startShift()
  const { page, violations } = await openPocket(browser, served, crew, { place })
  await page.locator('.ready-sign', { hasText: '试5' }).waitFor()
  const ordered = await desk.open(place, '车辆剐蹭，等候处理')
  const { id: assignment } = await desk.post<{ id: string }>(`/api/dispatch/incidents/${ordered}/assignments`, { unit: crew.unit })
  await page.locator('button.step', { hasText: '签收' }).waitFor()
  await keptByPhone(page)
  assert.deepEqual(await violations(), [])

  const context = page.context()
  await context.setOffline(true)
  await page.locator('.strip.is-offline').waitFor()
  await page.locator('button.step', { hasText: '签收' }).tap()
  await page.locator('.dock-waits').waitFor()
  const first = `巷口路灯倒塌 ${crew.unit}`
  await reportByThumb(page, '.order-report', first, 'officer/icon-192.png')
  await page.locator('.strip-state', { hasText: /3 条/ }).waitFor()
  if (!isRealTime) await page.clock.install()
  const attempts = attemptsOf(page)
  await pass(page, 150)
  await page.locator('.strip-state', { hasText: /2 ?分.*3 条/ }).waitFor()
  const before = [attempts.sockets(), attempts.requests()]
  t.diagnostic(`in two and a half minutes off line: ${before[0]} attempts of the socket, ${before[1]} requests`)
  assert.ok(before[0]! >= 3 && before[1]! >= 3, 'it goes on trying')
  assert.equal((await incidentsWith(desk, first)).length, 0, 'nothing reached the server')
  await page.close() // as the system kills it: nothing is asked of the page

  const cold = await openCold(context)
  await cold.locator('.remembered', { hasText: '离线' }).waitFor()
  await cold.locator('.order-summary', { hasText: '车辆剐蹭' }).waitFor()
  await cold.locator('.dock-waits').waitFor()
  const second = `桥面积水 ${crew.unit}`
  await reportByThumb(cold, '.order-report', second)
  await cold.locator('.strip-state', { hasText: /4 条/ }).waitFor()
  await cold.locator('.strip-state').tap()
  await cold.locator('.line-item.is-waiting', { hasText: second }).waitFor()
  await noSeriousFinding(cold, 'what waits')
  await cold.keyboard.press('Escape')
  // meanwhile the watch room takes the order back
  await desk.post(`/api/dispatch/assignments/${assignment}/state`, { state: 'cancelled', note: '已由他组处置' })
  await pass(cold, 150)
  await cold.locator('.strip-state', { hasText: /2 ?分.*4 条/ }).waitFor()

  const back = Date.now()
  await context.setOffline(false)
  await until('both reports are with the server', async () => (await incidentsWith(desk, first)).length > 0 && (await incidentsWith(desk, second)).length > 0, 60)
  t.diagnostic(`from network back to both reports with the server: ${Date.now() - back} ms`)
  await cold.locator('.ended', { hasText: '已由他组处置' }).waitFor()
  await cold.locator('.strip-alert', { hasText: '1 条未被接收' }).waitFor()
  await cold.locator('.remembered').waitFor({ state: 'detached' })

  await cold.reload() // sent things are gone from the line, and nothing is sent again
  await cold.locator('.strip-state', { hasText: /^在线$/ }).waitFor()
  await cold.locator('.strip-state').tap()
  await cold.locator('.line-item.is-refused', { hasText: '已取消' }).waitFor()
  assert.equal(await cold.locator('.line-item.is-sent', { hasText: '号警情' }).count(), 2)

  for (const [summary, types] of [[first, ['incident-opened', 'picture-added']], [second, ['incident-opened']]] as const) {
    const found = await incidentsWith(desk, summary)
    assert.equal(found.length, 1, summary)
    const log = await until('its log is whole', async () => {
      const lines = (await desk.log(found[0]!.id)).map(({ type }) => type)
      return lines.length >= types.length && lines
    })
    assert.deepEqual(log, types)
  }
  const [earlier, later] = [(await incidentsWith(desk, first))[0]!, (await incidentsWith(desk, second))[0]!]
  assert.ok(earlier.number < later.number, 'in the order they were made')
  const waited = earlier.openedAt - earlier.reportedAt!
  if (isRealTime) assert.ok(waited > 290_000 && waited < 400_000, `made ${waited} ms before the server heard of it`)
  else {
    assert.ok(waited > 1_000 && waited < 120_000, `made ${waited} ms before the server heard of it`)
    assert.equal(later.reportedAt, later.openedAt, 'a phone that is ahead has reported now')
  }
  await context.close()
})

test('a report whose answer was lost with the page stands once; places from the dark arrive when the page is opened again', { timeout: 240_000 }, async () => {
  const desk = await openDesk(served)
  const crew = await makeCrew(served, '试8')
  const place = await farPlace(desk)
  await crew.startShift()
  const { page } = await openPocket(browser, served, crew)
  const context = page.context()
  await page.locator('.ready-sign', { hasText: '试8' }).waitFor()
  await keptByPhone(page)

  let heard = 0
  await context.route('**/api/dispatch/reports', async (route) => {
    await route.fetch()
    heard += 1
    await route.abort('connectionreset') // the server has it, and the phone does not know
  })
  const words = `工地围挡被风吹倒 ${crew.unit}`
  await page.locator('button.big').tap()
  await page.locator('.kind', { hasText: '其他' }).tap()
  await page.locator('.report textarea').fill(words)
  assert.equal(await page.locator('.report-actions button', { hasText: '上报' }).getAttribute('aria-disabled'), 'true', 'without a position it asks for words')
  await page.locator('.report-place.is-unknown').waitFor()
  await page.locator('.report .field input').fill('码头三号仓')
  await page.locator('.report-actions button', { hasText: '上报' }).tap()
  await until('the server has heard it', async () => heard > 0)

  await context.setOffline(true)
  await context.grantPermissions(['geolocation'])
  await context.setGeolocation({ longitude: place.lon, latitude: place.lat, accuracy: 5 })
  await page.reload() // the permission is asked for at the start; the page comes from the phone
  await page.locator('.strip-sharing', { hasText: '等待发送' }).waitFor()
  await page.close()
  assert.equal((await desk.units()).find(({ id }) => id === crew.unit)?.lon, null, 'nobody has seen the unit yet')

  await context.unroute('**/api/dispatch/reports')
  await context.clearPermissions() // the next page knows no place of its own: what arrives was kept
  await context.setOffline(false)
  const again = await openCold(context)
  await again.locator('.strip-state', { hasText: /^在线$/ }).waitFor()
  await until('the unit is where it was in the dark', async () => Math.abs(((await desk.units()).find(({ id }) => id === crew.unit)?.lon ?? 0) - place.lon) < 1e-4)
  const found = await incidentsWith(desk, words)
  assert.equal(found.length, 1)
  assert.match(found[0]!.place, /^码头三号仓（手机没有定位/)
  await again.locator('.strip-state').tap()
  await again.locator('.line-item.is-sent', { hasText: `${found[0]!.number} 号警情` }).waitFor()
})

test('a network that says nothing is no network: the page opens from the phone, and takes a report', { timeout: 120_000 }, async () => {
  const desk = await openDesk(served)
  const crew = await makeCrew(served, '试9')
  const place = await farPlace(desk)
  await crew.startShift()
  const { page } = await openPocket(browser, served, crew, { place })
  await page.locator('.ready-sign', { hasText: '试9' }).waitFor()
  await keptByPhone(page)
  await page.context().route('**/api/**', () => {}) // bars on the screen, and never an answer
  await page.reload()
  await page.locator('.remembered').waitFor({ timeout: 15_000 })
  await page.locator('.ready-sign', { hasText: '试9' }).waitFor()
  const words = `树倒在路上 ${crew.unit}`
  await reportByThumb(page, 'button.big', words)
  await page.locator('.strip-state').tap()
  await page.locator('.line-item.is-waiting', { hasText: words }).waitFor()
  await page.context().unroute('**/api/**')
  await until('it is sent when the network speaks', async () => (await incidentsWith(desk, words)).length === 1, 60)
})

test('a call for help held in the dark says that nobody has heard it, and is the first thing heard', { timeout: 240_000 }, async () => {
  const desk = await openDesk(served)
  const crew = await makeCrew(served, '试6')
  const place = await farPlace(desk)
  await crew.startShift()
  const { page } = await openPocket(browser, served, crew, { place })
  await page.locator('.ready-sign', { hasText: '试6' }).waitFor()
  await page.locator('.facts', { hasText: '定位精度' }).waitFor()
  await keptByPhone(page)

  const panic = page.locator('.strip .panic')
  const box = (await panic.boundingBox())!
  const hold = async (seconds: number) => {
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    await page.mouse.down()
    await sleep(seconds)
    await page.mouse.up()
  }
  await hold(1)
  await page.locator('.toasts', { hasText: '按住 2 秒' }).waitFor()
  assert.equal(await page.locator('.panic-card').count(), 0, 'one second is no call')

  await page.context().setOffline(true)
  await page.locator('.strip.is-offline').waitFor()
  const note = `路边有人求助 ${crew.unit}`
  await reportByThumb(page, 'button.big', note)
  await hold(2.3)
  await page.locator('.panic-card', { hasText: '还没有人收到' }).waitFor()
  await noSeriousFinding(page, 'a call for help that nobody has heard')
  await page.context().setOffline(false)
  await page.locator('.panic-card.is-heard', { hasText: '号警情' }).waitFor({ timeout: 60_000 })
  const call = await until('the call is an incident', () => desk.findIncident(`民警紧急求助：试6 试6 警员`))
  const other = await until('the report too', () => desk.findIncident(note), 60)
  assert.equal(call.priority, 1)
  assert.ok(Math.hypot(call.lon - place.lon, call.lat - place.lat) < 1e-4, 'at the officer’s own place')
  assert.ok(call.number < other.number, 'it went before what was made earlier')
})

test('what this phone knows of an account goes when it signs out, what waits only when that is said', { timeout: 240_000 }, async () => {
  const desk = await openDesk(served)
  const crew = await makeCrew(served, '试7')
  const place = await farPlace(desk)
  await crew.startShift()
  const { page } = await openPocket(browser, served, crew, { place })
  await page.locator('.ready-sign', { hasText: '试7' }).waitFor()
  await keptByPhone(page)
  const counts = () =>
    page.evaluate(
      () =>
        new Promise<Record<string, number>>((resolve) => {
          const opening = indexedDB.open('gengfu-officer')
          opening.onsuccess = () => {
            const db = opening.result
            const names = ['waiting', 'known', 'session', 'fixes', 'reports']
            const work = db.transaction(names)
            const found: Record<string, number> = {}
            for (const name of names) {
              const counting = work.objectStore(name).count()
              counting.onsuccess = () => void (found[name] = counting.result)
            }
            work.oncomplete = () => {
              db.close()
              resolve(found)
            }
          }
        }),
    )
  await until('something is kept', async () => (await counts())['known'] === 1 && (await counts())['session'] === 1)
  // the server takes no writes for the moment: what is made waits, while the page is on line enough to sign out
  await page.route('**/api/dispatch/reports', (route) => route.fulfill({ status: 503, contentType: 'application/json', body: '{"code":"busy","because":"稍后再试"}' }))
  const words = `停车场车窗被砸 ${crew.unit}`
  await reportByThumb(page, 'button.big', words)
  await page.locator('.strip .icon-button').last().tap()
  await page.locator('dialog button', { hasText: '退出登录' }).tap()
  await page.locator('dialog', { hasText: '1 条没有发送' }).waitFor()
  await page.locator('dialog button', { hasText: '退出并保留' }).tap()
  await page.locator('input[name=username]').waitFor()
  await page.locator('.door-waits', { hasText: '1 条没有发送' }).waitFor()
  await until('only what waits is left', async () => JSON.stringify(await counts()) === JSON.stringify({ waiting: 1, known: 0, session: 0, fixes: 0, reports: 1 }))

  await page.context().setOffline(true)
  await page.reload()
  await page.locator('.door', { hasText: '服务器' }).waitFor()
  assert.equal(await page.locator('.pocket').count(), 0, 'nothing is shown to whoever finds the phone')
  await page.context().setOffline(false)
  assert.equal((await incidentsWith(desk, words)).length, 0)

  await page.unroute('**/api/dispatch/reports')
  await page.reload()
  await typeCredentials(page, crew)
  await page.locator('.ready-sign', { hasText: '试7' }).waitFor()
  await until('what was left for the next time is sent', async () => (await incidentsWith(desk, words)).length === 1)
})

test('going on and off duty in the dark waits, says what holds now, and is in force once it is heard; a unit that others took is not', { timeout: 240_000 }, async () => {
  const crew = await makeCrew(served, '试31')
  const other = await makeCrew(served, '试32')
  const { page } = await openPocket(browser, served, crew)
  const context = page.context()
  const mine = () => crew.officer.get<{ id: string; onDutySince: number }>('/api/units/mine')
  const isOff = async () => (await mine().catch((thrown: Error) => thrown.message)).toString().includes('404')
  const choose = async (callSign: string) => {
    await page.getByRole('searchbox').fill(callSign)
    await page.locator('.unit-row', { has: page.locator('.unit-row-sign', { hasText: new RegExp(`^${callSign}$`) }) }).tap()
    await page.locator('.dock .big').tap()
  }
  await page.locator('.unit-list').waitFor()
  await context.setOffline(true)
  await choose('试31')
  await page.locator('.shift-waits', { hasText: '现在还没有上勤' }).waitFor()
  await noSeriousFinding(page, 'pocket, a shift that waits')
  assert.ok(await isOff(), 'nothing holds that the server has not heard')
  await context.setOffline(false)
  await page.locator('.ready-sign', { hasText: '试31' }).waitFor({ timeout: 60_000 })
  assert.equal((await mine()).id, crew.unit)

  await context.setOffline(true)
  await page.getByRole('button', { name: '下勤' }).tap()
  await page.getByRole('dialog').getByRole('button', { name: '下勤' }).tap()
  await page.locator('.shift-waits', { hasText: '指挥室看来您仍在勤' }).waitFor()
  assert.ok(!(await isOff()))
  await context.setOffline(false)
  await page.locator('.unit-list').waitFor({ timeout: 60_000 })
  assert.ok(await isOff())

  await context.setOffline(true)
  await choose('试32')
  await page.locator('.shift-waits', { hasText: '试32' }).waitFor()
  await other.startShift()
  await context.setOffline(false)
  await page.locator('.strip-alert').waitFor({ timeout: 60_000 })
  await page.locator('.unit-list').waitFor()
  assert.ok(await isOff())
  await page.locator('.strip-alert').tap()
  await page.locator('.line-item.is-refused', { hasText: '上勤 · 试32' }).getByText('正在执勤').waitFor()
  await other.endShift()
})

test('a voice note and a picture that a channel would not have are heard, kept and reported, not lost', { timeout: 240_000 }, async () => {
  const desk = await openDesk(served)
  const crew = await makeCrew(served, '试10')
  const place = await farPlace(desk)
  await crew.startShift()
  const { page, violations } = await openPocket(browser, served, crew, { place })
  await page.context().grantPermissions(['microphone', 'geolocation'])
  await page.locator('.ready-sign', { hasText: '试10' }).waitFor()
  await page.locator('.strip-messages').tap()
  await page.locator(`[data-channel="unit-${crew.unit}"]`).tap()
  await page.context().setOffline(true)
  await page.locator('.strip.is-offline').waitFor({ state: 'attached' })
  await page.getByRole('button', { name: '录语音' }).focus()
  await page.keyboard.press('Enter')
  await page.locator('.composer-recording', { hasText: '录音 2/60' }).waitFor()
  await page.keyboard.press('Enter')
  await page.locator('.message.is-waiting').waitFor()
  await page.locator('.composer input[type=file]').setInputFiles('officer/icon-192.png')
  await page.locator('.message.is-waiting').nth(1).waitFor()
  await crew.endShift() // the crew is in the channel no more
  await page.context().setOffline(false)

  await page.locator('.strip-alert', { hasText: '2 条未被接收' }).waitFor()
  await page.locator('.strip-alert').tap()
  const [voice, picture] = [page.locator('.line-item.is-refused', { has: page.locator('.voice-note') }), page.locator('.line-item.is-refused', { has: page.locator('.line-picture') })]
  await voice.getByRole('button', { name: '播放语音' }).tap()
  await voice.getByRole('button', { name: '暂停' }).waitFor()
  const saved = page.waitForEvent('download')
  await voice.getByText('保存语音').tap()
  assert.match((await saved).suggestedFilename(), /^语音\.webm$/)
  await noSeriousFinding(page, 'what a channel would not have')
  await picture.locator('button', { hasText: '作为新上报' }).tap()
  await page.locator('.report-pictures img').waitFor()
  assert.deepEqual(await violations(), [])
  await page.context().close()
})
