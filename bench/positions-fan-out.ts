/** Positions from the server's acceptance to the screens of hundreds of consoles, beside Redis and NATS that carry one message a position. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { p50, p99, right, type Measure } from './measure.ts'
import { peers, reach, type Peer } from './peers/pub-sub.ts'
import type { Heard, Order } from './positions-consoles.ts'
import { asked, forked, forkedConsoles, openConsoles, pause, told, type Crowd } from './positions-crowd.ts'
import { agencyOf, district, fleet, numbersMax, positionBytes, province, tokenOf, type Fleet } from './positions-feed.ts'
import type { Said } from './positions-hub.ts'
import { monotonicMs, processNamed, processorSeconds } from './processor.ts'

const units = 20_000
const perSecond = 10_000
/** Code is compiled and lines are filled; Redis and NATS wait as long. */
const warmMs = 4_000
const measuredMs = 10_000

const everything = [{ bbox: province, intervalMs: 100, token: tokenOf('p') }]
const districts = Array.from({ length: 20 }, (_, n) => ({ bbox: district(n), intervalMs: 100, token: tokenOf('p') }))

/** What one run came to. */
type Run = { readonly cpu: number; readonly delivered: number; readonly bytesPerSecond: number; readonly p50: number; readonly p99: number }

export async function fanOut(say: (line: string) => void): Promise<Measure[]> {
  const ours: Run[] = []
  const theirs: Record<'redis' | 'nats', Run[]> = { redis: [], nats: [] }
  const present = await whoIsThere()
  await check()

  // ours, theirs, theirs, ours: what the machine does meanwhile falls on all
  ours.push(await runOurs(200, everything, say))
  for (const name of present) theirs[name].push(await runPeer(name, 200, say))
  for (const name of present.toReversed()) theirs[name].push(await runPeer(name, 200, say))
  ours.push(await runOurs(200, everything, say))
  const many = await runOurs(500, everything, say)
  const local = await runOurs(500, districts, say)
  const calm = await runOurs(500, [{ ...everything[0], intervalMs: 1000 }], say)
  const storm = await runStorm(say)

  // for the same positions delivered: who falls behind does not win by it
  const cpu = (runs: readonly Run[]) => p50(runs.map((run) => run.cpu / run.delivered))
  const against = present.map((name): Measure => ({ name: `processor, ours ÷ ${name}’s, 10k/s × 200, 100 ms`, value: cpu(ours) / cpu(theirs[name]), unit: '', limit: { atMost: 0.1 } }))
  return [
    ...against,
    { name: '10k/s × 500, all visible, 100 ms: p99 to the page', value: many.p99, unit: 'ms', limit: { atMost: 150 } },
    { name: '10k/s × 500, all visible, 100 ms: processor, of one core', value: many.cpu * 100, unit: '%', limit: { atMost: 15 } },
    { name: '10k/s × 500, all visible, 1 s as pages ask: processor, of one core', value: calm.cpu * 100, unit: '%' },
    { name: 'a district’s view: to a console', value: local.bytesPerSecond / 1000, unit: 'kB/s', limit: { atMost: 40 } },
    { name: '10k/s × 500, a district each: processor, of one core', value: local.cpu * 100, unit: '%' },
    { name: '500 consoles at once: all have the whole province in', value: storm.atOnceMs / 1000, unit: 's', limit: { atMost: 2 } },
    { name: '500 consoles after a restart, from its readiness', value: storm.afterRestartMs / 1000, unit: 's', limit: { atMost: 2 } },
  ]
}

// ——— ours ———

type Hub = { readonly child: ChildProcess; readonly url: string; readonly feed: Socket }

async function startHub(town: Fleet, port = 0): Promise<Hub> {
  const child = forked('positions-hub.ts', [String(units), String(port), '100'])
  const { feedPort } = await told<Extract<Said, { feedPort: number }>>(child)
  const ready = told<Extract<Said, { url: string }>>(child)
  const feed = connect(feedPort, '127.0.0.1')
  feed.on('error', () => {})
  feed.write(town.all())
  return { child, feed, url: (await ready).url }
}

async function runOurs(consoles: number, views: Order['views'], say: (line: string) => void): Promise<Run> {
  const town = fleet(units)
  const { child, feed, url } = await startHub(town)
  const crowd = openConsoles()
  try {
    await crowd.open({ kind: 'ours', url, views, count: consoles, isProbe: false })
    const probe = forkedConsoles()
    crowd.processes.push(probe)
    await asked(probe, { kind: 'ours', url, views: views.slice(0, 1), count: 1, isProbe: true } satisfies Order)

    const stop = feedSteadily(town, (bytes) => feed.write(bytes))
    const run = await measured(child.pid!, crowd, probe, consoles)
    stop()
    await pause(500)

    const { acceptedAt } = await asked<Extract<Said, { acceptedAt: unknown }>>(child, 'accepted')
    const heard = await asked<Heard>(probe, 'heard')
    rightlyHeld(heard, town, views[0].bbox === province ? units : undefined)
    const done = { ...run, ...latencies(heard.samples, acceptedAt) }
    say(line(`ours, ${consoles} consoles, ${words(views)}`, done))
    return done
  } finally {
    crowd.close()
    child.kill('SIGKILL')
  }
}

/** Whether a console holds the last that came of each unit, of all that it should have. */
function rightlyHeld({ held }: Heard, town: Fleet, expected: number | undefined): void {
  if (expected !== undefined) right(held.length === expected, `a console holds ${held.length} units, expected ${expected}`)
  for (const [handle, number] of held) right(number === town.number[handle - 1], `unit ${handle}: position ${number} is the last that a console has, ${town.number[handle - 1]} came`)
}

/** Before anything is timed: everything arrives where it may, and nothing where it may not. */
async function check(): Promise<void> {
  const town = fleet(units)
  const { child, feed, url } = await startHub(town)
  const watchers = [
    { root: 'p', intervalMs: 100 },
    { root: 'p', intervalMs: 1000 },
    { root: 'p.c3', intervalMs: 100 },
  ].map(({ root, intervalMs }) => ({ root, view: { bbox: province, intervalMs, token: tokenOf(root) }, child: forkedConsoles() }))
  try {
    for (const { view, child: watcher } of watchers) await asked(watcher, { kind: 'ours', url, views: [view], count: 1, isProbe: true } satisfies Order)
    const stop = feedSteadily(town, (bytes) => feed.write(bytes))
    await pause(4_000)
    stop()
    await pause(1_500)
    for (const { root, child: watcher } of watchers) {
      const heard = await asked<Heard>(watcher, 'heard')
      rightlyHeld(heard, town, root === 'p' ? units : units / 10)
      for (let n = 0; n < heard.samples.length; n += 3) right(root === 'p' || agencyOf(heard.samples[n]) === root, `unit ${heard.samples[n]} was shown to who may not see it`)
    }
  } finally {
    for (const watcher of watchers) watcher.child.kill('SIGKILL')
    child.kill('SIGKILL')
  }
}

const words = (views: Order['views']) => `${views.length > 1 ? 'a district each' : 'all visible'}, ${views[0].intervalMs} ms`

async function runStorm(say: (line: string) => void): Promise<{ atOnceMs: number; afterRestartMs: number }> {
  const consoles = 500
  const town = fleet(units)
  const first = await startHub(town)
  const crowd = openConsoles()
  try {
    const opened = monotonicMs()
    await crowd.open({ kind: 'ours', url: first.url, views: everything, count: consoles, isProbe: false })
    const atOnceMs = (await allServed(crowd, consoles)) - opened

    const closed = once(first.child, 'exit')
    first.child.kill('SIGKILL')
    await closed
    const diedAt = monotonicMs()
    const second = await startHub(town, Number(new URL(first.url).port))
    const readyAt = monotonicMs()
    const afterRestartMs = (await allServed(crowd, consoles)) - readyAt
    say(`  storm: ${Math.round(atOnceMs)} ms at once; ${Math.round(readyAt - diedAt)} ms down, then ${Math.round(afterRestartMs)} ms until all ${consoles} have the province`)
    second.child.kill('SIGKILL')
    return { atOnceMs, afterRestartMs }
  } finally {
    crowd.close()
    first.child.kill('SIGKILL')
  }
}

async function allServed(crowd: Crowd, consoles: number): Promise<number> {
  for (let n = 0; n < 300; n++) {
    const { served, servedAt } = await crowd.count()
    if (served === consoles) return servedAt
    await pause(50)
  }
  throw new Error(`Not all of ${consoles} consoles were served within 15 s`)
}

// ——— peers ———

async function whoIsThere(): Promise<('redis' | 'nats')[]> {
  const found: ('redis' | 'nats')[] = []
  for (const name of ['redis', 'nats'] as const) {
    const socket = await reach(peers(positionBytes)[name])
    socket?.destroy()
    if (socket) found.push(name)
    else process.stdout.write(`  (nobody listens as ${name}: left out)\n`)
  }
  return found
}

async function runPeer(name: 'redis' | 'nats', consoles: number, say: (line: string) => void): Promise<Run> {
  const peer: Peer = peers(positionBytes)[name]
  const pid = processNamed(peer.process)
  right(pid !== undefined, `no process ${peer.process}`)
  const town = fleet(units)
  const crowd = openConsoles()
  const publisher = (await reach(peer))!
  publisher.resume() // Redis counts the receivers of each
  try {
    await crowd.open({ kind: name, url: '', views: everything, count: consoles - 1, isProbe: false })
    const probe = forkedConsoles()
    crowd.processes.push(probe)
    await asked(probe, { kind: name, url: '', views: everything, count: 1, isProbe: true } satisfies Order)
    const sentAt = new Float64Array((units + 1) * numbersMax)
    const stop = feedSteadily(town, (bytes) => {
      const at = monotonicMs()
      const messages: Buffer[] = []
      for (let from = 0; from < bytes.length; from += positionBytes) {
        sentAt[bytes.readUInt32LE(from) * numbersMax + bytes.readUInt32LE(from + 4)] = at
        messages.push(peer.publication(bytes.subarray(from, from + positionBytes)))
      }
      publisher.write(Buffer.concat(messages))
    })
    const run = await measured(pid, crowd, probe, consoles - 1)
    stop()
    await pause(1000)
    const heard = await asked<Heard>(probe, 'heard')
    const done = { ...run, ...latencies(heard.samples, sentAt) }
    say(line(`${name}, ${consoles} consoles, one message a position`, done))
    return done
  } finally {
    publisher.destroy()
    crowd.close()
    await pause(1000) // it lets go of its clients
  }
}

// ——— what both are measured by ———

/** @returns processor of one core, share of all positions that reached the counting consoles, bytes a second to each */
async function measured(pid: number, crowd: Crowd, probe: ChildProcess, consoles: number): Promise<Pick<Run, 'cpu' | 'delivered' | 'bytesPerSecond'>> {
  await pause(warmMs)
  await asked(probe, 'forget')
  const [before, cpuBefore, from] = [await crowd.count(), processorSeconds(pid), monotonicMs()]
  await pause(measuredMs)
  const [after, cpuAfter, to] = [await crowd.count(), processorSeconds(pid), monotonicMs()]
  const seconds = (to - from) / 1000
  return {
    cpu: (cpuAfter - cpuBefore) / seconds,
    delivered: (after.positions - before.positions) / (perSecond * seconds * consoles),
    bytesPerSecond: (after.bytes - before.bytes) / seconds / consoles,
  }
}

/** Times of samples, from when each position was accepted or published. */
function latencies(samples: Float64Array, since: Float64Array): { p50: number; p99: number } {
  const ms: number[] = []
  for (let n = 0; n < samples.length; n += 3) {
    const at = since[samples[n] * numbersMax + samples[n + 1]]
    if (at > 0) ms.push(samples[n + 2] - at)
  }
  right(ms.length > 0, 'the probe heard nothing')
  return { p50: p50(ms), p99: p99(ms) }
}

const line = (what: string, run: Run) =>
  `  ${what.padEnd(58)} processor ${(run.cpu * 100).toFixed(1)} %, delivered ${(run.delivered * 100).toFixed(1)} %, ${(run.bytesPerSecond / 1000).toFixed(1)} kB/s each, p50 ${run.p50.toFixed(0)} ms, p99 ${run.p99.toFixed(0)} ms`

/** Ten thousand a second in small portions, and never more behind than the clock. */
function feedSteadily(town: Fleet, write: (bytes: Buffer) => void): () => void {
  const from = monotonicMs()
  let sent = 0
  const timer = setInterval(() => {
    const due = Math.floor(((monotonicMs() - from) * perSecond) / 1000) - sent
    if (due <= 0) return
    sent += due
    write(town.next(due))
  }, 10)
  return () => clearInterval(timer)
}
