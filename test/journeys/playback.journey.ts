/** Playback 回放: a stretch of the demo again, by keyboard; taken away as a file; and both looks in the journal, with their reasons. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { LookView } from '#modules/oversight/contract.ts'
import type { RetentionView } from '#modules/units/contract.ts'
import type { Served } from '#test/serve.ts'
import { inTown } from './in-town.ts'
import { noSeriousFinding, open, openConsole, typeCredentials } from './pages.ts'
import { signIn, until } from './town.ts'

let served: Served
let browser: Browser
inTown({ demo: 'guixi' }, async (town, chromium) => {
  served = town
  browser = chromium
  const desk = await signIn(served.url, served.account('dispatcher'))
  // something to look back at: units that moved, an incident with an order
  await until('somebody was sent', async () => {
    const { items } = await desk.get<{ items: { assignments: unknown[] }[] }>('/api/dispatch/incidents?status=all')
    return items.some(({ assignments }) => assignments.length > 0) ? true : undefined
  }, 90)
  await new Promise((resolve) => setTimeout(resolve, 8_000))
})

type Entry = { readonly type: string; readonly stream: string; readonly agency: string; readonly actor: { name: string }; readonly data: Record<string, unknown> }

/** Open the form as commander and play back the last quarter of an hour. */
async function playBack(reason: string, look: Parameters<typeof open>[2] = {}): Promise<{ page: Page; complaints: () => readonly string[]; violations: () => Promise<readonly string[]> }> {
  const opened = await open(browser, `${served.url}/playback`, look)
  const { page } = opened
  await typeCredentials(page, served.account('commander'))
  await page.locator('.playback-form').waitFor({ timeout: 60_000 })
  const submit = page.locator('.playback-form button[type=submit]')
  assert.equal(await submit.getAttribute('aria-disabled'), 'true', 'without a reason there is no way on')
  await noSeriousFinding(page, 'the form')
  await page.locator('.playback-quick button').first().click()
  await page.locator('.playback-form textarea').fill(reason)
  await submit.click()
  await page.locator('.playback').waitFor({ timeout: 60_000 })
  return opened
}

const second = async (page: Page) => Number(await page.locator('.timeline-track').getAttribute('aria-valuenow'))

test('a stretch is played back by keyboard, framed as the past, exported, and left; the journal knows who looked, at what and why', { timeout: 240_000 }, async () => {
  const { page, complaints, violations } = await playBack('复盘：首日巡防')
  const id = new URL(page.url()).pathname.split('/').at(-1)!

  // nobody takes this for now
  await page.locator('.console.is-past').waitFor()
  await page.locator('.past-banner', { hasText: '非当前画面' }).waitFor()
  assert.equal(await page.locator('.bar-clock').count(), 0, 'the clock of now is away')

  // the hand, by keyboard
  assert.equal(await second(page), 0)
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('PageDown')
  assert.equal(await second(page), 71)
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Home')
  assert.equal(await second(page), 0)
  await page.keyboard.press('End')
  assert.equal(await second(page), 900)

  // a click on what happened goes there, and the list says where one is
  const sent = page.locator('.event-list li', { hasText: '派 ' }).first()
  await sent.locator('button').click()
  await page.locator('.event-list .is-present', { hasText: '派 ' }).waitFor()
  const at = await second(page)
  assert.ok(at > 0 && at < 900)
  await noSeriousFinding(page, 'playback')

  // it runs, and stands again
  await page.locator('body').click({ position: { x: 400, y: 20 } })
  await page.keyboard.press(' ')
  await until('it plays', async () => ((await second(page)) > at + 5 ? true : undefined), 30)
  await page.keyboard.press(' ')
  const stood = await second(page)
  await page.waitForTimeout(600)
  assert.equal(await second(page), stood, 'paused is paused')

  // away as a file, with a reason of its own
  await page.locator('.playback-side').getByRole('button', { name: '导出' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.locator('textarea').fill('移交督察')
  await noSeriousFinding(page, 'export')
  const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: '导出' }).click()])
  assert.match(download.suggestedFilename(), /^positions-\d{8}T\d{4}Z-\d{8}T\d{4}Z\.gpx$/)
  const gpx = await readFile(await download.path(), 'utf8')
  assert.ok(gpx.startsWith('<?xml') && gpx.includes('<trkpt ') && gpx.includes('移交督察'))

  // a link opens the same look again; then back to now
  await page.reload()
  await page.locator('.playback').waitFor({ timeout: 60_000 })
  await page.getByRole('button', { name: '返回当前' }).click()
  await page.locator('.board').waitFor()
  assert.equal(await page.locator('.console.is-past').count(), 0)
  await page.locator('.bar-clock').waitFor()
  assert.deepEqual(await violations(), [])
  assert.deepEqual(complaints(), [])

  const auditor = await signIn(served.url, served.account('auditor'))
  const { items: looks } = await auditor.get<{ items: LookView[] }>('/api/oversight/playbacks')
  const look = looks.find((each) => each.id === id)!
  assert.deepEqual([look.reason, look.agency, look.exports], ['复盘：首日巡防', 'guixi', 1])
  assert.ok(look.units.length > 5)
  const entries: Entry[] = []
  for (let after = 0; ; ) {
    const { items } = await auditor.get<{ items: (Entry & { position: number })[] }>(`/api/journal?after=${after}&limit=1000`)
    if (items.length === 0) break
    entries.push(...items)
    after = items.at(-1)!.position
  }
  const own = entries.filter(({ stream }) => stream === `playback/${id}`)
  assert.deepEqual([...new Set(own.map(({ type }) => type))], ['playback-opened', 'playback-exported', 'playback-ended'])
  assert.deepEqual(own.filter(({ type }) => type === 'playback-opened').flatMap(({ data }) => data.units as string[]).toSorted(), look.units.toSorted())
  assert.ok(own.some(({ type, data }) => type === 'playback-exported' && data.reason === '移交督察' && data.format === 'gpx'))
})

test('an auditor reads on the same page who looked, at what and why', { timeout: 120_000 }, async () => {
  const { page, complaints } = await open(browser, `${served.url}/playback`)
  await typeCredentials(page, served.account('auditor'))
  const row = page.locator('.looks tbody tr', { hasText: '复盘：首日巡防' })
  await row.waitFor()
  assert.match((await row.textContent()) ?? '', /指挥长.*贵溪.*导出 1 次/)
  await noSeriousFinding(page, 'who looked')
  assert.deepEqual(complaints(), [])
})

test('on a phone, in English, the map, the timeline and what happened are all there', { timeout: 120_000 }, async () => {
  const { page, complaints } = await playBack('A look on the road', { language: 'en', theme: 'light', size: { width: 390, height: 844 } })
  for (const part of ['.past-banner', '.playback .map-pane', '.timeline-track', '.event-list']) {
    const box = (await page.locator(part).boundingBox())!
    assert.ok(box.x >= 0 && box.x + box.width <= 390 && box.y >= 0 && box.y + box.height <= 844 && box.height > 30, `${part} ${JSON.stringify(box)}`)
  }
  await noSeriousFinding(page, 'playback on a phone')
  assert.deepEqual(complaints(), [])
})

test('a dispatcher finds no door to the past; from an incident, a commander does', { timeout: 120_000 }, async () => {
  const { page: desk } = await openConsole(browser, served, served.account('dispatcher'), { path: '/playback' })
  assert.equal(await desk.locator('.playback-form').count(), 0)
  const { page } = await openConsole(browser, served, served.account('commander'))
  const commander = await signIn(served.url, served.account('commander'))
  const { items } = await commander.get<{ items: { id: string; number: number; assignments: unknown[] }[] }>('/api/dispatch/incidents?status=all')
  const incident = items.find(({ assignments }) => assignments.length > 0)!
  await page.goto(`${served.url}/command?incident=${incident.id}`)
  await page.locator('.incident-detail').getByRole('button', { name: '回放' }).click()
  await page.locator('.playback-form select').first().waitFor()
  assert.equal(await page.locator('.playback-form select').first().inputValue(), incident.id)
  await page.locator('.playback-form textarea').fill('核查处警过程')
  await page.locator('.playback-form button[type=submit]').click()
  await page.locator('.event-list li', { hasText: `#${incident.number}` }).first().waitFor()
})

test('an administrator shortens an agency’s retention with a reason, and sees it count', { timeout: 120_000 }, async () => {
  const { page, complaints } = await open(browser, `${served.url}/administration/retention`)
  await typeCredentials(page, served.account('administrator'))
  await page.locator('.retention-sweep').waitFor()
  await noSeriousFinding(page, 'retention')
  const row = page.locator('.ant-table-row', { hasText: '雄石派出所' })
  await row.getByRole('button', { name: '修改' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('单独设定').check()
  await form.getByRole('spinbutton').fill('30')
  await form.locator('textarea').fill('局务会决定')
  await form.getByText('缩短为 30 天后').waitFor()
  await noSeriousFinding(page, 'the form of retention')
  await form.getByRole('button', { name: '保存' }).click()
  await row.getByText('30 天').waitFor()
  const administrator = await signIn(served.url, served.account('administrator'))
  const { agencies } = await administrator.get<RetentionView>('/api/units/retention')
  assert.deepEqual(agencies.find(({ agency }) => agency === 'guixi.xiongshi')?.days, 30)
  assert.deepEqual(complaints(), [])
})
