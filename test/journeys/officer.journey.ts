/** An officer's shift on a phone: unit, order, states; and a dead spot in the middle of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { Served } from '#test/serve.ts'
import { inTown } from './in-town.ts'
import { noSeriousFinding, openPocket } from './pages.ts'
import { farPlace, makeCrew, openDesk, until } from './town.ts'

let served: Served
let browser: Browser
inTown({ demo: 'guixi' }, (town, chromium) => {
  served = town
  browser = chromium
})

/** The one large button, as a thumb uses it. */
const tapStep = async (page: Page, words: string) => {
  const button = page.locator('button.step:not([aria-disabled])', { hasText: words })
  await button.waitFor()
  const box = await button.boundingBox()
  assert.ok(box && box.height >= 48 && box.width >= 300, `the button is large: ${box?.width} × ${box?.height}`)
  assert.ok(box.y + box.height <= 844, 'the button is within reach, without scrolling')
  await button.tap()
}

test('an officer starts a shift, acknowledges in a dead spot, and what was pressed there is sent once', { timeout: 300_000 }, async (t) => {
  const desk = await openDesk(served)
  const crew = await makeCrew(served, '试3')
  const place = await farPlace(desk)
  const { page, complaints, violations } = await openPocket(browser, served, crew, { place })

  await page.locator('.unit-row', { hasText: '试3' }).tap()
  await page.locator('button.big', { hasText: '上勤 · 试3' }).tap()
  await page.locator('.ready-sign', { hasText: '试3' }).waitFor()
  await until('the phone’s place reaches the server', async () => {
    const unit = (await desk.units()).find(({ id }) => id === crew.unit)
    return unit?.lon !== null && unit?.state === 'free'
  })

  const incident = await desk.open(place, '老人在路口走失')
  const sentAt = Date.now()
  const { id: assignment } = await desk.post<{ id: string }>(`/api/dispatch/incidents/${incident}/assignments`, { unit: crew.unit })
  await page.locator('button.step', { hasText: '签收' }).waitFor()
  t.diagnostic(`from sent to shown on the phone: ${Date.now() - sentAt} ms`)
  await page.locator('.order-summary', { hasText: '老人在路口走失' }).waitFor()

  await page.context().setOffline(true)
  await page.locator('.strip.is-offline').waitFor()
  await tapStep(page, '签收')
  await page.locator('.dock-waits', { hasText: '已记在本机' }).waitFor()
  await page.locator('.strip-state', { hasText: /1 条/ }).waitFor()
  await page.locator('.steps [aria-current=step]', { hasText: '签收' }).waitFor()
  await tapStep(page, '出发')
  await page.locator('.strip-state', { hasText: /2 条/ }).waitFor()
  assert.equal((await desk.incident(incident)).assignments[0]?.state, 'ordered', 'nothing reached the server')
  await noSeriousFinding(page, 'order, off line')

  const back = Date.now()
  await page.context().setOffline(false)
  await until('both steps are with the server', async () => (await desk.incident(incident)).assignments[0]?.state === 'en-route')
  await page.locator('.strip-state', { hasText: /^在线$/ }).waitFor()
  t.diagnostic(`from network back to both steps with the server: ${Date.now() - back} ms`)
  await page.locator('.dock-waits').waitFor({ state: 'detached' })

  await tapStep(page, '到达现场')
  await until('there', async () => (await desk.incident(incident)).assignments[0]?.state === 'on-scene')
  await tapStep(page, '反馈结果')
  await page.locator('textarea').fill('老人已找到，由家人接回')
  await page.locator('button', { hasText: '提交反馈' }).tap()
  await until('reported', async () => (await desk.incident(incident)).assignments[0]?.state === 'reported')
  await tapStep(page, '处置完毕')
  await page.locator('.ready-sign', { hasText: '试3' }).waitFor()

  const stepsOf = async () => (await desk.log(incident)).filter(({ type, data }) => type === 'assignment-changed' && data['assignment'] === assignment)
  await until('the last step is in the log', async () => (await stepsOf()).at(-1)?.data['state'] === 'cleared')
  const steps = await stepsOf()
  assert.deepEqual(steps.map(({ data }) => data['state']), ['acknowledged', 'en-route', 'on-scene', 'reported', 'cleared'], 'each step once, in order')
  await noSeriousFinding(page, 'ready')

  await page.locator('button', { hasText: '下勤' }).tap()
  await page.locator('dialog button', { hasText: '下勤' }).last().tap()
  await page.locator('.unit-list').waitFor()
  await until('off duty', async () => (await desk.units()).find(({ id }) => id === crew.unit)?.state === 'off-duty')
  assert.deepEqual(await violations(), [])
  assert.deepEqual(complaints(), [])
})

test('a step pressed off line survives a closed page', { timeout: 240_000 }, async () => {
  const desk = await openDesk(served)
  const crew = await makeCrew(served, '试4')
  const place = await farPlace(desk)
  await crew.startShift()
  const { page } = await openPocket(browser, served, crew, { place })
  await page.locator('.ready-sign', { hasText: '试4' }).waitFor()
  const incident = await desk.open(place, '车辆剐蹭，双方等候')
  await desk.post(`/api/dispatch/incidents/${incident}/assignments`, { unit: crew.unit })
  await page.locator('button.step', { hasText: '签收' }).waitFor()

  const context = page.context()
  await context.setOffline(true)
  await tapStep(page, '签收')
  await page.locator('.dock-waits', { hasText: '已记在本机' }).waitFor()
  // Gone as a killed page is: one that is only closing has the network back for a moment, and sends.
  await page.goto('about:blank')
  await page.close()
  assert.equal((await desk.incident(incident)).assignments[0]?.state, 'ordered')
  await context.setOffline(false)

  const again = await context.newPage()
  await again.goto(`${served.url}/officer/`)
  await until('the kept step is sent', async () => (await desk.incident(incident)).assignments[0]?.state === 'acknowledged')
  const pressed = await until('it is in the log', async () => {
    const steps = (await desk.log(incident)).filter(({ type }) => type === 'assignment-changed')
    return steps.length > 0 && steps
  })
  assert.equal(pressed.length, 1)
  await context.close()
})

test('what is being written when the order is taken back stays, and is sent to the incident as a note', { timeout: 240_000 }, async () => {
  const desk = await openDesk(served)
  const crew = await makeCrew(served, '试5')
  const place = await farPlace(desk)
  await crew.startShift()
  const { page, violations } = await openPocket(browser, served, crew, { place })
  await page.locator('.ready-sign', { hasText: '试5' }).waitFor()
  const incident = await desk.open(place, '商铺门前争执')
  const { id: assignment } = await desk.post<{ id: string }>(`/api/dispatch/incidents/${incident}/assignments`, { unit: crew.unit })
  await page.locator('.dock button', { hasText: '记录' }).tap()
  await page.locator('.write textarea').fill('一方已离开，往北走')
  await desk.post(`/api/dispatch/assignments/${assignment}/state`, { state: 'cancelled', note: '已由他组处置' })
  await page.locator('.ended', { hasText: '已由他组处置' }).waitFor()
  const card = page.locator('.draft-card', { hasText: '一方已离开，往北走' })
  await card.waitFor()
  await noSeriousFinding(page, 'words that an order left behind')

  // another order in the meantime is in sight, with its button
  const other = await desk.open(place, '另一起警情')
  await desk.post(`/api/dispatch/incidents/${other}/assignments`, { unit: crew.unit })
  await tapStep(page, '签收')
  await until('acknowledged', async () => (await desk.incident(other)).assignments[0]?.state === 'acknowledged')
  await card.locator('button', { hasText: '作为记录发送' }).tap()
  await until('the note is in the log of its own incident', async () => (await desk.log(incident)).some(({ data }) => data['text'] === '一方已离开，往北走'))
  await card.waitFor({ state: 'detached' })
  assert.deepEqual(await violations(), [])
  await page.context().close()
})
