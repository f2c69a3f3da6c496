/** A car's terminal connects to a fresh house, is adopted with a click, moves on the map and calls for help. */
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { Browser, Route } from 'playwright-core'
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

test('a registry of several pages, strangers by the dozen, two people at one device, and commands that fail', { timeout: 180_000 }, async () => {
  const administrator = await signedIn(town.url, town.account('administrator'))
  const { body: units } = await administrator.call('GET', '/api/units')
  const unit = units.items.find((one: { callSign: string }) => one.callSign === '巡5').id
  const made: string[] = []
  for (let n = 1; n <= 110; n++) {
    const { status, body } = await administrator.call('POST', '/api/units/devices', { commandId: commandId(), unit, label: `备用${n}`, protocol: 'jt808', terminal: `1380000${1000 + n}`, settings: { keepsFences: false } })
    assert.equal(status, 201, JSON.stringify(body))
    made.push(body.id)
  }
  for (let n = 1; n <= 23; n++) {
    const terminal = await jt808Terminal(town.terminals.jt808!, `01370000${2000 + n}`)
    terminal.say(0x0100, registrationBody('2013', ''))
    await terminal.told()
    terminal.close()
  }

  const { page } = await open(browser, `${town.url}/administration/devices`, { language: 'zh-CN' })
  await typeCredentials(page, town.account('administrator'))
  const strangers = page.locator('.strangers li')
  await page.getByRole('heading', { name: '待接入设备（23）' }).waitFor()
  assert.equal(await strangers.count(), 9)
  await page.getByRole('button', { name: '再显示（还有 14 台）' }).click()
  await strangers.nth(22).waitFor()
  await page.getByLabel('按编号查找').fill('2007')
  await strangers.nth(1).waitFor({ state: 'detached' })
  assert.match(await strangers.first().innerText(), /13700002007/)
  await page.getByLabel('按编号查找').fill('')

  const rows = page.locator('tr.ant-table-row')
  const search = page.getByLabel('设备、单元或终端号')
  await search.fill('备用')
  await page.getByText('共 110 台').waitFor()
  assert.equal(await rows.count(), 50)
  await page.locator('.ant-pagination-item-3').click()
  await page.locator('tr.ant-table-row', { hasText: '备用101' }).waitFor()
  assert.equal(await rows.count(), 10)
  await search.fill('备用11')
  await rows.nth(2).waitFor({ state: 'detached' })
  await page.locator('tr.ant-table-row', { hasText: '备用110' }).waitFor()
  assert.equal(await rows.count(), 2, '备用11 and 备用110')
  await noSeriousFinding(page, 'devices')

  const of = `/api/units/devices/${made[109]}`
  await page.locator('tr.ant-table-row', { hasText: '备用110' }).getByRole('button', { name: '查看' }).click()
  await page.getByRole('tab', { name: '设置' }).click()
  assert.equal((await administrator.call('PATCH', of, { commandId: commandId(), settings: { asksCrew: true, leftOut: ['visits'] } })).status, 200)
  await page.getByLabel('设备名称').fill('备用110甲')
  await page.getByRole('switch', { name: '异常剔除' }).click()
  await page.locator('.ant-drawer-footer .ant-btn-primary').click()
  await page.locator('tr.ant-table-row', { hasText: '备用110甲' }).waitFor()
  const { items } = (await administrator.call('GET', `/api/units/devices?ids=${made[109]}`)).body
  assert.deepEqual([items[0].label, items[0].settings.asksCrew, items[0].settings.leftOut.toSorted()], ['备用110甲', true, ['outlier', 'visits']], 'what the other did stays')

  await page.route('**/api/units/alarms?device=*', (route) => route.fulfill({ status: 503, contentType: 'application/json', body: '{"code":"database-unavailable","because":"数据库暂时不可用。"}' }))
  await page.getByRole('tab', { name: '报警' }).click()
  await page.locator('.error-state').waitFor()
  assert.equal(await page.getByText('24 小时内没有报警。').count(), 0)
  await page.unroute('**/api/units/alarms?device=*')
  await page.locator('.error-state').getByRole('button').click()
  await page.getByText('24 小时内没有报警。').waitFor()

  await page.getByRole('tab', { name: '下发' }).click()
  const commands = `**${of}/commands`
  const failing = (route: Route) => (route.request().method() === 'POST' ? route.fulfill({ status: 503, contentType: 'application/json', body: '{"code":"database-unavailable","because":"数据库暂时不可用。"}' }) : route.continue())
  await page.route(commands, failing)
  const text = page.getByLabel('在车内播报并显示的文字')
  await text.fill('到东门集合')
  await page.getByRole('button', { name: '播报' }).click()
  await page.getByText('数据库暂时不可用。').first().waitFor()
  assert.equal(await text.inputValue(), '到东门集合')
  await page.unroute(commands, failing)

  const asked: string[] = []
  let goOn = () => {}
  const both = new Promise<void>((resolve) => (goOn = resolve))
  await page.route(commands, async (route) => {
    if (route.request().method() === 'POST') {
      asked.push(route.request().postDataJSON().commandId)
      if (asked.length === 2) goOn()
      await both
    }
    await route.continue()
  })
  await page.getByRole('button', { name: '点名' }).click()
  await page.getByRole('button', { name: '每 5 秒上报' }).click()
  await page.locator('.device-told li', { hasText: '点名' }).waitFor()
  await page.locator('.device-told li', { hasText: '每 5 秒上报' }).waitFor()
  assert.equal(new Set(asked).size, 2, 'each its own command')
})
