/** The pages as people use them: signing in, what was pressed, what was complained about. */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { openPage, sizes, type Language, type Theme } from '#test/browser.ts'
import type { Served } from '#test/serve.ts'

type Account = { readonly name: string; readonly password: string }

export type Opened = {
  readonly page: Page
  /** Errors in the browser's console, less those that a journey expects (a refused sign-in, a server that is away). */
  complaints(): readonly string[]
  /** Things that the content security policy stopped. */
  violations(): Promise<readonly string[]>
  /** Presses of a mouse, pen or finger since the page was opened. */
  pointerPresses(): Promise<number>
}

export type OpenOptions = { readonly language?: Language; readonly theme?: Theme; readonly size?: { width: number; height: number }; readonly phone?: boolean; readonly place?: { lon: number; lat: number } }

const opened = new Set<Page>()
const failures = join(import.meta.dirname, '..', '..', 'build', 'journeys')

/** After a failed journey: what each page showed, into `build/journeys/`; then all pages are closed. */
export async function pictureOfFailure(context: unknown): Promise<void> {
  const { passed, name } = context as TestContext & { passed?: boolean } // as node:test gives it to hooks
  mkdirSync(failures, { recursive: true })
  let count = 0
  for (const page of opened) {
    if (!passed) await page.screenshot({ path: join(failures, `${name.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 60)}-${++count}.png`) }).catch(() => {})
    await page.context().close().catch(() => {})
  }
}

/** Open an address in a browser profile of its own. */
export async function open(browser: Browser, url: string, options: OpenOptions = {}): Promise<Opened> {
  const { place, ...rest } = options
  const { page, complaints } = await openPage(browser, {
    ...rest,
    reducedMotion: 'reduce', // a colour half-way between two is nobody's fault
    ...(options.phone ? { size: sizes.phone } : {}),
    ...(place ? { geolocation: { longitude: place.lon, latitude: place.lat, accuracy: 5 }, permissions: ['geolocation'] } : {}),
  })
  opened.add(page)
  page.once('close', () => opened.delete(page))
  await page.addInitScript(() => {
    const seen = { violations: [] as string[], presses: 0 }
    Object.assign(window, { seen })
    document.addEventListener('securitypolicyviolation', (event) => seen.violations.push(`${event.effectiveDirective} stopped ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber} ${event.sample}`))
    window.addEventListener('pointerdown', () => (seen.presses += 1), true)
  })
  await page.goto(url)
  const seen = () => page.evaluate(() => (window as unknown as { seen: { violations: string[]; presses: number } }).seen)
  return {
    page,
    complaints: () => complaints.filter((text) => !/Failed to load resource|net::ERR|WebSocket connection/.test(text)),
    violations: async () => (await seen()).violations,
    pointerPresses: async () => (await seen()).presses,
  }
}

/** Type name and password into the sign-in page; the cursor is already in the first empty field. */
export async function typeCredentials(page: Page, account: Account): Promise<void> {
  await page.locator('input[name=username]').waitFor()
  if (await page.evaluate(() => (document.activeElement as HTMLInputElement | null)?.name) !== 'username') await page.locator('input[name=username]').focus()
  await page.keyboard.press('Control+A')
  await page.keyboard.type(account.name)
  await page.keyboard.press('Tab')
  await page.keyboard.type(account.password)
  await page.keyboard.press('Enter')
}

/** The console with its board and map, signed in. */
export async function openConsole(browser: Browser, served: Served, account: Account, options: OpenOptions & { readonly path?: string } = {}): Promise<Opened> {
  const opened = await open(browser, served.url + (options.path ?? '/'), options)
  await typeCredentials(opened.page, account)
  await opened.page.locator('.board').waitFor({ timeout: 60_000 })
  return opened
}

/** The officer's page on a phone, signed in; the phone is at `place`. */
export async function openPocket(browser: Browser, served: Served, account: Account, options: OpenOptions = {}): Promise<Opened> {
  const opened = await open(browser, `${served.url}/officer/`, { phone: true, ...options })
  await typeCredentials(opened.page, account)
  await opened.page.locator('.pocket').waitFor({ timeout: 60_000 })
  // a receiver makes a new fix every few seconds; the browser's pretended one is made when it is set
  const { place } = options
  if (place) {
    const context = opened.page.context()
    const timer = setInterval(() => void context.setGeolocation({ longitude: place.lon, latitude: place.lat, accuracy: 5 }).catch(() => clearInterval(timer)), 3000)
    timer.unref()
    context.once('close', () => clearInterval(timer))
  }
  return opened
}

/** A mark that a reload would wipe out. */
export const mark = (page: Page): Promise<void> => page.evaluate(() => void Object.assign(window, { unreloaded: true }))
export const isUnreloaded = (page: Page): Promise<boolean> => page.evaluate(() => 'unreloaded' in window)

/** Nothing that axe calls serious or critical. @param where  said when there is something */
export async function noSeriousFinding(page: Page, where: string): Promise<void> {
  const look = async () => (await new AxeBuilder({ page }).analyze()).violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  // A sign that turns red while axe looks has the words of before on the ground of after: what is wrong is wrong again.
  const serious = (await look()).length > 0 ? await look() : []
  const said = serious.map(({ id, help, nodes }) => `${where}: ${id}, ${help}: ${nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ''}`).join(' | ')}`)
  assert.deepEqual(said, [])
}
