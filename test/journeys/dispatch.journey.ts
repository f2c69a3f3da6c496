/** A report from the first key to the last line of its log; and two dispatchers who see each other's moves. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { Served } from '#test/serve.ts'
import { inTown } from './in-town.ts'
import { openConsole } from './pages.ts'
import { farPlace, makeAccount, makeCrew, openDesk, until } from './town.ts'

let served: Served
let browser: Browser
inTown({ demo: 'guixi', speed: 0.1 }, (town, chromium) => {
  served = town
  browser = chromium
})

test('a dispatcher takes a report and sends the recommended unit by keyboard alone, sees it acknowledged and there, closes it, and finds every step in the log', { timeout: 240_000 }, async (t) => {
  const desk = await openDesk(served)
  const crew = await makeCrew(served, '试1')
  const place = await farPlace(desk)
  const { page, pointerPresses, complaints, violations } = await openConsole(browser, served, served.account('dispatcher'))
  const summary = '两名顾客因停车争吵，一人受轻伤'
  await crew.startShift()
  await crew.standAt(place)
  await page.locator('.chip', { hasText: '试1' }).waitFor()

  const started = Date.now()
  await page.keyboard.press('n')
  await page.locator('.kind-field input:focus').waitFor()
  await page.keyboard.type('jf')
  await page.keyboard.press('Enter')
  await page.keyboard.type(place.text)
  await page.locator('#place-options [role=option]', { hasText: place.text }).first().waitFor()
  await page.keyboard.press('Enter')
  await page.keyboard.type(summary)
  const best = page.locator('.new-incident .recommendations > li').first()
  await best.filter({ hasText: '试1' }).waitFor()
  await page.keyboard.press('Control+Enter')
  const detail = page.locator('.incident-detail')
  const order = detail.locator('.assignment', { hasText: '试1' })
  await order.waitFor()
  t.diagnostic(`from N to sent: ${Date.now() - started} ms`)

  const incident = await until('the incident is open', () => desk.findIncident(summary))
  const assignment = incident.assignments[0]
  assert.equal(assignment?.unit, crew.unit, 'the recommended unit was sent, once')
  assert.equal(incident.assignments.length, 1)
  assert.equal(incident.category, 'dispute')

  // the crew's side through the public door; the dispatcher only watches
  for (const [state, said] of [['acknowledged', '已签收'], ['en-route', '出警'], ['on-scene', '到场'], ['reported', '反馈']] as const) {
    await crew.press(assignment.id, state)
    await order.locator('.state-mark', { hasText: said }).waitFor()
  }

  await page.keyboard.press('F2')
  await page.keyboard.type('c cj 双方和解')
  await page.locator('.line-preview.is-ready').waitFor()
  await page.keyboard.press('Enter')
  await until('the incident is closed', async () => (await desk.incident(incident.id)).status === 'closed')

  await showIncident(page, incident.number)
  const log = detail.locator('.log-lines')
  for (const line of ['接警：纠纷', '派 试1', '试1 已签收', '试1 出警', '试1 到场', '试1 反馈', '双方和解']) {
    await log.locator('.log-line', { hasText: line }).first().waitFor()
  }
  const types = (await desk.log(incident.id)).map(({ type }) => type)
  assert.deepEqual(types.filter((type) => type === 'assignment-changed').length >= 4, true, types.join())
  assert.equal(types[0], 'incident-opened')
  assert.ok(types.includes('incident-closed'))

  assert.equal(await pointerPresses(), 0, 'no mouse was touched')
  assert.deepEqual(await violations(), [])
  assert.deepEqual(complaints(), [])
  await page.context().close()
})

/** Find an incident again by keyboard: search by its number. */
async function showIncident(page: Page, number: number) {
  if (await page.locator('.incident-detail .detail-number', { hasText: `#${number}` }).isVisible()) return
  await page.keyboard.press('Control+K')
  await page.keyboard.type(String(number))
  await page.locator('.search-result[aria-selected=true]', { hasText: `#${number}` }).waitFor()
  await page.keyboard.press('Enter')
  await page.locator('.incident-detail .detail-number', { hasText: `#${number}` }).waitFor()
}

test('two dispatchers see each other’s moves with no refresh', { timeout: 240_000 }, async (t) => {
  const desk = await openDesk(served)
  const second = await makeAccount(served, { displayName: '调度员乙', role: 'dispatcher' })
  const crew = await makeCrew(served, '试2')
  const place = await farPlace(desk)
  const [a, b] = [await openConsole(browser, served, served.account('dispatcher')), await openConsole(browser, served, second)]
  for (const { page } of [a, b]) await watch(page)

  const lags: number[] = []
  /** From the key of one to the drawn change of the other. */
  const seen = async (what: string, from: Page, to: Page, act: () => Promise<void>, drawn: { selector: string; text: string }) => {
    const sight = to.evaluate(({ selector, text }) => (window as unknown as Watching).sight(selector, text), drawn)
    sight.catch(() => {}) // said where it is awaited
    await act()
    const pressedAt = await from.evaluate(() => (window as unknown as Watching).pressedAt)
    const lag = (await sight) - pressedAt
    lags.push(lag)
    t.diagnostic(`${what}: ${Math.round(lag)} ms`)
  }

  const summary = '商铺门口两人推搡'
  await crew.startShift()
  await crew.standAt(place)
  await a.page.keyboard.press('n')
  await a.page.locator('.kind-field input:focus').waitFor()
  await a.page.keyboard.type('jf')
  await a.page.keyboard.press('Enter')
  await a.page.keyboard.type(place.text)
  await a.page.locator('#place-options [role=option]').first().waitFor()
  await a.page.keyboard.press('Enter')
  await a.page.keyboard.type(summary)
  await seen('opened by A, on B’s board', a.page, b.page, () => a.page.keyboard.press('Control+Shift+Enter'), { selector: '.row', text: summary })
  const incident = await until('it is open', () => desk.findIncident(summary))
  await showIncident(b.page, incident.number)
  await showIncident(a.page, incident.number)

  const said = async (page: Page, line: string) => {
    await page.locator('.line-preview:not(:has(.spinner))').waitFor({ state: 'attached' })
    await page.keyboard.press('F2')
    await page.keyboard.type(line)
    await page.locator('.line-preview.is-ready').waitFor()
  }
  await said(b.page, `d ${incident.number} 试2`)
  await seen('sent by B, on A’s board', b.page, a.page, () => b.page.keyboard.press('Enter'), { selector: '.row.is-selected .row-units', text: '试2' })
  for (const [state, word] of [['qs', '已签收'], ['cj', '出警'], ['dc', '到场']] as const) {
    await said(a.page, `s 试2 ${state}`)
    await seen(`${word} by A, in B’s detail`, a.page, b.page, () => a.page.keyboard.press('Enter'), { selector: '.incident-detail .assignment', text: word })
  }
  for (let note = 1; note <= 10; note++) {
    const [from, to] = note % 2 ? [a.page, b.page] : [b.page, a.page]
    await said(from, `m ${incident.number} 第${note}条记录`)
    await seen(`note ${note}`, from, to, () => from.keyboard.press('Enter'), { selector: '.log-line', text: `第${note}条记录` })
  }
  await said(b.page, `c ${incident.number} cj 已劝离`)
  await seen('closed by B, in A’s detail', b.page, a.page, () => b.page.keyboard.press('Enter'), { selector: '.log-line', text: '已劝离' })

  lags.sort((x, y) => x - y)
  t.diagnostic(`key of one to drawn at the other: median ${Math.round(lags[lags.length >> 1]!)} ms, worst ${Math.round(lags.at(-1)!)} ms of ${lags.length}`)
  assert.ok(lags[lags.length >> 1]! < 2000, 'the other’s move is on the screen while one still looks there')
  for (const { page, complaints } of [a, b]) {
    assert.deepEqual(complaints(), [])
    await page.context().close()
  }
})

type Watching = { pressedAt: number; sight(selector: string, text: string): Promise<number> }

/** Note when keys are pressed, and when something is drawn; both on this machine's clock. */
async function watch(page: Page) {
  await page.evaluate(() => {
    const watching: Watching = {
      pressedAt: 0,
      sight: (selector, text) =>
        new Promise((resolve) => {
          const look = () => {
            if (![...document.querySelectorAll(selector)].some((element) => element.textContent?.includes(text))) return
            observer.disconnect()
            requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()))
          }
          const observer = new MutationObserver(look)
          observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
          look()
        }),
    }
    Object.assign(window, watching)
    window.addEventListener('keydown', (event) => Object.assign(window, { pressedAt: performance.timeOrigin + event.timeStamp }), true)
  })
}
