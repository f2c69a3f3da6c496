/** Positions from a socket to the disk and to the consoles: 50,000 units, up to 10,000 a second, beside the least that anybody could do with the same. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import pg from 'pg'
import { findEmbedded } from '#platform/db/embedded.ts'
import { client } from '#sim/client.ts'
import { callerOf } from '#test/caller.ts'
import { emptyHouse, firstAdministrator, ownDatabase } from '#test/own-house.ts'
import { serve, temporaryFolder, type Served } from '#test/serve.ts'
import { must } from './crowd.ts'
import { p50, p99, right, type Measure } from './measure.ts'
import type { Heard, Order } from './positions-consoles.ts'
import { asked, forked, forkedConsoles, openConsoles, pause, told } from './positions-crowd.ts'
import { city, district, numbersMax, province } from './positions-feed.ts'
import type { FeederOrder, Stage, StageOrder, Times } from './positions-feeder.ts'
import type { Copied, CopyOrder } from './positions-floor.ts'
import { registerUnits } from './positions-registry.ts'
import { monotonicMs, processorSeconds, processorSecondsBelow, residentMiB } from './processor.ts'

const unitCount = 50_000
/** Units with a JT/T 808 terminal, which send half of all positions; a program sends the others' over HTTP. */
const terminalCount = 10_000
const consoleCount = 200
const top = 10_000
const risingSeconds = 10
const floorMs = 8_000
/** Positions in a program's request. */
const inBatch = 100
/** What was heard is held against what was sent so often: numbers of positions come again after two minutes. */
const lookMs = 20_000

/** @param minutes  of the whole load; the rate rises in the first half minute */
export async function ingest(say: (line: string) => void, minutes: number): Promise<Measure[]> {
  const data = temporaryFolder('gengfu-bench-')
  const first = await emptyHouse(data)
  const program = await integrator(first, await firstAdministrator(first))
  await first.stop()
  const from = performance.now()
  const units = await registerUnits(data, unitCount, terminalCount, 'home')
  say(`  ${unitCount} units registered and on duty in ${((performance.now() - from) / 1000).toFixed(1)} s`)

  const server = await serve({ data, demo: 'none', terminals: true, env: { ...ownDatabase, ...profileOf() } })
  say(`  started with them in ${(server.readyMs / 1000).toFixed(1)} s`)
  const database = (await findEmbedded(data))!
  const postmaster = Number(readFileSync(join(data, 'postgres/postmaster.pid'), 'utf8').split('\n')[0])
  const stop = new AbortController()
  const crowd = openConsoles()
  const probe = forkedConsoles()
  const sources = [
    { kind: 'jt808', units: units.slice(0, terminalCount), child: forked('./positions-feeder.ts') },
    { kind: 'http', units: units.slice(terminalCount), child: forked('./positions-feeder.ts') },
  ] as const
  crowd.processes.push(probe, ...sources.map(({ child }) => child))
  try {
    const token = (await client({ url: server.url, ...program, stopped: stop.signal }).token())!
    const views: Order['views'] = [...Array.from({ length: 16 }, (_, n) => district(n)), city, city, city, province].map((bbox) => ({ bbox, intervalMs: 1000, token }))
    await crowd.open({ kind: 'ours', url: server.url, views, count: consoleCount, isProbe: false })
    await asked(probe, { kind: 'ours', url: server.url, views: [{ bbox: province, intervalMs: 100, token }], count: 1, isProbe: true } satisfies Order)
    const connecting = performance.now()
    const jt808Port = server.terminals['jt808']!
    await Promise.all(sources.map(({ kind, units: some, child }) => asked(child, { kind, units: some, url: server.url, token, jt808Port } satisfies FeederOrder)))
    say(`  ${terminalCount} terminals connected in ${((performance.now() - connecting) / 1000).toFixed(1)} s`)
    const indexOf = sources.map(({ units: some }) => new Map(some.map((unit, index) => [unit.handle, index])))

    const beginMiB = residentMiB(server.child.pid!)
    const residentMiBs: number[] = []
    const dueAt = sources.map(({ units: some }) => new Float64Array((some.length + 1) * numbersMax))
    /** From when positions were due to when a console had them, of those that it heard since this was asked last. */
    const heardSince = async (): Promise<number[]> => {
      const { samples } = await asked<Heard>(probe, 'heard') // before what was sent: of everything that it heard it is known when it was due
      for (const [source, times] of (await Promise.all(sources.map(({ child }) => asked<Times>(child, 'times', (said) => 'dueAt' in said)))).entries()) {
        for (const [n, key] of times.sent.entries()) dueAt[source][key] = times.dueAt[n]
      }
      const latencies: number[] = []
      for (let n = 0; n < samples.length; n += 3) {
        for (const [source, due] of dueAt.entries()) {
          const index = indexOf[source].get(samples[n])
          if (index !== undefined) latencies.push(samples[n + 2] - due[(index + 1) * numbersMax + samples[n + 1]])
        }
      }
      right(latencies.every((ms) => ms > -1), 'a console has a position before it was due')
      return latencies
    }

    let bytesEach: readonly number[] = []
    const stages: (Stage & { cost: number; databaseCost: number; consoleP50: number; consoleP99: number })[] = []
    for (const [perSecond, seconds] of [[1_000, risingSeconds], [2_500, risingSeconds], [5_000, risingSeconds], [top, minutes * 60 - 3 * risingSeconds]] as const) {
      await heardSince()
      const before = { server: processorSeconds(server.child.pid!), database: processorSecondsBelow(postmaster), count: await crowd.count(), at: monotonicMs() }
      const running = Promise.all(sources.map(({ child }) => asked<Stage>(child, { perSecond: perSecond / sources.length, ms: seconds * 1000 } satisfies StageOrder, (said) => 'answerMs' in said)))
      const latencies: number[] = []
      for (let looks = Math.floor((seconds * 1000) / lookMs); looks > 0; looks--) {
        await pause(lookMs)
        for (const ms of await heardSince()) latencies.push(ms)
        if (perSecond === top) residentMiBs.push(residentMiB(server.child.pid!))
      }
      const each = await running
      const stage = together(each)
      bytesEach = each.map(({ bytes, kept, refused }) => bytes / (kept + refused))
      const after = { server: processorSeconds(server.child.pid!), database: processorSecondsBelow(postmaster), count: await crowd.count(), at: monotonicMs() }
      for (const ms of await heardSince()) latencies.push(ms)
      const done = {
        ...stage,
        cost: ((after.server - before.server) * 1000) / (stage.kept / 1000),
        databaseCost: ((after.database - before.database) * 1000) / (stage.kept / 1000),
        consoleP50: p50(latencies), consoleP99: p99(latencies),
      }
      stages.push(done)
      const bytes = (after.count.bytes - before.count.bytes) / ((after.at - before.at) / 1000) / consoleCount
      say(
        `  ${String(perSecond).padStart(6)}/s wanted: ${(stage.kept / stage.seconds).toFixed(0)}/s kept, answer p50 ${p50([...stage.answerMs]).toFixed(0)} p99 ${p99([...stage.answerMs]).toFixed(0)} ms, ` +
          `socket to console p50 ${done.consoleP50.toFixed(0)} p99 ${done.consoleP99.toFixed(0)} ms, for 1,000: server ${done.cost.toFixed(1)} ms + database ${done.databaseCost.toFixed(1)} ms of processor, ` +
          `${(bytes / 1000).toFixed(1)} kB/s to a console, failed ${stage.failed}, refused ${stage.refused}`,
      )
    }
    await pause(1_500)

    // nothing acknowledged is lost: on disk, and on a console that sees everything
    const kept = stages.reduce((sum, stage) => sum + stage.kept, 0)
    const failed = stages.reduce((sum, stage) => sum + stage.failed, 0)
    const rowsOf = await rowsByUnit(database, units[0].handle, units.at(-1)!.handle)
    const rows = [...rowsOf.values()].reduce((sum, count) => sum + count, 0)
    // a terminal is answered well for what is on disk already; a program is told, and does not count it as kept
    const duplicates = (await duplicatesOf(server.url)) - stages.reduce((sum, stage) => sum + stage.refused, 0)
    const { held } = await asked<Heard>(probe, 'heard')
    right(held.length === units.length, `a console holds ${held.length} of ${units.length} units`)
    let missing = 0
    for (const [source, { child, units: some }] of sources.entries()) {
      const { numbers, keptOf } = await asked<Times>(child, 'times')
      for (const [index, { handle }] of some.entries()) missing += Math.max(0, keptOf[index] - (rowsOf.get(handle) ?? 0))
      const late = held.filter(([handle, number]) => numbers[indexOf[source].get(handle) ?? -1] !== number && indexOf[source].has(handle))
      right(late.length <= failed, `${late.length} units on a console are not where they were last, of ${failed} positions it is not known`)
    }
    right(missing <= duplicates && rows <= kept + failed, `${rows} rows on disk, ${kept} acknowledged, ${missing} of them missing by unit, ${duplicates} duplicates, ${failed} not known`)
    const endMiB = residentMiB(server.child.pid!)

    const last = stages.at(-1)!
    const floor = await floorOf(database, postmaster, { terminal: bytesEach[0], program: bytesEach[1] }, say)
    const whole = last.cost + last.databaseCost
    say(`  memory ${beginMiB.toFixed(0)} → ${endMiB.toFixed(0)} MiB; ${rows} rows on disk, ${kept} acknowledged, ${duplicates} of them duplicates; floor ${floor.toFixed(1)} ms for 1,000`)
    return [
      { name: 'kept at the top rate', value: last.kept / last.seconds, unit: 'per s', limit: { atLeast: top * 0.97 } },
      { name: 'socket to console at the top rate, p99', value: last.consoleP99, unit: 'ms', limit: { atMost: 1000 } },
      { name: 'processor for 1,000 positions, server and database', value: whole, unit: 'ms' },
      { name: 'the same ÷ bare echo and bare COPY', value: whole / floor, unit: '', limit: { atMost: 3 } },
      { name: 'memory at the end', value: endMiB, unit: 'MiB' },
      ...(residentMiBs.length < 12 ? [] : [{ name: 'memory, last fifth ÷ third fifth of the top rate', value: meanOfFifth(residentMiBs, 4) / meanOfFifth(residentMiBs, 2), unit: '', limit: { atMost: 1.1 } }]),
    ]
  } finally {
    crowd.close()
    stop.abort()
    await server.stop()
  }
}

const meanOfFifth = (values: readonly number[], fifth: number): number => {
  const some = values.slice(Math.floor((values.length * fifth) / 5), Math.floor((values.length * (fifth + 1)) / 5))
  return some.reduce((sum, value) => sum + value, 0) / some.length
}

/** What several sources came to at the same time. */
function together(stages: readonly Stage[]): Stage {
  const sum = (of: (stage: Stage) => number) => stages.reduce((total, stage) => total + of(stage), 0)
  return {
    sent: sum((one) => one.sent), kept: sum((one) => one.kept), refused: sum((one) => one.refused), failed: sum((one) => one.failed), bytes: sum((one) => one.bytes),
    answerMs: Float64Array.from(stages.flatMap(({ answerMs }) => [...answerMs])),
    seconds: Math.max(...stages.map(({ seconds }) => seconds)),
  }
}

/** Where the server leaves a profile of itself, when somebody asks for one. */
const profileOf = (): Record<string, string> =>
  process.env['GENGFU_BENCH_PROFILE'] ? { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${process.env['GENGFU_BENCH_PROFILE']}` } : {}

/** An account for the terminals and for who watches them, as an administrator would make it. */
async function integrator(server: Served, administratorToken: string): Promise<{ name: string; password: string }> {
  const name = 'bench-terminals'
  const made = await callerOf(server.url, { token: administratorToken })('POST', '/api/organisation/accounts', {
    commandId: randomUUID(), name, displayName: 'Bench terminals', agency: 'home', grants: [{ role: 'integrator', agency: 'home' }, { role: 'dispatcher', agency: 'home' }],
  })
  right(made.status === 201, `account: ${JSON.stringify(made)}`)
  const { oneTimePassword } = made.body as { oneTimePassword: string }
  const password = `bench-${randomUUID()}`
  const stop = new AbortController()
  must(await client({ url: server.url, name, password: oneTimePassword, stopped: stop.signal }).post('/api/session/password', { current: oneTimePassword, next: password }), 'password')
  stop.abort()
  return { name, password }
}

/** By the server's own count. */
async function duplicatesOf(url: string): Promise<number> {
  const text = await (await fetch(new URL('/metrics', url))).text()
  return Number(/^gengfu_positions_total\{result="duplicates"\} (\d+)/m.exec(text)?.[1] ?? 0)
}

async function rowsByUnit(database: string, first: number, last: number): Promise<Map<number, number>> {
  const connection = new pg.Client({ connectionString: database })
  await connection.connect()
  const { rows } = await connection.query<{ unit: number; count: number }>('select unit, count(*)::int as count from units.position where unit between $1 and $2 group by unit', [first, last])
  await connection.end()
  return new Map(rows.map(({ unit, count }) => [unit, count]))
}

/**
 * Processor of the least work, ms for 1,000 positions: their bytes sent back in the pieces and on as many connections as they come, their
 * rows copied.
 *
 * @param bytesEach  of a position, a terminal's with its frame, a program's with its share of the request
 */
async function floorOf(database: string, postmaster: number, bytesEach: { readonly terminal: number; readonly program: number }, say: (line: string) => void): Promise<number> {
  const child = forked('./positions-floor.ts')
  const sockets: Socket[] = []
  try {
    const { port } = await told<{ port: number }>(child)
    let back = 0
    const open = async (count: number) => {
      const opened = Array.from({ length: count }, () => connect({ port, host: '127.0.0.1', noDelay: true }))
      for (const socket of opened) socket.on('data', (chunk) => void (back += (chunk as Buffer).length))
      await Promise.all(opened.map((socket) => once(socket, 'connect')))
      sockets.push(...opened)
      return opened
    }
    const terminals: Socket[] = []
    while (terminals.length < terminalCount) terminals.push(...(await open(200)))
    const programs = await open(32)
    const [frame, body] = [Buffer.alloc(Math.round(bytesEach.terminal)), Buffer.alloc(Math.round(bytesEach.program * inBatch))]
    const [echoBefore, from] = [processorSeconds(child.pid!), monotonicMs()]
    let [frames, bodies] = [0, 0]
    while (monotonicMs() - from < floorMs) {
      const due = ((monotonicMs() - from) * top) / 2 / 1000
      while (frames < due) terminals[frames++ % terminals.length].write(frame)
      while ((bodies + 1) * inBatch <= due) programs[bodies++ % programs.length].write(body)
      await pause(5)
    }
    await pause(500)
    right(back === frames * frame.length + bodies * body.length, `the echo gave back ${back} bytes`)
    const echo = ((processorSeconds(child.pid!) - echoBefore) * 1000) / ((frames + bodies * inBatch) / 1000)
    for (const socket of sockets.splice(0)) socket.destroy()

    const [copyBefore, databaseBefore] = [processorSeconds(child.pid!), processorSecondsBelow(postmaster)]
    const copied = await asked<Copied>(child, { database, perSecond: top, ms: floorMs, inBatch: 500 } satisfies CopyOrder)
    await pause(500) // its backend ends, and its cost is its parent's
    const client = ((processorSeconds(child.pid!) - copyBefore) * 1000) / (copied.rows / 1000)
    const rows = ((processorSecondsBelow(postmaster) - databaseBefore) * 1000) / (copied.rows / 1000)
    say(`  floor for 1,000: echo ${echo.toFixed(1)} ms, COPY ${rows.toFixed(1)} ms in the database and ${client.toFixed(1)} ms in its client (${(copied.rows / copied.seconds).toFixed(0)}/s)`)
    return echo + rows + client
  } finally {
    for (const socket of sockets) socket.destroy()
    child.kill('SIGKILL')
  }
}
