/** An empty machine: the first administrator, the first map, the first steps. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Browser } from 'playwright-core'
import type { Served } from '#test/serve.ts'
import { inTown } from './in-town.ts'
import { noSeriousFinding, open, typeCredentials } from './pages.ts'
import { signIn } from './town.ts'

const map = join(import.meta.dirname, '..', '..', 'demo', 'guixi', 'guixi.osm.pbf')
const account = { name: 'admin', password: 'Nan-Men-1984-gengfu' }

let served: Served
let browser: Browser
inTown({ demo: 'none' }, (town, chromium) => {
  served = town
  browser = chromium
})

test('the printed address leads from an empty machine to an administrator, a map and a dispatcher who sees it', { timeout: 240_000 }, async (t) => {
  assert.ok(served.setupUrl, 'the ready line says where to begin')
  assert.deepEqual(served.accounts, [])
  const { page, violations, complaints } = await open(browser, served.setupUrl)

  // the token is in the address; a wrong one is sent back to
  const next = page.locator('button[type=submit]')
  const token = page.locator('.setup-steps + .sign-in-form input')
  await token.waitFor()
  const right = await token.inputValue()
  assert.ok(right.length >= 20, 'the token comes with the address')
  await token.fill('not-the-token')
  await next.click()
  await page.locator('.setup-steps [aria-current=step]', { hasText: '单位' }).waitFor()
  await page.keyboard.type('贵溪市公安局')
  await noSeriousFinding(page, 'set-up, agency')
  await page.keyboard.press('Enter')
  await page.locator('.setup-steps [aria-current=step]', { hasText: '管理员' }).waitFor()
  await page.getByLabel('姓名或岗位').fill('系统管理员')
  assert.equal(await page.getByLabel('账号').inputValue(), 'admin')
  await page.getByLabel('新密码', { exact: true }).fill('short')
  await next.click({ force: true })
  assert.ok(await page.getByLabel('姓名或岗位').isVisible(), 'a weak password goes nowhere')
  await page.getByLabel('新密码', { exact: true }).fill(account.password)
  await page.getByLabel('再输一遍新密码').fill(account.password)
  await next.click()
  await page.locator('.setup-steps [aria-current=step]', { hasText: '口令' }).waitFor()
  await page.locator('.field-error', { hasText: '口令' }).waitFor()
  await token.fill(right)
  await next.click()
  await next.click() // the agency is still there
  assert.equal(await page.getByLabel('再输一遍新密码').inputValue(), account.password)
  await next.click()

  await page.locator('.first-steps').waitFor({ timeout: 30_000 })
  assert.equal(new URL(page.url()).pathname, '/administration/start')
  assert.ok(!page.url().includes(right), 'the token is gone from the address')
  await noSeriousFinding(page, 'first steps')

  // the map
  await page.locator('.first-steps li.is-next button').click()
  await page.locator('.map-drop').waitFor()
  await page.setInputFiles('input[type=file]', { name: 'broken.osm.pbf', mimeType: 'application/octet-stream', buffer: Buffer.from('this is no map') })
  const wrong = page.locator('.map-drop [role=alert]')
  await wrong.waitFor({ timeout: 30_000 })
  t.diagnostic(`a broken file: ${(await wrong.innerText()).trim()}`)
  await page.setInputFiles('input[type=file]', map)
  await page.locator('.map-work .progress').waitFor()
  await page.locator('.map-facts').waitFor({ timeout: 60_000 })
  assert.match(await page.locator('.map-facts').innerText(), /OpenStreetMap/)
  await noSeriousFinding(page, 'map import')

  // somebody to look at it
  const administrator = await signIn(served.url, account)
  const { items } = await administrator.get<{ items: { path: string }[] }>('/api/organisation/agencies')
  const agency = items[0]!.path
  const { oneTimePassword } = await administrator.post<{ oneTimePassword: string }>('/api/organisation/accounts', {
    name: 'dispatcher', displayName: '调度员', agency, grants: [{ role: 'dispatcher', agency }],
  })
  const { page: room } = await open(browser, served.url)
  await typeCredentials(room, { name: 'dispatcher', password: oneTimePassword })
  await room.getByLabel('新密码', { exact: true }).waitFor()
  await noSeriousFinding(room, 'forced change of password')
  await room.getByLabel('当前密码').fill(oneTimePassword)
  await room.getByLabel('新密码', { exact: true }).fill('Bei-Men-1987-gengfu')
  await room.getByLabel('再输一遍新密码').fill('Bei-Men-1987-gengfu')
  const tiles = room.waitForResponse((response) => response.url().includes('.pmtiles') && response.status() === 206)
  await room.keyboard.press('Enter')
  await room.locator('.board').waitFor()
  await tiles
  await room.locator('.maplibregl-canvas').waitFor()
  await room.getByText('一切平静').waitFor()

  assert.deepEqual(await violations(), [])
  assert.deepEqual(complaints(), [])

  // it is done once: the address leads to the sign-in page now
  const { page: again } = await open(browser, served.setupUrl)
  await again.locator('input[name=username]').waitFor()
})
