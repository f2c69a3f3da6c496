/** Roads and speeds 道路与车速: where the map is wrong, one road by the hour, and the two decisions about what is learned. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { DoubtsView, RouteView, SpeedsView } from '#modules/roads/contract.ts'
import { learnedTown } from '#test/learned-town.ts'
import type { Served } from '#test/serve.ts'
import { inTown } from './in-town.ts'
import { noSeriousFinding, open, typeCredentials } from './pages.ts'
import { signIn, until, type Caller } from './town.ts'

const learned = await learnedTown(Date.now())
let served: Served
let browser: Browser
let keeper: Caller
inTown({ demo: 'guixi', speed: 0.1, env: learned.env }, async (town, chromium) => {
  served = town
  browser = chromium
  keeper = await signIn(served.url, served.account('administrator'))
  await until('what was learned is read', async () => ((await keeper.get<SpeedsView>('/api/roads/speeds')).ready ? true : undefined), 60)
})
after(() => learned.drop())

async function openRoads(look: Parameters<typeof open>[2] = {}, path = '/administration/roads'): Promise<{ page: Page; complaints: () => readonly string[] }> {
  const opened = await open(browser, served.url + path, look)
  await typeCredentials(opened.page, served.account('administrator'))
  await opened.page.locator('.speeds').waitFor()
  return opened
}

test('what is doubted is listed, searched, sorted, chosen by key and by link, and each hour of a road is told', { timeout: 180_000 }, async () => {
  const { page, complaints } = await openRoads({ language: 'en' })
  const rows = page.locator('.ant-table-row')
  await rows.first().waitFor()
  const { roads, places } = await keeper.get<DoubtsView>('/api/roads/doubts')
  assert.ok(roads.some(({ kind }) => kind === 'slower') && roads.some(({ kind }) => kind === 'faster'), 'roads both ways')
  assert.ok(places.length > 0, 'places off the map')
  await noSeriousFinding(page, 'roads and speeds')

  // by key: the first road, and then another hour
  await page.locator('.doubt-name').first().focus()
  await page.keyboard.press('Enter')
  const now = page.locator('.hours button[aria-pressed=true]')
  await now.waitFor()
  assert.equal(await page.locator('.hours td button').count(), 168)
  assert.match((await page.locator('.hours-said').textContent()) ?? '', /times the map’s time \(95 %: [\d.]+ to [\d.]+\)/)
  await now.focus()
  const before = await page.locator('.hours-said').textContent()
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowRight')
  assert.match((await page.locator('.hours-said').textContent()) ?? '', /01:00–02:00/)
  assert.notEqual(await page.locator('.hours-said').textContent(), before)
  await noSeriousFinding(page, 'a road by the hour')

  // a link opens the same road
  const link = page.url()
  assert.match(link, /\/administration\/roads\/car_-?\d+$/)
  const name = await page.locator('.doubt-chosen h2').textContent()
  await page.goto(link)
  await page.locator('.hours td button').first().waitFor()
  assert.equal(await page.locator('.doubt-chosen h2').textContent(), name)

  const named = roads.find(({ streetEn }) => streetEn !== null)!
  await page.getByLabel('Search a street').fill(named.streetEn!.toUpperCase())
  await until('only that street is left', async () => ((await page.locator('.doubt-name').allTextContents()).every((text) => text === named.streetEn) ? true : undefined))
  await page.getByLabel('Search a street').fill('no street of this name')
  await page.getByText('No street is called so.').waitFor()
  assert.deepEqual(complaints(), [])
})

test('the table and the features can be taken away as files', { timeout: 60_000 }, async () => {
  const file = async (path: string) => fetch(served.url + path, { headers: { authorization: `Bearer ${keeper.token}` } })
  const csv = await file('/api/roads/doubts.csv?language=zh')
  assert.match(csv.headers.get('content-disposition') ?? '', /doubts\.csv/)
  const { roads, places } = await keeper.get<DoubtsView>('/api/roads/doubts')
  assert.equal((await csv.text()).trimEnd().split('\r\n').length, 1 + roads.length + places.length)
  const features = await file('/api/roads/doubts.geojson')
  assert.match(features.headers.get('content-type') ?? '', /geo\+json/)
  assert.equal(((await features.json()) as { features: unknown[] }).features.length, roads.length + places.length)
})

test('switched off, the next way is the map’s; on again, the learned one; forgotten, there is nothing to doubt', { timeout: 180_000 }, async () => {
  const { roads } = await keeper.get<DoubtsView>('/api/roads/doubts')
  const [slow] = roads.filter(({ kind }) => kind === 'slower').toSorted((a, b) => b.meters - a.meters)
  const [from, to] = [slow!.line[0]!, slow!.line.at(-1)!]
  const seconds = async () => (await keeper.get<RouteView>(`/api/roads/route?fromLon=${from[0]}&fromLat=${from[1]}&toLon=${to[0]}&toLat=${to[1]}`)).seconds
  const withLearned = await seconds()
  const { page, complaints } = await openRoads()
  await page.getByRole('switch').click()
  await page.getByText('一切按地图自带车速计算，学习仍在继续。').waitFor()
  const without = await seconds()
  assert.ok(without < withLearned, `${without} s at the map’s speeds, ${withLearned} s learned`)
  await page.getByRole('switch').click()
  await page.getByText('路线、时间表和推荐均按当前时段的车速计算。').waitFor()
  assert.equal(await seconds(), withLearned)

  await page.getByRole('button', { name: '全部清除' }).click()
  await page.getByText('此操作无法撤销').waitFor()
  await noSeriousFinding(page, 'asked whether to forget')
  await page.getByRole('dialog').getByRole('button', { name: '全部清除' }).click()
  await page.getByText('还没有出警行程').waitFor()
  assert.equal(await seconds(), without)
  assert.ok(await page.getByRole('button', { name: '全部清除' }).isDisabled())
  await noSeriousFinding(page, 'nothing learned')
  assert.deepEqual(complaints(), [])
})
