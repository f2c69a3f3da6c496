/**
 * The console in a real browser while a province of 20,000 units drives: frames, memory, bytes, and how soon it answers a hand. Needs a
 * NATS with JetStream (GENGFU_NATS_URL, or the usual port) and Chromium (CHROMIUM); without a graphics card the map is drawn by the processor.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CDPSession, Page } from 'playwright-core'
import { ensureUi } from '#ui/build.ts'
import { houseOf } from '#platform/bus/house.ts'
import { natsBus } from '#platform/bus/nats.ts'
import { findEmbedded } from '#platform/db/embedded.ts'
import { connect } from '#platform/db/open.ts'
import { silentLog } from '#platform/log.ts'
import type { UnitView } from '#modules/units/contract.ts'
import { client, type Client } from '#sim/client.ts'
import { launch } from '#test/browser.ts'
import { makeAccount } from '#test/journeys/town.ts'
import { openConsole } from '#test/journeys/pages.ts'
import { ownDatabase } from '#test/own-house.ts'
import { serve, temporaryFolder } from '#test/serve.ts'
import { readPng, writePalettePng } from '#tools/palette-png.ts'
import { must } from './crowd.ts'
import { consoleFleet, silentEvery, type ConsoleFleet } from './console-fleet.ts'
import { meter, type Metered, type Probe } from './console-meter.ts'
import { p50, p99, percentile, right, type Measure } from './measure.ts'
import { pause } from './positions-crowd.ts'
import { registerUnits, type Registered } from './positions-registry.ts'
import { processorSeconds, residentMiB } from './processor.ts'

const unitCount = 20_000
/** Calls with two units each, so that every state is on the map. */
const callCount = 24
const guixi = join(import.meta.dirname, '../demo/guixi/guixi.osm.pbf')
const natsUrl = process.env.GENGFU_NATS_URL ?? 'nats://127.0.0.1:4222'
/** So slowly that its own people do little beside what is measured. */
const how = { demo: 'guixi', speed: 0.1, seed: 7 } as const
const frameMs = 6_000

type Look = { readonly name: string; readonly lon: number; readonly lat: number; readonly zoom: number }
const looks: readonly Look[] = [
  { name: 'all 20,000', lon: 116.1, lat: 28.1, zoom: 6.4 },
  { name: 'a district', lon: 117.222, lat: 28.3, zoom: 13 },
  { name: 'a street', lon: 117.2361, lat: 28.2942, zoom: 16 },
]

/** @param minutes  of watching for memory, beside the two or so that the rest takes */
export async function consoleBench(say: (line: string) => void, minutes: number): Promise<Measure[]> {
  await ensureUi()
  const data = temporaryFolder('gengfu-bench-')
  const nats = { GENGFU_NATS_URL: natsUrl, GENGFU_NATS_NAME: `bench-${process.pid}` }
  const first = await serve({ ...how, data, env: ownDatabase })
  must(await client({ url: first.url, ...first.account('administrator'), stopped: AbortSignal.timeout(60_000) }).post('/api/organisation/agencies', { commandId: randomUUID(), parent: 'guixi', label: 'nobody', name: '空屋', kind: 'station' }), 'agency')
  const nobody = await makeAccount(first, { displayName: '看空图的人', role: 'dispatcher', agency: 'guixi.nobody' })
  await first.stop()
  const registering = performance.now()
  const units = await registerUnits(data, unitCount, 0, 'guixi')
  say(`  ${unitCount} units registered and on duty in ${((performance.now() - registering) / 1000).toFixed(1)} s`)
  const server = await serve({ ...how, data, env: { ...ownDatabase, ...nats } })
  const database = connect({ url: (await findEmbedded(data))!, kind: 'external', log: silentLog, connections: 1 })
  const house = await houseOf(database)
  await database.close()
  const bus = natsBus({ url: natsUrl, name: nats.GENGFU_NATS_NAME, house, node: randomUUID(), log: silentLog })
  const browser = await launch()
  const stop = new AbortController()
  const fleet = consoleFleet(units.map(({ handle }) => handle), guixi, bus)
  try {
    const desk = client({ url: server.url, ...server.account('dispatcher'), stopped: stop.signal })
    const browserCdp = await browser.newBrowserCDPSession()
    const renderer = async () => {
      const { processInfo } = await browserCdp.send('SystemInfo.getProcessInfo')
      // the one that has worked most is the one with the page
      return processInfo.filter(({ type }) => type === 'renderer').toSorted((a, b) => b.cpuTime - a.cpuTime)[0].id
    }

    say(`  started with them in ${(server.readyMs / 1000).toFixed(1)} s`)
    // what the map alone costs on this machine: the same page and style, nobody on it
    const alone = await openConsole(browser, server, nobody, { path: '/command?probe', language: 'zh-CN' })
    const floor = await watchPage(alone.page)
    const floors = new Map<string, { still: Metered; moved: Metered }>()
    for (const look of looks) floors.set(look.name, { still: await floor.still(look), moved: await floor.moved(look) })
    await alone.page.context().close()

    fleet.all()
    const toldAt = performance.now()
    await settle(desk)
    await makeCalls(desk, units)
    const opening = performance.now()
    const { page, complaints } = await openConsole(browser, server, server.account('dispatcher'), { path: '/command?probe' })
    let bytes = 0
    page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => void (bytes += payload.length)))
    const watched = await watchPage(page)
    await page.reload() // so that its socket is counted from the beginning
    await watched.ready()
    say(`  opened in ${((performance.now() - opening) / 1000).toFixed(1)} s, twice`)
    fleet.drive()
    await pause(3_000)

    await pause(Math.max(0, toldAt + 35_000 - performance.now())) // until the silent ones are stale
    await rightlyDrawn(watched, fleet, units, desk, say)

    const cdp = await page.context().newCDPSession(page)
    const pid = await renderer()
    const measures: Measure[] = []
    const begin = await memoryOf(cdp, pid)
    for (const look of looks) {
      await watched.go(look)
      await pause(2_000)
      const [before, from, cpu] = [bytes, performance.now(), processorSeconds(pid)]
      const still = await watched.still(look)
      const seconds = (performance.now() - from) / 1000
      const share = (processorSeconds(pid) - cpu) / seconds
      const perSecond = (bytes - before) / seconds
      const moved = await watched.moved(look)
      const { still: floorStill, moved: floorMoved } = floors.get(look.name)!
      const probe = await watched.drawn()
      say(`  ${look.name}: ${probe.count} drawn (${probe.dots} dots, ${probe.signs} signs, ${probe.names} names, ${probe.clusters} clusters), ${(perSecond / 1000).toFixed(1)} kB/s, page ${(share * 100).toFixed(0)} % of a core`)
      for (const [what, ours, theirs] of [['units move', still, floorStill], ['panned and zoomed', moved, floorMoved]] as const) say(`    ${what}: ${words(ours)}; empty map: ${words(theirs)}`)
      measures.push(
        { name: `${look.name}, units move: frame p95`, value: percentile(still.frames, 0.95), unit: 'ms', limit: { atMost: 33.4 } },
        { name: `${look.name}, units move: frames over 50 ms`, value: over(still) * 100, unit: '%' },
        { name: `${look.name}, panned and zoomed: frame p95`, value: percentile(moved.frames, 0.95), unit: 'ms' },
        { name: `${look.name}, panned and zoomed: frame p95 ÷ an empty map’s`, value: percentile(moved.frames, 0.95) / percentile(floorMoved.frames, 0.95), unit: '', limit: { atMost: 1.5 } },
        { name: `${look.name}: received`, value: perSecond / 1000, unit: 'kB/s' },
      )
    }

    measures.push(...(await hands(page, watched, say)))
    await watched.go(looks[1])
    const from = performance.now()
    while (performance.now() - from < minutes * 60_000) {
      for (const look of looks) {
        await watched.go(look)
        await pause(5_000)
      }
    }
    const end = await memoryOf(cdp, pid)
    say(`  memory: heap ${begin.heapMiB.toFixed(0)} → ${end.heapMiB.toFixed(0)} MiB after a collection, page ${begin.residentMiB.toFixed(0)} → ${end.residentMiB.toFixed(0)} MiB`)
    await picture(watched, page)
    fleet.stop()
    right(complaints().length === 0, `the page complained: ${complaints().slice(0, 3).join('; ')}`)
    return [
      ...measures,
      { name: 'JavaScript heap after a collection, at the end', value: end.heapMiB, unit: 'MiB' },
      { name: 'heap, end ÷ begin', value: end.heapMiB / begin.heapMiB, unit: '', limit: { atMost: 1.2 } },
      { name: 'memory of the page, at the end', value: end.residentMiB, unit: 'MiB' },
    ]
  } finally {
    fleet.stop()
    stop.abort()
    await browser.close()
    await bus.close()
    await server.stop()
  }
}

const over = ({ frames }: Metered) => frames.filter((ms) => ms > 50).length / frames.length
const words = (run: Metered) =>
  `frames ${(1000 / p50(run.frames)).toFixed(0)}/s, p50 ${p50(run.frames).toFixed(1)} p95 ${percentile(run.frames, 0.95).toFixed(1)} p99 ${p99(run.frames).toFixed(1)} longest ${Math.max(...run.frames).toFixed(0)} ms, ` +
  `${(over(run) * 100).toFixed(1)} % over 50 ms, ${run.tasks.length} long tasks${run.tasks.length > 0 ? ` (longest ${Math.max(...run.tasks).toFixed(0)} ms)` : ''}`

/** The page with its meter: how it is looked at and moved. */
async function watchPage(page: Page) {
  await page.addInitScript(meter)
  await page.evaluate(meter)
  const watched = {
    page,
    ready: async () => {
      await page.locator('.board').waitFor({ timeout: 120_000 })
      await page.waitForFunction(() => (document.querySelector('.town-map') as unknown as Probe | null)?.map?.isStyleLoaded(), undefined, { timeout: 120_000 })
    },
    go: (look: Look) =>
      page.evaluate(async ({ lon, lat, zoom }) => {
        const { map } = document.querySelector('.town-map') as unknown as Probe
        map.jumpTo({ center: [lon, lat], zoom })
        await new Promise((resolve) => {
          map.once('idle', resolve).triggerRepaint()
          setTimeout(resolve, 3_000) // a map that is drawn again and again is never idle
        })
      }, look),
    drawn: () => page.evaluate(() => {
      const { dots, signs, clusters, names, count } = (document.querySelector('.town-map') as unknown as Probe).drawn()
      return { dots, signs, clusters, names, count }
    }),
    still: async (look: Look): Promise<Metered> => {
      await watched.go(look)
      await page.evaluate(() => window.meter.begin())
      await pause(frameMs)
      return page.evaluate(() => window.meter.end())
    },
    /** Dragged, wheeled out and in, and moved with keys. */
    moved: async (look: Look): Promise<Metered> => {
      await watched.go(look)
      const box = (await page.locator('.town-map').boundingBox())!
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
      await page.mouse.move(x, y)
      await page.evaluate(() => window.meter.begin())
      // by the clock: a slow map takes fewer steps, not longer
      const during = async (ms: number, step: (share: number) => Promise<void>) => {
        const from = performance.now()
        for (let share = 0; share < 1; share = (performance.now() - from) / ms) {
          await step(share)
          await pause(16)
        }
      }
      for (const way of [-1, 1]) {
        await page.mouse.down()
        await during(1_500, (share) => page.mouse.move(x + way * 120 * share, y + way * 80 * share))
        await page.mouse.up()
        await page.mouse.move(x, y)
      }
      for (const way of [1, -1]) await during(1_000, () => page.mouse.wheel(0, way * 40))
      await page.locator('.maplibregl-canvas').focus()
      for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', '+', '-']) {
        await page.keyboard.press(key)
        await pause(250)
      }
      return page.evaluate(() => window.meter.end())
    },
  }
  await watched.ready()
  return watched
}
type Watched = Awaited<ReturnType<typeof watchPage>>

/** Every unit has a place at the server. */
async function settle(desk: Client): Promise<void> {
  for (let n = 0; n < 100; n++) {
    const { items } = must(await desk.get<{ items: UnitView[] }>('/api/units'), 'units')
    if (items.filter(({ lon }) => lon !== null).length >= unitCount) return
    await pause(200)
  }
  throw new Error('The server does not know where all units are within 20 s')
}

/** Calls in the town with units on each: some on their way, some there, some who have not answered. */
async function makeCalls(desk: Client, units: readonly Registered[]): Promise<void> {
  for (let n = 0; n < callCount; n++) {
    const [column, row] = [n % 6, Math.floor(n / 6)]
    const { id } = must(await desk.post<{ id: string }>('/api/dispatch/incidents', { commandId: randomUUID(), category: 'dispute', lon: 117.205 + column * 0.008, lat: 28.285 + row * 0.009, summary: `bench ${n}` }), 'incident')
    for (const unit of units.slice(n * 2 + 60, n * 2 + 62)) {
      const { id: assignment } = must(await desk.post<{ id: string }>(`/api/dispatch/incidents/${id}/assignments`, { commandId: randomUUID(), unit: unit.id }), 'assignment')
      for (const state of ['acknowledged', 'en-route', 'on-scene'].slice(0, n % 4)) must(await desk.post(`/api/dispatch/assignments/${assignment}/state`, { commandId: randomUUID(), state }), state)
    }
  }
}

/** How soon the page answers, while all units move. */
async function hands(page: Page, watched: Watched, say: (line: string) => void): Promise<Measure[]> {
  await watched.go(looks[2])
  await pause(2_000)
  const opened: number[] = []
  for (let n = 0; n < 6; n++) {
    const at = await page.evaluate(() => {
      const element = document.querySelector('.town-map') as unknown as Probe & HTMLElement
      const { left, top } = element.getBoundingClientRect()
      const { clientWidth: width, clientHeight: height } = element
      const spots = element.drawn().units.map(({ lon, lat }) => element.map.project([lon, lat]))
      const free = spots.filter(({ x, y }) => x > 80 && y > 80 && x < width - 120 && y < height - 80 && spots.every((other) => other.x === x || Math.hypot(other.x - x, other.y - y) > 30))
      const one = free[Math.floor(Math.random() * free.length)]
      return one && { x: left + one.x, y: top + one.y }
    })
    if (!at) continue
    // units drive on: whichever is nearest when the click arrives
    const opens = page.evaluate(() => window.meter.until(() => document.querySelector('.unit-detail') !== null))
    await page.mouse.click(at.x, at.y)
    const ms = await Promise.race([opens, pause(3_000)])
    if (ms !== undefined) opened.push(ms) // else the unit had driven away
    await page.keyboard.press('Escape')
    await pause(500)
  }
  right(opened.length > 0, 'no unit could be clicked on')

  await page.evaluate(() => window.meter.begin())
  await page.keyboard.press('F2')
  await page.keyboard.type('d 1 P777', { delay: 150 })
  await pause(500)
  const typed = await page.evaluate(() => window.meter.end())
  const preview = await page.locator('#line-preview').innerText()
  right(preview.includes('P777'), `the command line understood ${JSON.stringify(preview)}`)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')

  await page.evaluate(() => window.meter.begin())
  await page.keyboard.press('Control+K')
  await page.keyboard.type('P19999', { delay: 150 })
  await page.locator('.search-result', { hasText: 'P19999' }).first().waitFor()
  const searched = await page.evaluate(() => window.meter.end())
  await page.keyboard.press('Escape')
  say(`  hands: a unit’s details in ${opened.map((ms) => ms.toFixed(0)).join(', ')} ms; a key in the command line p50 ${p50(typed.keys).toFixed(0)} longest ${Math.max(...typed.keys).toFixed(0)} ms; in the search p50 ${p50(searched.keys).toFixed(0)} longest ${Math.max(...searched.keys).toFixed(0)} ms`)
  return [
    { name: 'a click on a unit until its details are drawn, p50', value: p50(opened), unit: 'ms', limit: { atMost: 100 } },
    { name: 'a key in the command line until drawn, longest', value: Math.max(...typed.keys), unit: 'ms', limit: { atMost: 100 } },
    { name: 'a key in the search until drawn, longest', value: Math.max(...searched.keys), unit: 'ms', limit: { atMost: 100 } },
  ]
}

/** All that the server knows are on the map, each where it was told to be last. */
async function rightlyDrawn(watched: Watched, fleet: ConsoleFleet, units: readonly Registered[], desk: Client, say: (line: string) => void): Promise<void> {
  await watched.go(looks[0])
  fleet.stop()
  await pause(3_500)
  const known = must(await desk.get<{ items: UnitView[] }>('/api/units'), 'units').items.filter(({ lon, state }) => lon !== null && state !== 'off-duty').length
  const { count } = await watched.drawn()
  right(count === known, `${count} units are drawn, the server knows ${known}`)
  const places = new Map(await watched.page.evaluate(() => (document.querySelector('.town-map') as unknown as Probe).drawn().units.map(({ handle, lon, lat, stale }) => [handle, [lon, lat, stale ? 1 : 0]] as const)))
  const cell = 360 / 2 ** (22 + 3) // of the coarsest tiles, and never more
  let stale = 0
  for (const [n, { handle }] of units.entries()) {
    const [lon, lat, isStale] = places.get(handle) ?? [NaN, NaN, 0]
    right(Math.abs(lon - fleet.lon[n]) <= cell && Math.abs(lat - fleet.lat[n]) <= cell, `unit ${handle} is drawn at ${lon}, ${lat} and was last at ${fleet.lon[n]}, ${fleet.lat[n]}`)
    stale += isStale
  }
  right(stale === unitCount / silentEvery, `${stale} units look stale, ${unitCount / silentEvery} are`)
  say(`  checked: ${count} drawn as the server knows them, ${units.length} each where it was told last, ${stale} stale`)
  fleet.drive()
}

async function memoryOf(cdp: CDPSession, pid: number): Promise<{ heapMiB: number; residentMiB: number }> {
  await cdp.send('HeapProfiler.enable')
  await cdp.send('HeapProfiler.collectGarbage')
  await cdp.send('Performance.enable')
  const { metrics } = await cdp.send('Performance.getMetrics')
  return { heapMiB: metrics.find(({ name }) => name === 'JSHeapUsedSize')!.value / 2 ** 20, residentMiB: residentMiB(pid) }
}

/** What it looks like, into `build/bench/`. */
async function picture(watched: Watched, page: Page): Promise<void> {
  const folder = join(import.meta.dirname, '../build/bench')
  mkdirSync(folder, { recursive: true })
  for (const look of looks) {
    await watched.go(look)
    await pause(2_500)
    const taken = await page.screenshot({ type: 'png', scale: 'css', animations: 'disabled' })
    writeFileSync(join(folder, `console-${look.name.replaceAll(/[^a-z0-9]+/g, '-')}.png`), writePalettePng(readPng(taken)))
  }
}
