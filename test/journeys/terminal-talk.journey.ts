/** What is told to a car's terminal and what comes back from it, with the watch room looking on: fences, alarms, an order that the crew answers. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Browser } from 'playwright-core'
import type { FenceView } from '#modules/patrol/contract.ts'
import { answerBody, jt808Terminal, locationBody, type Jt808Terminal } from '#test/jt808-terminal.ts'
import { Writer } from '#gateways/jt808/bytes.ts'
import type { Served } from '#test/serve.ts'
import { inTown } from './in-town.ts'
import { noSeriousFinding, open, openConsole, typeCredentials } from './pages.ts'
import { makeCrew, openDesk, signIn, until, type Crew, type Desk } from './town.ts'

let served: Served
let browser: Browser
let desk: Desk
let terminal: Jt808Terminal
const at = { lon: 117.24, lat: 28.295 }

inTown({ demo: 'guixi', speed: 0.1, terminals: true }, async (town, chromium) => {
  served = town
  browser = chromium
  desk = await openDesk(served)
  terminal = (await carOf('终8', '013900139008')).terminal
})
const lines: Jt808Terminal[] = []
after(() => lines.forEach((line) => line.close()))

/** A car on duty with its terminal on line. */
async function carOf(callSign: string, phone: string): Promise<{ readonly crew: Crew; readonly terminal: Jt808Terminal }> {
  const crew = await makeCrew(served, callSign)
  await crew.startShift()
  const administrator = await signIn(served.url, served.account('administrator'))
  await administrator.post('/api/units/devices', { unit: crew.unit, label: '车载终端', protocol: 'jt808', terminal: phone, settings: { asksCrew: true, keepsFences: true } })
  const line = await jt808Terminal(served.terminals.jt808!, phone)
  lines.push(line)
  say(0, line)
  return { crew, terminal: line }
}

/** Where the car is, and what is the matter; the platform's answer is not waited for. */
const say = (alarm = 0, by = terminal) => void by.say(0x0200, locationBody({ ...at, at: Date.now(), alarm }))

/** What the terminal is told, each answered as done, until this comes; everything that came. */
async function toldUntil(id: number, by = terminal) {
  const told: Awaited<ReturnType<typeof terminal.told>>[] = []
  while (told.at(-1)?.id !== id) {
    const one = await by.told(30_000)
    if (one.id === 0x8001) continue
    by.say(0x0001, answerBody(one.serial, one.id))
    told.push(one)
  }
  return told
}

test('a route drawn on the console is kept by the terminal, and the device’s page says so', { timeout: 240_000 }, async () => {
  const { page, complaints } = await openConsole(browser, served, served.account('dispatcher'), { path: `/command?fence=new&at=${at.lon},${at.lat},14` })
  await page.getByLabel('画法', { exact: true }).selectOption('route')
  const box = (await page.locator('.town-map').boundingBox())!
  const place = (x: number, y: number): [number, number] => [box.x + box.width * x, box.y + box.height * y]
  for (const [x, y] of [[0.6, 0.3], [0.75, 0.35]] as const) {
    await page.mouse.click(...place(x, y))
    await page.waitForTimeout(400) // two clicks, not a double one
  }
  await page.mouse.dblclick(...place(0.78, 0.6))
  await until('the route is ended', async () => (/路线已画好，共 3 个点/.test((await page.locator('.fences-panel .roads-draw span').first().textContent()) ?? '') ? true : undefined))
  await page.getByLabel('宽度（米）', { exact: true }).fill('80')
  await page.getByLabel('名称', { exact: true }).fill('滨江巡线')
  await noSeriousFinding(page, 'a route being drawn')
  await page.getByRole('button', { name: '保存' }).click()
  const fence = await until('it is in force', async () => (await desk.get<{ items: FenceView[] }>('/api/patrol/fences')).items.find(({ name }) => name === '滨江巡线'))
  assert.ok(fence.geometry.type === 'LineString')
  assert.deepEqual([fence.geometry.coordinates.length, fence.geometry.widthMeters], [3, 80])

  // The town's own dispatcher may have sent the car somewhere, and that is read out between.
  const told = (await toldUntil(0x8606)).filter(({ id }) => id >= 0x8600 && id <= 0x8607)
  assert.deepEqual(told.slice(0, 4).map(({ id }) => id), [0x8601, 0x8603, 0x8605, 0x8607])
  const route = Buffer.from(told.at(-1)!.body)
  // number, what it tells, how many corners; and of each its numbers, its place and its width
  assert.equal(route.readUInt16BE(6), 3)
  assert.deepEqual([route.readUInt32BE(16) / 1e6, route.readUInt32BE(20) / 1e6, route[24]], [Math.round(fence.geometry.coordinates[0]![1]! * 1e6) / 1e6, Math.round(fence.geometry.coordinates[0]![0]! * 1e6) / 1e6, 80])
  assert.deepEqual(complaints(), [])
  await page.context().close()

  const devices = await open(browser, `${served.url}/administration/devices`, { language: 'zh-CN' })
  await typeCredentials(devices.page, served.account('administrator'))
  const row = devices.page.locator('.ant-table-row', { hasText: '13900139008' })
  await row.getByRole('button', { name: '查看' }).click()
  await devices.page.getByText(/^\d+ 个，自 .+ 起/).waitFor()
  assert.deepEqual(devices.complaints(), [])
  await devices.page.context().close()
})

test('an alarm of the device stands before both dispatchers at once; one takes note, it goes from both, and the terminal is told', { timeout: 240_000 }, async () => {
  const [{ page, complaints }, { page: other }] = await Promise.all([openConsole(browser, served, served.account('dispatcher')), openConsole(browser, served, served.account('dispatcher'), { language: 'en', theme: 'light' })])
  let asked = 0
  page.on('request', (request) => void (request.url().includes('/api/units/alarms/standing') && asked++))
  say(2 ** 3)
  for (const each of [page, other]) await each.locator('.device-alarms summary', { hasText: '终8' }).waitFor()
  await page.locator('.device-alarms summary').focus()
  await page.keyboard.press('Enter')
  assert.match((await page.locator('.device-alarms li').textContent()) ?? '', /终8 危险预警/)
  await noSeriousFinding(page, 'an alarm of a device')
  await page.locator('.device-alarms li').getByRole('button', { name: '知道了' }).focus()
  await page.keyboard.press('Enter')
  for (const each of [page, other]) await each.locator('.device-alarms').waitFor({ state: 'detached' })
  assert.equal(asked, 0, 'told, not asked for')
  const confirmed = (await toldUntil(0x8203)).at(-1)!
  assert.equal(Buffer.from(confirmed.body).toString('hex'), '000000000008')
  say()
  assert.deepEqual(complaints(), [])
  for (const each of [page, other]) await each.context().close()
})

test('an order is asked as a question in the car; what the crew presses there is seen acknowledged in the watch room', { timeout: 240_000 }, async () => {
  const own = await carOf('终9', '013900139009')
  const incident = await desk.open(at, '终端签收', 'dispute')
  await desk.post(`/api/dispatch/incidents/${incident}/assignments`, { unit: own.crew.unit })
  const question = (await toldUntil(0x8302, own.terminal)).at(-1)!
  const { page, complaints } = await openConsole(browser, served, served.account('dispatcher'), { path: `/command?incident=${incident}` })
  await page.locator('.incident-detail').getByText('已下达').first().waitFor()
  own.terminal.say(0x0302, new Writer().u16(question.serial).u8(1).done())
  await page.locator('.incident-detail').getByText('已签收').first().waitFor()
  await until('the order is acknowledged', async () => (await desk.incident(incident)).assignments.some(({ unit, acknowledgedAt }) => unit === own.crew.unit && acknowledgedAt !== null))
  assert.deepEqual(complaints(), [])
})
