/** A car's terminal connects to a fresh house, is adopted with a click, moves on the map and calls for help. */
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { launch } from '#test/browser.ts'
import { commandId, signedIn } from '#test/caller.ts'
import { jt808Terminal, locationBody, registrationBody } from '#test/jt808-terminal.ts'
import { serve, type Served } from '#test/serve.ts'
import { noSeriousFinding, open, openConsole, pictureOfFailure, typeCredentials } from './pages.ts'

let town: Served
let browser: Browser
before(async () => {
  town = await serve({ demo: 'guixi', speed: 0.1, terminals: true })
  browser = await launch()
})
afterEach(pictureOfFailure)
after(async () => {
  await browser?.close()
  await town?.stop()
})

test('a recorded stream of a terminal that nobody knows: adopted, it moves on the map; its button is an incident', { timeout: 120_000 }, async () => {
  const desk = await signedIn(town.url, town.account('dispatcher'))
  const { body: units } = await desk.call('GET', '/api/units')
  const unit = units.items.find((one: { callSign: string }) => one.callSign === '巡6')
  assert.ok(unit, 'a car that nobody drives')
  assert.equal((await desk.call('POST', `/api/units/${unit.id}/shift`, { commandId: commandId(), crew: [] })).status, 200)

  const phone = '013900139000'
  const terminal = await jt808Terminal(town.terminals.jt808!, phone)
  terminal.say(0x0100, registrationBody('2013', ''))
  assert.equal((await terminal.told()).body[2], 4, 'no such terminal')

  const { page, complaints } = await open(browser, `${town.url}/administration/devices`, { language: 'zh-CN' })
  await typeCredentials(page, town.account('administrator'))
  const stranger = page.locator('.strangers li', { hasText: '13900139000' })
  await stranger.waitFor()
  await noSeriousFinding(page, 'devices')
  await stranger.getByRole('button', { name: '接入' }).click()
  await page.getByRole('combobox').fill(unit.callSign)
  await page.locator('.ant-select-item-option', { hasText: unit.callSign }).first().click()
  await page.locator('.ant-drawer-footer .ant-btn-primary').click()
  await page.locator('.ant-table-row', { hasText: '13900139000' }).waitFor()

  // Registered again, as terminals do, and then as a vehicle drives.
  terminal.say(0x0100, registrationBody('2013', ''))
  const registered = await terminal.told()
  assert.equal(registered.body[2], 0)
  assert.equal(await terminal.answerTo(terminal.say(0x0102, registered.body.subarray(3))), 0)
  for (let n = 0; n < 5; n++) {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    assert.equal(await terminal.answerTo(terminal.say(0x0200, locationBody({ lon: 117.213 + n * 1e-4, lat: 28.29, at: Date.now(), speedKmh: 36, courseDeg: 90 }))), 0)
  }
  const row = page.locator('.ant-table-row', { hasText: '13900139000' })
  await row.getByText('在线').waitFor()
  await row.getByRole('button', { name: '查看' }).click()
  await page.getByRole('tab', { name: '原始报文' }).click()
  await page.locator('.device-frames li').first().waitFor()
  await noSeriousFinding(page, 'devices')
  assert.deepEqual(complaints(), [])

  const room = await openConsole(browser, town, town.account('dispatcher'), { language: 'zh-CN' })
  const seen = (await desk.call('GET', `/api/units/${unit.id}`)).body
  assert.ok(Math.abs(seen.lon - 117.2134) < 1e-6 && !seen.stale)
  assert.equal(await terminal.answerTo(terminal.say(0x0200, locationBody({ lon: 117.2135, lat: 28.29, at: Date.now(), alarm: 1 }))), 4)
  await room.page.getByText(`${unit.callSign} 紧急报警`).first().waitFor()
  terminal.close()
})
