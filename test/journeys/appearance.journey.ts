/** Every page in both themes and languages: what axe says, what the content policy stopped, what the keyboard reaches. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { sizes } from '#test/browser.ts'
import type { Served } from '#test/serve.ts'
import { inTown } from './in-town.ts'
import { isUnreloaded, mark, noSeriousFinding, open, openConsole, openPocket, typeCredentials } from './pages.ts'
import { administrationViews, commandViews, commanderViews, makeScene, orderFor, type Scene } from './views.ts'

let served: Served
let browser: Browser
let scene: Scene
inTown({ demo: 'guixi', terminals: true }, async (town, chromium) => {
  served = town
  browser = chromium
  scene = await makeScene(served)
})

for (const theme of ['dark', 'light'] as const) {
  const language = theme === 'dark' ? 'zh-CN' : 'en'

  test(`the watch room fits 1366 × 768 with nothing cut off, axe finds nothing serious, the policy stops nothing (${theme}, ${language})`, { timeout: 300_000 }, async () => {
    const { page, violations, complaints } = await openConsole(browser, served, served.account('dispatcher'), { theme, language, size: sizes.desk })
    for (const view of commandViews) {
      await page.goto(served.url + view.path(scene))
      await view.show(page, scene)
      await nothingCutOff(page, `${view.name}, ${language}`)
      await noSeriousFinding(page, `${view.name}, ${theme}`)
      assert.deepEqual(await violations(), [], view.name)
    }
    assert.deepEqual(complaints(), [])
  })

  test(`axe finds nothing serious and the policy stops nothing in playback (${theme}, ${language})`, { timeout: 300_000 }, async () => {
    const { page, violations, complaints } = await openConsole(browser, served, served.account('commander'), { theme, language })
    for (const view of commanderViews) {
      await page.goto(served.url + view.path(scene))
      await view.show(page, scene)
      await noSeriousFinding(page, `${view.name}, ${theme}`)
      assert.deepEqual(await violations(), [], view.name)
    }
    assert.deepEqual(complaints(), [])
  })

  test(`axe finds nothing serious and the policy stops nothing in administration (${theme}, ${language})`, { timeout: 300_000 }, async () => {
    const { page, violations, complaints } = await open(browser, `${served.url}/administration/start`, { theme, language })
    await noSeriousFinding(page, `sign-in, ${theme}`)
    await typeCredentials(page, served.account('administrator'))
    await page.locator('.administration-head').waitFor({ timeout: 60_000 })
    for (const view of administrationViews) {
      await page.goto(served.url + view.path(scene))
      await view.show(page, scene)
      await noSeriousFinding(page, `${view.name}, ${theme}`)
      assert.deepEqual(await violations(), [], view.name)
    }
    assert.deepEqual(complaints(), [])
  })

  test(`axe finds nothing serious and the policy stops nothing on the officer’s page (${theme}, ${language})`, { timeout: 300_000 }, async () => {
    const off = await openPocket(browser, served, scene.resting, { theme, language, place: scene.place })
    await off.page.locator('.unit-list').waitFor()
    await noSeriousFinding(off.page, `choose a unit, ${theme}`)
    await scene.phone.startShift()
    const on = await openPocket(browser, served, scene.phone, { theme, language, place: scene.place })
    await on.page.locator('.ready-sign').waitFor()
    await noSeriousFinding(on.page, `ready, ${theme}`)
    const order = await orderFor(scene)
    await on.page.locator('button.step').waitFor()
    await noSeriousFinding(on.page, `order, ${theme}`)
    await on.page.locator('.dock-row button').first().tap()
    await on.page.locator('textarea').waitFor()
    await noSeriousFinding(on.page, `note, ${theme}`)
    await order.end()
    await on.page.locator('.ended').waitFor({ state: 'attached' })
    await noSeriousFinding(on.page, `order ended, ${theme}`)
    await on.page.reload()
    await on.page.locator('.ready-sign').waitFor()
    await on.page.locator('.strip button').last().tap()
    await on.page.locator('dialog[open]').waitFor()
    await noSeriousFinding(on.page, `settings, ${theme}`)
    await scene.phone.endShift()
    for (const { violations, complaints } of [off, on]) {
      assert.deepEqual(await violations(), [])
      assert.deepEqual(complaints(), [])
    }
  })
}

test('the reference of the programs’ doors obeys the policy too', { timeout: 120_000 }, async () => {
  const { page, violations, complaints } = await open(browser, `${served.url}/api/reference`)
  await page.getByText('/api/dispatch/incidents').first().waitFor({ state: 'attached', timeout: 60_000 })
  assert.deepEqual(await violations(), [])
  assert.deepEqual(complaints(), [])
})

test('language and theme change at once, everywhere, and are remembered', { timeout: 180_000 }, async () => {
  const { page } = await openConsole(browser, served, served.account('dispatcher'), { path: `/command?incident=${scene.incident}` })
  const board = page.locator('.board h2')
  const land = () => page.evaluate(() => getComputedStyle(document.querySelector('.board')!).backgroundColor)
  await mark(page)
  assert.equal((await board.innerText()).trim(), '警情')
  const dark = await land()
  assert.equal(await page.getAttribute('html', 'data-theme'), 'dark')

  await page.locator('.bar-language').click()
  await page.locator('html[lang=en]').waitFor({ state: 'attached' })
  assert.equal((await board.innerText()).trim(), 'Incidents')
  await page.locator('.incident-detail', { hasText: 'Dispute' }).waitFor()
  const chinese = await page.evaluate(() =>
    [...document.querySelectorAll('button, h1, h2, h3, label, [aria-label], [title], [placeholder]')]
      .filter((element) => !element.closest('.maplibregl-map, .glyph, .detail-title, .row, .log-lines, .chips, .person, .bar-language, .fact-place, .assignments, .recommendations, .facts, .device-alarms'))
      .flatMap((element) => [element.childElementCount ? '' : element.textContent, element.getAttribute('aria-label'), element.getAttribute('title'), element.getAttribute('placeholder')])
      .filter((text): text is string => /\p{Script=Han}/u.test(text ?? '')),
  )
  assert.deepEqual(chinese, [], 'no Chinese word is left in the English room, but for names')

  const themes = new Set<string>()
  for (let press = 0; press < 3; press++) {
    await page.locator('.bar-tools button[aria-label^="Appearance"]').click()
    themes.add(`${await page.getAttribute('html', 'data-theme')} ${await land()}`)
  }
  assert.equal(themes.size, 2, [...themes].join(' | '))
  while ((await page.getAttribute('html', 'data-theme')) !== 'light') await page.locator('.bar-tools button[aria-label^="Appearance"]').click()
  assert.notEqual(await land(), dark)
  assert.ok(await isUnreloaded(page))

  await page.reload()
  await page.locator('.board').waitFor()
  assert.equal(await page.getAttribute('html', 'lang'), 'en')
  assert.equal(await page.getAttribute('html', 'data-theme'), 'light')
})

test('the main controls are reached and seen by keyboard', { timeout: 180_000 }, async () => {
  const { page } = await openConsole(browser, served, served.account('dispatcher'), { path: `/command?incident=${scene.incident}` })
  await page.locator('.incident-detail .recommendation').first().waitFor()
  await page.locator('body').evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  const reached = new Set<string>()
  const unseen: string[] = []
  for (let press = 0; press < 220; press++) {
    await page.keyboard.press('Tab')
    const focus = await page.evaluate(() => {
      const element = document.activeElement
      if (!element || element === document.body) return undefined
      const style = getComputedStyle(element)
      const box = element.getBoundingClientRect()
      const shown = style.outlineStyle !== 'none' || style.boxShadow !== 'none' || getComputedStyle(element.parentElement!).boxShadow !== 'none'
      const place = ['.bar', '.board', '.maplibregl-map, .map-pane, .map', '.side', '.strip', '.command-bar'].find((selector) => element.closest(selector)) ?? 'elsewhere'
      return { place, shown: shown && box.width > 0 && box.height > 0, html: element.outerHTML.slice(0, 160) }
    })
    if (!focus) continue
    reached.add(focus.place)
    if (!focus.shown) unseen.push(focus.html)
  }
  for (const place of ['.bar', '.board', '.side', '.strip', '.command-bar']) assert.ok(reached.has(place), `Tab reaches ${place}: ${[...reached].join()}`)
  assert.deepEqual([...new Set(unseen)], [], 'what has the focus shows it')

  // nothing holds the keyboard: Escape leaves search, help and the sheet
  for (const [key, selector] of [['Control+K', 'dialog.search'], ['Shift+?', 'dialog[open]'], ['n', '.new-incident']] as const) {
    await page.locator('body').evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    await page.keyboard.press(key)
    await page.locator(selector).waitFor()
    await page.keyboard.press('Escape')
    await page.locator(selector).waitFor({ state: 'detached' })
  }
})

async function nothingCutOff(page: Page, where: string): Promise<void> {
  const wide = await page.evaluate(() => [document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight])
  assert.deepEqual(wide, [0, 0], `${where}: the page itself does not scroll`)
  const cut = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('.bar button, .bar a, .detail-acts button, .panel-head button, .tab, .side button, .side input, .side select')]
      .filter((element) => {
        // the count of unread messages stands over the corner of its button
        if (element.offsetParent === null || element.closest('.near, .bar-messages')) return false
        const side = element.closest('.side, .board, .bar')!.getBoundingClientRect()
        return element.scrollWidth > element.clientWidth + 1 && element.tagName === 'BUTTON' ? true : element.getBoundingClientRect().right > side.right + 1
      })
      .map((element) => element.outerHTML.slice(0, 120)),
  )
  assert.deepEqual(cut, [], where)
}
