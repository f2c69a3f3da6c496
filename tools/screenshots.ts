/**
 * `npm run screenshots`: every page in both languages, both themes and its sizes, into `docs/screenshots/`, as
 * `<page>-<language>-<theme>-<size>.png`.
 *
 * `--only TEXT` takes those whose name contains the text and leaves the other files. The town lives, so no two runs
 * give the same bytes.
 */
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { ensureUi } from '#ui/build.ts'
import { launch, type Language, type Theme } from '#test/browser.ts'
import { open, openConsole, openPocket, typeCredentials } from '#test/journeys/pages.ts'
import { administrationViews, commandViews, commanderViews, deskSizes, doorSizes, makeScene, orderFor, phoneSize } from '#test/journeys/views.ts'
import { learnedTown } from '#test/learned-town.ts'
import { serve } from '#test/serve.ts'
import { readPng, writePalettePng } from './palette-png.ts'

const folder = join(import.meta.dirname, '..', 'docs', 'screenshots')
const { values } = parseArgs({ options: { only: { type: 'string' } } })
const names = new Set<string>()
const wanted = (name: string) => values.only === undefined || name.includes(values.only)
mkdirSync(folder, { recursive: true })
await ensureUi()

const learned = await learnedTown(Date.now())
const [town, empty] = [await serve({ demo: 'guixi', terminals: true, env: learned.env }), await serve({ demo: 'none' })]
const browser = await launch()
try {
  const scene = await makeScene(town)
  for (const language of ['zh-CN', 'en'] as const) {
    for (const theme of ['dark', 'light'] as const) {
      const look = { language, theme }
      const shoot = shooter(language, theme)

      if (wanted('sign-in')) {
        const { page } = await open(browser, town.url, look)
        await page.locator('input[name=username]').waitFor()
        await shoot(page, 'sign-in', doorSizes)
        await page.context().close()
      }
      if (wanted('setup')) {
        const { page } = await open(browser, empty.setupUrl!, look)
        await page.locator('.setup-steps').waitFor()
        await page.locator('button[type=submit]').click()
        await page.locator('.setup-steps li.is-done').waitFor()
        await shoot(page, 'setup', deskSizes)
        await page.context().close()
      }

      for (const [role, views] of [['dispatcher', commandViews], ['commander', commanderViews]] as const) {
        const command = views.filter(({ name }) => wanted(name) && name !== 'help')
        if (command.length === 0) continue
        const { page } = await openConsole(browser, town, town.account(role), look)
        for (const view of command) {
          await page.setViewportSize(deskSizes['1366x768']) // a map that grows shows more; one that shrinks loses its place
          await page.goto(town.url + view.path(scene))
          await view.show(page, scene)
          await shoot(page, view.name, view.phone ? doorSizes : deskSizes)
        }
        await page.context().close()
      }

      const administration = administrationViews.filter(({ name }) => wanted(name))
      if (administration.length > 0) {
        const { page } = await open(browser, `${town.url}/administration/start`, look)
        await typeCredentials(page, town.account('administrator'))
        await page.locator('.administration-head').waitFor()
        for (const view of administration) {
          await page.setViewportSize(deskSizes['1366x768']) // a map that grows shows more; one that shrinks loses its place
          await page.goto(town.url + view.path(scene))
          await view.show(page, scene)
          await shoot(page, view.name, deskSizes)
        }
        await page.context().close()
      }

      if (wanted('officer')) {
        const { page: door } = await open(browser, `${town.url}/officer/`, { ...look, phone: true })
        await door.locator('input[name=username]').waitFor()
        await shoot(door, 'officer-sign-in', phoneSize)
        const off = await openPocket(browser, town, scene.resting, { ...look, place: scene.place })
        await off.page.locator('.unit-row', { hasText: scene.resting.callSign }).tap()
        await shoot(off.page, 'officer-unit', phoneSize)
        await scene.phone.startShift()
        const { page } = await openPocket(browser, town, scene.phone, { ...look, place: scene.place })
        await page.locator('.ready-sign').waitFor()
        await shoot(page, 'officer-ready', phoneSize)
        await page.locator('.dock .big').tap()
        await page.locator('.report .kind').first().tap()
        await shoot(page, 'officer-report', phoneSize)
        await page.keyboard.press('Escape')
        await page.locator('.strip-messages').tap()
        await page.locator('.messages-page').waitFor()
        await shoot(page, 'officer-messages', phoneSize)
        await page.keyboard.press('Escape')
        const order = await orderFor(scene)
        await page.locator('button.step').waitFor()
        await shoot(page, 'officer-order', phoneSize)
        await page.context().setOffline(true)
        await page.locator('.strip.is-offline').waitFor()
        await page.locator('button.step').tap()
        await page.locator('.dock-waits').waitFor()
        await page.locator('button.step:not([aria-disabled])').waitFor()
        await shoot(page, 'officer-offline', phoneSize)
        await page.context().setOffline(false)
        await page.locator('.dock-waits').waitFor({ state: 'detached' })
        await order.end()
        await scene.phone.endShift()
        for (const each of [door, off.page, page]) await each.context().close()
      }
    }
  }
} finally {
  await browser.close()
  await Promise.all([town.stop(), empty.stop()])
  await learned.drop()
}

if (values.only === undefined) for (const file of readdirSync(folder)) if (file.endsWith('.png') && !names.has(file)) rmSync(join(folder, file))
const bytes = readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0)
console.log(`${names.size} pictures; ${(bytes / 1e6).toFixed(1)} MB in docs/screenshots`)

/** Takes one page at several sizes. */
function shooter(language: Language, theme: Theme) {
  return async (page: Page, name: string, sizes: Readonly<Record<string, { width: number; height: number }>>) => {
    for (const [size, viewport] of Object.entries(sizes)) {
      await page.setViewportSize(viewport)
      await page.mouse.move(0, 0)
      await page.waitForTimeout(page.url().includes('/command') ? 2500 : 500) // tiles and names of the map come by and by
      const file = `${name}-${language}-${theme}-${size}.png`
      const taken = await page.screenshot({ type: 'png', scale: 'css', animations: 'disabled' })
      writeFileSync(join(folder, file), writePalettePng(readPng(taken)))
      names.add(file)
    }
    console.log(`${name} ${language} ${theme}`)
  }
}
