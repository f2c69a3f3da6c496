/** Electronic fences 电子围栏: drawn by keyboard and by clicks, driven through, and their alarms taken note of, on two pages at once. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { FenceEventView, FenceView } from '#modules/patrol/contract.ts'
import { callerOf } from '#test/caller.ts'
import type { Served } from '#test/serve.ts'
import { inTown } from './in-town.ts'
import { noSeriousFinding, openConsole } from './pages.ts'
import { makeCrew, openDesk, until, type Crew, type Desk } from './town.ts'

let served: Served
let browser: Browser
let desk: Desk
inTown({ demo: 'guixi', speed: 0.1 }, async (town, chromium) => {
  served = town
  browser = chromium
  desk = await openDesk(served)
})

const fencesOf = async () => (await desk.get<{ items: FenceView[] }>('/api/patrol/fences')).items
const middle = { lon: 117.26, lat: 28.32 }

/** From west to east through the middle, a fix a second at 30 m/s. */
async function driveThrough(crew: Crew, meters: number): Promise<void> {
  for (let x = -meters; x <= meters; x += 30) {
    const fix = { unit: crew.unit, fixAt: Date.now(), lon: middle.lon + x / 97_900, lat: middle.lat, speedKmh: 108, accuracyMeters: 5 }
    const { status, body } = await callerOf(served.url, { token: crew.officer.token })('POST', '/api/units/positions', { positions: [fix] })
    assert.deepEqual([status, body.accepted], [200, 1])
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

test('a fence drawn by keyboard alone is driven through; both dispatchers see the alarm at once, and one takes it for both', { timeout: 240_000 }, async () => {
  const [{ page, complaints, pointerPresses }, { page: other }] = await Promise.all([openConsole(browser, served, served.account('dispatcher')), openConsole(browser, served, served.account('dispatcher'), { language: 'en', theme: 'light' })])
  await page.keyboard.press('e')
  await page.locator('.fences-panel').waitFor()
  const tabTo = (label: string) => page.getByLabel(label, { exact: true }).focus()
  await page.getByRole('button', { name: '新建围栏' }).focus()
  await page.keyboard.press('Enter')
  await tabTo('名称')
  await page.keyboard.type('化工园区')
  await tabTo('画法')
  await page.locator('.roads-form select').first().selectOption('circle')
  await tabTo('圆心')
  await page.keyboard.type(`${middle.lon}, ${middle.lat}`)
  await tabTo('半径（米）')
  await page.keyboard.press('Control+A')
  await page.keyboard.type('300')
  await page.getByLabel('级别', { exact: true }).selectOption('alarm')
  await noSeriousFinding(page, 'a fence being drawn')
  await page.getByRole('button', { name: '保存' }).focus()
  await page.keyboard.press('Enter')
  const fence = await until('the fence is in force', async () => (await fencesOf()).find(({ name }) => name === '化工园区'))
  assert.deepEqual(fence.geometry, { type: 'Point', coordinates: [middle.lon, middle.lat], radiusMeters: 300 })
  assert.equal(await pointerPresses(), 0)

  const crew = await makeCrew(served, '巡9')
  await crew.startShift()
  await driveThrough(crew, 660)
  for (const each of [page, other]) await each.locator('.fence-alarms li').nth(1).waitFor()
  assert.match((await page.locator('.fence-alarms li').first().textContent()) ?? '', /化工园区 巡9 进入/)
  assert.match((await other.locator('.fence-alarms li').nth(1).textContent()) ?? '', /化工园区 巡9 left/)
  await noSeriousFinding(page, 'alarms of fences')

  await page.keyboard.press('a')
  assert.match(page.url(), new RegExp(`fence=${fence.id}`))
  await page.getByText('最近 24 小时').waitFor()
  for (let left = 2; left > 0; left--) {
    await page.locator('.fence-alarms button', { hasText: '我来处理' }).first().click()
    for (const each of [page, other]) await until(`${left - 1} wait`, async () => ((await each.locator('.fence-alarms li').count()) === left - 1 ? true : undefined))
  }
  const { items } = await desk.get<{ items: FenceEventView[] }>(`/api/patrol/fence-events?fence=${fence.id}`)
  assert.deepEqual(items.map(({ kind, seenBy }) => [kind, seenBy !== null]), [['left', true], ['entered', true]])
  await crew.endShift()
  assert.deepEqual(complaints(), [])
})

test('corners are clicked, a double click closes, Escape gives up; a fence that is retired can be had back', { timeout: 120_000 }, async () => {
  const { page, complaints } = await openConsole(browser, served, served.account('dispatcher'), { path: '/command?fence=new&at=117.24,28.295,14' })
  const box = (await page.locator('.town-map').boundingBox())!
  const at = (x: number, y: number): [number, number] => [box.x + box.width * x, box.y + box.height * y]
  const corners = async () => (await page.locator('.fences-panel .roads-draw span').first().textContent()) ?? ''
  const draw = async () => {
    for (const [x, y] of [[0.6, 0.3], [0.8, 0.35], [0.75, 0.6]] as const) {
      await page.mouse.click(...at(x, y))
      await page.waitForTimeout(400) // two clicks, not a double one
    }
  }
  await draw()
  await until('three corners', async () => (/双击或按回车/.test(await corners()) ? true : undefined))
  await page.keyboard.press('Escape')
  await page.locator('.fence-list').waitFor()
  await page.getByRole('button', { name: '新建围栏' }).click()
  await draw()
  const before = page.url()
  await page.mouse.dblclick(...at(0.58, 0.55))
  await until('closed', async () => (/共 4 个点/.test(await corners()) ? true : undefined))
  assert.equal(page.url(), before, 'the map did not zoom')
  await page.getByLabel('名称', { exact: true }).fill('火车站广场')
  await page.getByRole('button', { name: '保存' }).click()
  await until('it is in force', async () => (await fencesOf()).find(({ name }) => name === '火车站广场'))

  await page.getByRole('button', { name: '停用' }).click()
  await until('it is retired', async () => ((await fencesOf()).every(({ name }) => name !== '火车站广场') ? true : undefined))
  await undo(page)
  const back = await until('it is back', async () => (await fencesOf()).find(({ name }) => name === '火车站广场'))
  assert.equal(back.geometry.type === 'Polygon' && back.geometry.coordinates[0]!.length, 5)
  assert.deepEqual(complaints(), [])
})

test('who a fence is for is picked by keyboard: by pinyin and by agency, taken back, kept; a group in the same way', { timeout: 240_000 }, async () => {
  const { page, complaints, pointerPresses } = await openConsole(browser, served, served.account('dispatcher'), { path: '/command?fence=new&at=117.24,28.295,14' })
  const units = await desk.units()
  const stationed = units.filter(({ agency }) => agency === 'guixi.xiongshi').map(({ id }) => id)
  const one = units.find(({ callSign }) => callSign === '巡1')!
  assert.ok(stationed.length > 1 && !stationed.includes(one.id))
  const chosen = (name: string) => page.locator('.unit-picker-chosen').getByRole('button', { name: `移除 ${name}`, exact: true })

  await page.getByLabel('名称', { exact: true }).focus()
  await page.keyboard.type('北门仓库')
  await page.getByLabel('画法', { exact: true }).selectOption('circle')
  await page.getByLabel('圆心', { exact: true }).focus()
  await page.keyboard.type(`${middle.lon}, ${middle.lat}`)
  await page.getByLabel('适用警力', { exact: true }).selectOption('units')
  const typing = page.getByRole('combobox', { name: /呼号/ })
  await typing.focus()
  await page.keyboard.type('q2')
  await page.keyboard.press('Enter')
  await chosen('骑2').waitFor()
  await page.keyboard.press('Backspace')
  await until('it is taken back', async () => ((await chosen('骑2').count()) === 0 ? true : undefined))
  await page.keyboard.type('巡1')
  await page.locator('.unit-picker-row.is-active', { hasText: '巡1' }).waitFor()
  await noSeriousFinding(page, 'units being picked')
  await page.keyboard.press('Enter')
  await page.keyboard.type('xspcs')
  await page.keyboard.press('Enter')
  await until('the station is in', async () => ((await page.locator('.unit-picker-chosen .chip').count()) === stationed.length + 1 ? true : undefined))
  await page.getByRole('button', { name: '保存' }).focus()
  await page.keyboard.press('Enter')
  const fence = await until('it is in force', async () => (await fencesOf()).find(({ name }) => name === '北门仓库'))
  assert.deepEqual(fence.appliesTo.to === 'units' && [...fence.appliesTo.units].sort(), [one.id, ...stationed].sort())

  await page.keyboard.press('Escape')
  await page.keyboard.press('m')
  await page.getByRole('button', { name: '新建群组' }).first().focus()
  await page.keyboard.press('Enter')
  await page.keyboard.type('北门')
  await page.getByRole('combobox', { name: /呼号/ }).focus()
  await page.keyboard.press('ArrowDown') // all who are free
  await page.keyboard.press('Enter')
  await page.locator('.unit-picker-chosen .chip').nth(1).waitFor()
  await noSeriousFinding(page, 'a group being filled')
  await page.getByRole('button', { name: '建立群组' }).focus()
  await page.keyboard.press('Enter')
  await page.locator('.toast', { hasText: '群组“北门”' }).waitFor() // the fence’s may still be there
  assert.equal(await pointerPresses(), 0)
  assert.deepEqual(complaints(), [])
})

const undo = (page: Page) => page.locator('.toast').getByRole('button', { name: /撤销/ }).first().click()

test('a place to visit shows who is there and who was today, and says what would be shown while nobody came', { timeout: 240_000 }, async () => {
  const { page, complaints } = await openConsole(browser, served, served.account('dispatcher'), { path: '/command?fence=new' })
  await page.getByLabel('名称', { exact: true }).fill('金融网点')
  await page.getByLabel('画法', { exact: true }).selectOption('circle')
  await page.getByLabel('圆心').fill('117.2300, 28.3000')
  await page.getByLabel('作为必到点，记录到点').check()
  await page.getByLabel('至少停留（分钟）').fill('0')
  await page.getByText('到点停留应为 1 至 120 分钟').first().waitFor({ state: 'attached' })
  await page.getByLabel('至少停留（分钟）').fill('1')
  await noSeriousFinding(page, 'a place to visit being drawn')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('今天还没有警力到点').waitFor()
  const fence = await until('the place is there', async () => (await fencesOf()).find(({ name }) => name === '金融网点'))
  assert.equal(fence.visitSeconds, 60)
  const byDesk = callerOf(served.url, { token: desk.token })
  assert.equal((await byDesk('PATCH', `/api/patrol/fences/${fence.id}`, { commandId: crypto.randomUUID(), visitSeconds: 10 })).status, 200) // a journey does not stand for a minute

  const crew = await makeCrew(served, '巡8')
  await crew.startShift()
  const caller = callerOf(served.url, { token: crew.officer.token })
  const report = (lon: number) => caller('POST', '/api/units/positions', { positions: [{ unit: crew.unit, fixAt: Date.now(), lon, lat: 28.3, speedKmh: 20, accuracyMeters: 5 }] })
  for (let n = 0; n < 20; n++) {
    assert.equal((await report(117.23)).status, 200)
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
  const visits = page.locator('.fence-visits')
  await visits.locator('li', { hasText: /巡8 .*仍在场/ }).waitFor({ timeout: 60_000 })
  await noSeriousFinding(page, 'visits of a place')
  await crew.endShift()
  await visits.locator('li', { hasText: /巡8 .*停留/ }).waitFor({ timeout: 60_000 })
  assert.match(await visits.getByRole('link', { name: '导出今日到点' }).getAttribute('href').then(String), new RegExp(`fence=${fence.id}&from=\\d+$`))
  assert.deepEqual(complaints(), [])
})
