/**
 * Notices on a phone whose page is closed: an administrator lets them be told, an officer asks for it, the phone shows what is pushed.
 *
 * No push service is reached from here, which the page must say; what one would deliver is handed to the service worker by the browser.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Browser } from 'playwright-core'
import type { Served } from '#test/serve.ts'
import { inTown } from './in-town.ts'
import { noSeriousFinding, openPocket, open, typeCredentials } from './pages.ts'
import { farPlace, makeCrew, openDesk, until } from './town.ts'

let served: Served
let browser: Browser
inTown({ demo: 'guixi', speed: 0.1 }, (town, chromium) => {
  served = town
  browser = chromium
})

test('off until an agency says so; asked for by a tap; a notice has a number and opens the page', { timeout: 240_000 }, async () => {
  const crew = await makeCrew(served, '试9')
  const place = await farPlace(await openDesk(served))
  await crew.startShift()
  const before = await openPocket(browser, served, crew, { place })
  await before.page.locator('.ready-sign', { hasText: '试9' }).waitFor()
  await before.page.getByRole('button', { name: '设置' }).tap()
  assert.equal(await before.page.getByText('关闭页面时也提醒').count(), 0, 'nothing is offered that the agency has not switched on')
  await before.page.context().close()

  const administration = await open(browser, `${served.url}/administration/push`)
  await typeCredentials(administration.page, served.account('administrator'))
  const { page: desk } = administration
  await desk.getByText('浏览器厂商（谷歌').waitFor()
  await noSeriousFinding(desk, 'administration, notices')
  await desk.getByRole('row', { name: '贵溪市公安局' }).getByRole('button', { name: '启用' }).click()
  await desk.getByLabel('联系方式').fill('不是邮箱')
  await desk.getByRole('button', { name: '保存' }).click()
  await desk.getByText('请填写邮箱').waitFor()
  await desk.getByLabel('联系方式').fill('room@patrol.example')
  await desk.getByRole('button', { name: '保存' }).click()
  await desk.getByRole('row', { name: '贵溪市公安局' }).getByText('已启用').waitFor()
  assert.ok((await desk.getByText('随上级启用').count()) > 0, 'it counts for those below too')

  const { page, violations } = await openPocket(browser, served, crew, { place })
  await page.context().grantPermissions(['geolocation', 'notifications'])
  await page.locator('.ready-sign', { hasText: '试9' }).waitFor()
  await page.reload() // a permission is seen by a page that begins with it
  await page.locator('.ready-sign', { hasText: '试9' }).waitFor()
  await page.getByRole('button', { name: '设置' }).tap()
  await page.getByText('现在只有打开此页面才会响铃').waitFor()
  await noSeriousFinding(page, 'pocket, notices')
  await page.getByRole('button', { name: '开启通知' }).tap()
  await page.getByText('浏览器连不上它的推送服务').waitFor({ timeout: 60_000 })

  const devtools = await page.context().newCDPSession(page)
  let registrationId = ''
  devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => (registrationId = registrations.find(({ isDeleted }) => !isDeleted)?.registrationId ?? registrationId))
  const faults: string[] = []
  devtools.on('ServiceWorker.workerErrorReported', ({ errorMessage }) => faults.push(errorMessage.errorMessage))
  await devtools.send('ServiceWorker.enable')
  await until('the worker is known', async () => registrationId !== '')
  await devtools.send('ServiceWorker.deliverPushMessage', { origin: served.url, registrationId, data: '{"what":"order","number":17,"link":"https://elsewhere.example/"}' })
  const shown = () => page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(({ title, body, tag }) => ({ title, body, tag })))
  await until('the notice is shown', async () => (await shown()).length === 1)
  const [notice] = await shown()
  assert.ok(notice)
  assert.match(notice.title, /17/)
  assert.equal(notice.tag, 'order')
  assert.doesNotMatch(notice.title + notice.body, /elsewhere/)

  // no finger reaches the system's own notice: the worker is given what such a tap would give it, and says what it would do
  const [worker] = page.context().serviceWorkers()
  assert.ok(worker)
  const tap = () =>
    worker.evaluate(async () => {
      const here = globalThis as unknown as { registration: ServiceWorkerRegistration; clients: object; WindowClient: { prototype: object } } // a worker's own names
      const did: string[] = []
      Object.assign(here.clients, { openWindow: async (url: string) => void did.push(`opened ${url}`) })
      Object.assign(here.WindowClient.prototype, { focus: async function (this: { url: string }) { did.push(`focused ${new URL(this.url).pathname}`) } })
      const [notification] = await here.registration.getNotifications()
      let work: Promise<unknown> | undefined
      const event = Object.assign(new Event('notificationclick'), { notification, waitUntil: (promise: Promise<unknown>) => (work = promise) })
      globalThis.dispatchEvent(event)
      await work
      return { did, left: (await here.registration.getNotifications()).length }
    })
  await devtools.send('ServiceWorker.deliverPushMessage', { origin: served.url, registrationId, data: '{"what":"call","number":18,"link":"https://elsewhere.example/"}' })
  await until('a notice of another kind is shown beside it', async () => (await shown()).length === 2)
  const elsewhere = await page.context().newPage()
  await elsewhere.goto(`${served.url}/api/reference`)
  assert.deepEqual(await tap(), { did: ['focused /officer/'], left: 1 }, 'the page that is open comes to the front')
  assert.deepEqual([await violations(), faults], [[], []])
  await page.close()
  assert.deepEqual(await tap(), { did: ['opened /officer/'], left: 0 }, 'where none is, it is opened, whatever the notice said and whatever else is open')
})
