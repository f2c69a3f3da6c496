/**
 * Law 4: what the server acknowledged survives `kill -9`; what it did not is retried by its client, once in effect.
 *
 * The real program on a folder of its own, under load, killed again and again. Every other time its database is killed
 * with it, as a power loss would. GENGFU_CRASH_ROUNDS says how often; 4 when absent.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { seeded } from '#core/random.ts'
import { findEmbedded } from '#platform/db/embedded.ts'
import { serve, temporaryFolder, type Served } from './serve.ts'

const rounds = Number(process.env.GENGFU_CRASH_ROUNDS ?? 4)
const seed = Number(process.env.GENGFU_CRASH_SEED ?? 21)
// the built-in database is what is killed here, whatever the other tests use
const outside = process.env.GENGFU_DATABASE_URL

type Sent = { readonly path: string; readonly body: { readonly commandId: string }; acknowledged?: string }

test('nothing acknowledged is lost over kill -9, and what was not is in effect once when sent again', { skip: outside ? 'outside database' : false }, async () => {
  const data = temporaryFolder('gengfu-crash-')
  const random = seeded(seed)
  const commands: Sent[] = []
  const fixes: { fixAt: number; acknowledged: boolean }[] = []
  const readyMs: number[] = []

  for (let round = 1; round <= rounds; round++) {
    const server = await serve({ data, demo: 'guixi', seed: round })
    readyMs.push(Math.round(server.readyMs))
    const unanswered = commands.filter((one) => one.acknowledged === undefined)
    const load = startLoad(server, commands, fixes)
    // clients that never heard an answer ask again, with the same ids
    await load.settle(unanswered)
    await load.reporting
    await sleep(800 + random() * 1_200)
    const postmaster = Number(readFileSync(join(data, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
    await server.kill()
    if (round % 2 === 0) process.kill(postmaster, 'SIGKILL')
    await load.stop()
  }

  const server = await serve({ data, demo: 'guixi' })
  readyMs.push(Math.round(server.readyMs))
  try {
    const acknowledged = commands.filter((one) => one.acknowledged !== undefined)
    const unanswered = commands.filter((one) => one.acknowledged === undefined)
    const kept = fixes.filter((one) => one.acknowledged)
    console.log(
      `crash: seed ${seed}, ${rounds} kills; ${acknowledged.length} commands and ${kept.length} positions acknowledged, ` +
        `${unanswered.length} commands unanswered at the last kill; ready after ${readyMs.join(', ')} ms (the first makes the database and the map)`,
    )
    assert.ok(acknowledged.length > 20 * rounds, `a load worth the name: ${acknowledged.length} commands`)
    assert.ok(kept.length > 5 * rounds, `and ${kept.length} positions`)

    await startLoad(server, commands, fixes, { idle: true }).settle(unanswered)
    const client = new pg.Client({ connectionString: await findEmbedded(data) })
    await client.connect()
    try {
      const { rows } = await client.query<{ command: string; answer: { id: string } }>(`select id as command, answer from journal.command where starts_with(id, 'crash-')`)
      const answers = new Map(rows.map((row) => [row.command, row.answer.id]))
      const lost = commands.filter((one) => one.acknowledged !== 'refused' && answers.get(one.body.commandId) !== one.acknowledged)
      assert.deepEqual(lost, [], 'every command has the answer that its client has')
      const { rows: twice } = await client.query(
        `select command, type, count(*) from journal.entry where starts_with(command, 'crash-') and type in ('incident-opened', 'note-added') group by 1, 2 having count(*) > 1`,
      )
      assert.deepEqual(twice, [], 'no command is in effect twice')
      const { rows: positions } = await client.query<{ fix_at: string }>('select fix_at from units.position where fix_at = any($1)', [kept.map((one) => one.fixAt)])
      const found = new Set(positions.map((row) => Number(row.fix_at)))
      assert.deepEqual(kept.filter((one) => !found.has(one.fixAt)), [], 'every acknowledged position is kept')
    } finally {
      await client.end()
    }
    const token = await signIn(server, 'dispatcher')
    for (const one of acknowledged.filter((each) => each.path === '/api/dispatch/incidents').slice(-20)) {
      const response = await call(server, token, 'GET', `${one.path}/${one.acknowledged}`)
      assert.equal(response.status, 200, `incident ${one.acknowledged} is on the board`)
    }
    assert.deepEqual(await verify(data), { code: 0, firstBad: null }, 'beside the running server')
  } finally {
    assert.equal(await server.stop(), 0)
  }
  assert.deepEqual(await verify(data), { code: 0, firstBad: null }, 'with no server')
})

/** Dispatchers who open incidents and write notes, and an officer's phone. Each waits for its answer before the next. */
function startLoad(server: Served, commands: Sent[], fixes: { fixAt: number; acknowledged: boolean }[], options: { idle?: boolean } = {}) {
  let running = true
  let onDuty = () => {}
  const reporting = new Promise<void>((resolve) => (onDuty = resolve))
  const dispatcher = signIn(server, 'dispatcher')

  const send = async (one: Sent) => {
    const response = await call(server, await dispatcher, 'POST', one.path, one.body)
    if (response.status === 201) one.acknowledged = ((await response.json()) as { id: string }).id
    else if (response.status === 409 || response.status === 404) one.acknowledged = 'refused'
    else if (response.status !== 503 && response.status !== 429) assert.fail(`${one.path}: ${response.status} ${await response.text()}`)
  }
  const desk = async (number: number) => {
    for (let n = 0; running; n++) {
      const open: Sent = {
        path: '/api/dispatch/incidents',
        body: { commandId: commandId(), category: 'dispute', priority: 3, lon: 117.2 + number / 1_000, lat: 28.29 + (n % 50) / 2_000, summary: `crash ${number}/${n}` } as Sent['body'],
      }
      commands.push(open)
      await send(open)
      if (open.acknowledged === undefined || !running) continue
      const note: Sent = { path: `/api/dispatch/incidents/${open.acknowledged}/notes`, body: { commandId: commandId(), text: `note ${n}` } as Sent['body'] }
      commands.push(note)
      await send(note)
    }
  }
  const phone = async () => {
    const token = await signIn(server, 'officer')
    // Off duty nothing is kept: the simulator puts the officer's unit on duty some moments after the first start.
    while (running && (await call(server, token, 'GET', '/api/units/mine')).status !== 200) await sleep(50)
    onDuty()
    while (running) {
      const fix = { fixAt: Date.now(), acknowledged: false }
      fixes.push(fix)
      const position = { fixAt: fix.fixAt, lon: 117.21, lat: 28.29, speedKmh: 0 }
      const response = await call(server, token, 'POST', '/api/units/positions', { positions: [position] })
      if (response.status === 200) {
        const taken = (await response.json()) as { accepted: number; flagged: number }
        fix.acknowledged = taken.accepted + taken.flagged === 1
      }
      await sleep(10)
    }
  }
  /** An answer that does not come because the server was killed is what this is about. */
  const untilKilled = (work: Promise<void>) => work.catch((error: unknown) => assert.match(String((error as Error).message), /fetch failed|terminated|other side closed/))
  const all = options.idle ? [] : [desk(1), desk(2), desk(3), desk(4), phone()].map(untilKilled)
  return {
    /** The officer's phone is heard. */
    reporting,
    settle: async (unanswered: readonly Sent[]) => {
      for (const one of unanswered) while (one.acknowledged === undefined) await send(one)
    },
    async stop() {
      running = false
      await Promise.all(all)
    },
  }
}

let made = 0
const commandId = () => `crash-${process.pid}-${++made}`

async function signIn(server: Served, role: string): Promise<string> {
  const { name, password } = server.account(role)
  const response = await call(server, undefined, 'POST', '/api/session', { name, password })
  assert.equal(response.status, 200, `${role} signs in`)
  return ((await response.json()) as { token: string }).token
}

const call = (server: Served, token: string | undefined, method: string, path: string, body?: object) =>
  fetch(server.url + path, {
    method,
    headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })

async function verify(data: string): Promise<{ code: number | null; firstBad: number | null }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../server/main.ts'), 'journal', 'verify', '--data', data], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (chunk) => (text += chunk))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, firstBad: (JSON.parse(text) as { firstBad: number | null }).firstBad }
}
