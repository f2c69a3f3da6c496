/** Roads in the watch room: what is reached, a road that is closed for everybody at once, a way by keyboard and link. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Browser } from 'playwright-core'
import type { Served } from '#test/serve.ts'
import { inTown } from './in-town.ts'
import { noSeriousFinding, openConsole } from './pages.ts'
import { farPlace, makeCrew, openDesk, until, type Desk, type Place } from './town.ts'

let served: Served
let browser: Browser
inTown({ demo: 'guixi', speed: 0.1 }, (town, chromium) => {
  served = town
  browser = chromium
})

type Route = { seconds: number; geometry: [number, number][] }
async function middleOfWay(desk: Desk, from: Place, to: Place): Promise<readonly [lon: number, lat: number]> {
  const { geometry } = await desk.get<Route>(`/api/roads/route?fromLon=${from.lon}&fromLat=${from.lat}&toLon=${to.lon}&toLat=${to.lat}`)
  const half = Math.floor(geometry.length / 2)
  const [a, b] = [geometry[half - 1]!, geometry[half]!]
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
}
type Recommendation = { items: { callSign: string; travelSeconds: number; reasons: { code: string }[] }[] }

test('a road closed on the map moves the recommendation at once, in another room too, and opens again', { timeout: 240_000 }, async (t) => {
  // the rooms first: opening them takes long enough on a slow machine for the town's own dispatcher to send the crew away
  const one = await openConsole(browser, served, served.account('dispatcher'))
  const two = await openConsole(browser, served, served.account('commander'))
  await two.page.goto(`${served.url}/command?roads=close`)
  await two.page.locator('.roads-closures').getByText('没有封闭的道路').waitFor()

  const desk = await openDesk(served)
  const crew = await makeCrew(served, '路1')
  const place = await farPlace(desk)
  const away = { lon: place.lon - 0.02, lat: place.lat - 0.008 }
  await crew.startShift()
  await crew.standAt(away)
  const incident = await desk.open(place, '路口护栏倒塌')
  const mine = async () => (await desk.get<Recommendation>(`/api/dispatch/incidents/${incident}/recommendation?limit=100`)).items.find(({ callSign }) => callSign === '路1')
  const first = await until('the crew is recommended', mine)
  const middle = await middleOfWay(desk, away, place)

  // the middle of the way is the middle of the map: a click there cuts the road
  await one.page.goto(`${served.url}/command?roads=close&at=${middle[0]},${middle[1]},17`)
  const panel = one.page.locator('.roads-panel')
  await panel.waitFor()
  await one.page.waitForTimeout(1500) // the map comes to rest
  const map = (await one.page.locator('.map-pane').boundingBox())!
  await one.page.mouse.click(map.x + map.width / 2, map.y + map.height / 2)
  await panel.getByLabel('原因').fill('护栏倒塌，路面封闭')
  await panel.locator('button[type=submit]').click()
  const pressedAt = Date.now()
  await two.page.locator('.roads-closures li', { hasText: '护栏倒塌，路面封闭' }).waitFor()
  t.diagnostic(`closed here, seen there after ${Date.now() - pressedAt} ms`)
  const round = await until('the recommendation has moved', async () => {
    const now = await mine()
    return now && now.travelSeconds > first.travelSeconds ? now : undefined
  })
  assert.ok(Date.now() - pressedAt < 10_000)
  assert.ok(round.reasons.some(({ code }) => code === 'closed-road-avoided' || code === 'closed-road-between'), JSON.stringify(round.reasons))
  await noSeriousFinding(one.page, 'a closed road')

  await two.page.locator('.roads-closures li', { hasText: '护栏倒塌' }).getByRole('button', { name: '解除' }).click()
  await one.page.locator('.roads-closures').getByText('没有封闭的道路').waitFor()
  await until('the recommendation is back', async () => ((await mine())?.travelSeconds === first.travelSeconds ? true : undefined))
  assert.deepEqual([...one.complaints(), ...two.complaints()], [])
  assert.deepEqual(await one.violations(), [])
})

test('what all free units reach together is shown with its minutes, and a link opens the same', { timeout: 120_000 }, async () => {
  const { page, complaints } = await openConsole(browser, served, served.account('dispatcher'))
  await page.locator('.chip').first().waitFor()
  await page.keyboard.press('i')
  const panel = page.locator('.roads-panel')
  await panel.getByLabel('计算起点').selectOption('units')
  await panel.locator('.roads-legend li').nth(2).waitFor()
  assert.deepEqual(await panel.locator('.roads-legend b').allTextContents(), ['5 分钟', '10 分钟', '15 分钟'])
  assert.match((await panel.textContent()) ?? '', /\d+:\d+:\d+ 的位置，\d+ 个单元/)
  const link = page.url()
  assert.match(link, /roads=reach/)
  await noSeriousFinding(page, 'areas reached')
  await page.goto(link)
  await page.locator('.roads-legend li').nth(2).waitFor()
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'detached' })
  assert.doesNotMatch(page.url(), /roads=/)
  assert.deepEqual(complaints(), [])
})

test('who is at a place first is listed beside what is reached from it', { timeout: 120_000 }, async () => {
  const desk = await openDesk(served)
  const place = await farPlace(desk)
  const { page, complaints } = await openConsole(browser, served, served.account('dispatcher'))
  await page.goto(`${served.url}/command?roads=reach;car;to;${place.lon},${place.lat}`)
  const first = page.locator('.roads-first li').first()
  await first.waitFor()
  const callSign = await first.locator('button').innerText()
  const { items } = await desk.get<{ items: { callSign: string }[] }>(`/api/units/nearest?lon=${place.lon}&lat=${place.lat}&limit=5`)
  assert.ok(items.some((item) => item.callSign === callSign), `${callSign} is among the first of ${items.map((item) => item.callSign).join(', ')}`)
  await noSeriousFinding(page, 'first to arrive')
  await first.locator('button').click()
  await page.locator('.unit-detail', { hasText: callSign }).waitFor()
  assert.deepEqual(complaints(), [])
})

test('a way between two places is told street by street, in either language', { timeout: 120_000 }, async () => {
  const desk = await openDesk(served)
  const place = await farPlace(desk)
  const { page } = await openConsole(browser, served, served.account('dispatcher'), { language: 'en' })
  await page.goto(`${served.url}/command?roads=route;car;${place.lon},${place.lat};${place.lon - 0.02},${place.lat - 0.008}`)
  const panel = page.locator('.roads-panel')
  await panel.locator('.roads-steps li').first().waitFor()
  assert.match((await panel.locator('.roads-steps li').first().textContent()) ?? '', /^Start on/)
  assert.match((await panel.locator('.roads-steps li').last().textContent()) ?? '', /^Arrive/)
  const byCar = await panel.locator('.roads-figure b').textContent()
  await panel.getByLabel('Travelling by').selectOption('foot')
  await until('on foot it takes longer', async () => ((await panel.locator('.roads-figure b').textContent()) !== byCar ? true : undefined))
})

test('on a phone the panels come forward one at a time, and a road is closed by touch', { timeout: 120_000 }, async () => {
  const desk = await openDesk(served)
  const place = await farPlace(desk)
  await desk.open(place, '路面塌陷，车辆绕行')
  const { page, complaints, violations } = await openConsole(browser, served, served.account('dispatcher'), { phone: true })
  const tab = (name: string) => page.locator('.pane-tabs').getByText(name)
  await page.locator('.board .row', { hasText: '路面塌陷' }).tap()
  await page.locator('.incident-detail .recommendation').first().waitFor()
  await noSeriousFinding(page, 'an incident on a phone')
  await tab('警力').tap()
  await page.locator('.strip .chip').first().waitFor()
  await noSeriousFinding(page, 'units on a phone')

  const [lon, lat] = await middleOfWay(desk, { lon: place.lon - 0.02, lat: place.lat - 0.008 }, place)
  const map = (await page.locator('.map-pane').boundingBox())!
  // the road lies a quarter down the map: in the middle of what the panel leaves
  const metersPerPixel = (78_271.5 * Math.cos((lat * Math.PI) / 180)) / 2 ** 17
  await page.goto(`${served.url}/command?at=${lon},${lat - (metersPerPixel * map.height) / 4 / 111_195},17`)
  await page.locator('.board .row').first().waitFor()
  assert.equal(await page.locator('.side').isVisible(), false, 'nothing is chosen: the board is in front')
  await tab('地图').tap()
  await page.locator('.map-pane').getByRole('button', { name: '封路' }).tap()
  const panel = page.locator('.roads-panel')
  await panel.waitFor()
  await page.waitForTimeout(1500) // the map comes to rest
  const top = (await panel.boundingBox())!.y
  assert.ok(top > map.y + map.height / 3, 'the map stays in sight above the panel')
  await page.touchscreen.tap(map.x + map.width / 2, map.y + map.height / 4)
  await panel.getByLabel('原因').fill('手机封路')
  await panel.locator('button[type=submit]').tap()
  await panel.locator('.roads-closures li', { hasText: '手机封路' }).getByRole('button', { name: '解除' }).tap()
  await panel.getByText('没有封闭的道路').waitFor()
  await noSeriousFinding(page, 'closing a road on a phone')
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, 'nothing hangs over the edge')
  assert.deepEqual(complaints(), [])
  assert.deepEqual(await violations(), [])
})

test('the command line shows a way and an area, where a road would be closed, and opens it again', { timeout: 120_000 }, async () => {
  const desk = await openDesk(served)
  const place = await farPlace(desk)
  const incident = await desk.open(place, '树倒在路上')
  const { number } = await desk.get<{ number: number }>(`/api/dispatch/incidents/${incident}`)
  const { page, complaints } = await openConsole(browser, served, served.account('dispatcher'))
  await page.locator('.chip').first().waitFor()
  const say = async (line: string) => {
    await page.keyboard.press('Escape')
    await page.locator('.command-input').fill(line)
    await page.locator('.line-preview.is-ready').waitFor()
    await page.keyboard.press('Enter')
  }
  const panel = page.locator('.roads-panel')
  await say('i 10 空闲')
  await panel.locator('.roads-legend b', { hasText: '10 分钟' }).waitFor()
  assert.equal(await panel.locator('.roads-legend li').count(), 1)
  await say(`r 巡1 ${number}`)
  await panel.locator('.roads-steps li').first().waitFor()

  await say(`b ${number}`)
  await panel.getByLabel('原因').fill('树倒，封闭')
  await panel.locator('button[type=submit]').click()
  await page.locator('.roads-closures li', { hasText: '树倒，封闭' }).waitFor()
  await say('o')
  await until('the road is open again', async () => (await desk.get<{ items: unknown[] }>('/api/roads/closures')).items.length === 0)
  assert.deepEqual(complaints(), [])
})
