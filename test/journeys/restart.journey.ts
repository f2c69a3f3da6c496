/** The server goes away in the middle of a shift, politely and by force; both pages come back by themselves. */
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { launch } from '#test/browser.ts'
import { serve, type Served } from '#test/serve.ts'
import { isUnreloaded, mark, openConsole, openPocket, pictureOfFailure } from './pages.ts'
import { farPlace, makeCrew, openDesk, until, type Crew, type Desk, type Place } from './town.ts'

let served: Served
let browser: Browser
let desk: Desk
let crew: Crew
let place: Place
before(async () => {
  served = await serve({ demo: 'guixi' })
  browser = await launch()
  desk = await openDesk(served)
  crew = await makeCrew(served, '试5')
  place = await farPlace(desk)
  await crew.startShift()
}, { timeout: 180_000 })
afterEach(pictureOfFailure)
after(async () => {
  await browser?.close()
  await served?.stop()
})

for (const [how, stop] of [
  ['is stopped and started', () => served.stop()],
  ['is killed and started', () => served.kill()],
] as const) {
  test(`the server ${how} in the middle of a shift, and the console and the officer’s page go on without a refresh`, { timeout: 300_000 }, async (t) => {
    const { page: room } = await openConsole(browser, served, served.account('dispatcher'))
    const { page: pocket } = await openPocket(browser, served, crew, { place })
    await pocket.locator('.ready-sign', { hasText: '试5' }).waitFor()
    const summary = `断网前的警情（${how}）`
    const incident = await desk.open(place, summary)
    const { id: assignment } = await desk.post<{ id: string }>(`/api/dispatch/incidents/${incident}/assignments`, { unit: crew.unit })
    await pocket.locator('button.step', { hasText: '签收' }).waitFor()
    await room.locator('.row', { hasText: summary }).waitFor()
    await mark(room)
    await mark(pocket)

    await stop()
    await room.locator('.bar-connection.is-lost').waitFor()
    await pocket.locator('.strip.is-offline').waitFor()
    // the officer goes on meanwhile
    await pocket.locator('button.step:not([aria-disabled])', { hasText: '签收' }).tap()
    await pocket.locator('.dock-waits').waitFor()

    const began = Date.now()
    served = await serve({ demo: 'guixi', data: served.data, port: served.port })
    const ready = Date.now()
    t.diagnostic(`ready again after ${Math.round(served.readyMs)} ms`)
    await room.locator('.bar-connection.is-live').waitFor({ timeout: 60_000 })
    t.diagnostic(`the console is live ${Date.now() - ready} ms after the server is ready (${Date.now() - began} ms after its start)`)
    await pocket.locator('.strip-state', { hasText: /^在线$/ }).waitFor({ timeout: 60_000 })
    await until('what waited on the phone is sent', async () => (await desk.incident(incident)).assignments[0]?.state === 'acknowledged')
    await room.locator('.row', { hasText: summary }).filter({ hasText: '已签收' }).waitFor()
    assert.equal((await desk.log(incident)).filter(({ type }) => type === 'assignment-changed').length, 1, 'sent once')

    // the town lives on, and this page sees it
    await until('units move again', async () => (await desk.units()).some((unit) => unit.fixAt !== null && unit.fixAt > ready), 60)
    const later = `恢复后的警情（${how}）`
    await desk.open(place, later)
    await room.locator('.row', { hasText: later }).waitFor()
    await crew.press(assignment, 'cancelled').catch(() => crew.press(assignment, 'refused', '测试结束'))
    await until('the crew is free', async () => (await desk.units()).find(({ id }) => id === crew.unit)?.state === 'free')
    assert.ok(await isUnreloaded(room), 'the console was not reloaded')
    assert.ok(await isUnreloaded(pocket), 'the officer’s page was not reloaded')
  })
}
