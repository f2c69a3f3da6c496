/** The real program in a folder of its own, started and stopped as an operator would. For journeys, screenshots, benches and crash tests. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TerminalPorts } from '#modules/units/contract.ts'

const root = join(import.meta.dirname, '..')

export type DemoAccount = { readonly role: string; readonly name: string; readonly password: string }
export type Served = {
  readonly url: string
  readonly port: number
  readonly data: string
  readonly accounts: readonly DemoAccount[]
  /** Where the first administrator is created; undefined when there is one. */
  readonly setupUrl: string | undefined
  /** Where terminals are heard; nowhere unless asked for. */
  readonly terminals: TerminalPorts
  /** From spawn to the ready line. */
  readonly readyMs: number
  readonly child: ChildProcess
  /** What it said on standard error so far. */
  said(): string
  account(role: string): DemoAccount
  /** Ctrl-C; resolves with the exit code. */
  stop(): Promise<number | null>
  /** `kill -9`. */
  kill(): Promise<void>
}

/**
 * Start `gengfu serve --json` and wait for its ready line.
 *
 * @param options.data  an existing data folder; a new temporary one when absent; for Guixi a copy of GENGFU_TEST_TOWN, where that is set
 * @throws Error with everything it said, when it ends before it is ready
 */
export async function serve(options: {
  demo?: 'guixi' | 'portland' | 'none'
  data?: string
  port?: number
  seed?: number
  speed?: number
  /** Open a port for each kind of terminal. */
  terminals?: boolean
  env?: Record<string, string>
  /** Further words of the command line. */
  words?: readonly string[]
} = {}): Promise<Served> {
  const database = options.env?.GENGFU_DATABASE_URL ?? process.env.GENGFU_DATABASE_URL
  const data = options.data ?? ((options.demo ?? 'guixi') === 'guixi' && !database ? townFolder() : temporaryFolder('gengfu-'))
  const port = options.port ?? (await freePort())
  const words = ['serve', '--json', '--data', data, '--port', String(port), '--demo', options.demo ?? 'guixi']
  if (options.seed !== undefined) words.push('--seed', String(options.seed))
  if (options.speed !== undefined) words.push('--speed', String(options.speed))
  if (options.terminals) words.push('--jt808-port', '0', '--gt06-port', '0', '--h02-port', '0', '--osmand-port', '0', '--mqtt-port', '0')
  words.push(...(options.words ?? []))

  const started = performance.now()
  const child = spawn(join(root, 'server', 'cli', 'gengfu'), words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...withoutNpm(process.env), ...options.env },
  })
  let said = ''
  child.stderr!.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-200_000)))
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))

  const ready = await new Promise<{ url: string; terminals: TerminalPorts; accounts: DemoAccount[]; setupUrl: string | undefined }>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (line.startsWith('{"ready":true')) resolve(JSON.parse(line))
    })
    void ended.then((code) => reject(new Error(`gengfu ended with ${code} before it was ready:\n${said}`)))
  })
  return {
    ...ready,
    port,
    data,
    child,
    readyMs: performance.now() - started,
    said: () => said,
    account(role) {
      const account = ready.accounts.find((each) => each.role === role)
      if (!account) throw new Error(`no demo account for ${role}: ${ready.accounts.map((each) => each.role).join(', ')}`)
      return account
    },
    stop() {
      if (child.exitCode === null) child.kill('SIGINT')
      return ended
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** A data folder for Guixi: a copy of the one that `tools/journeys.ts` has prepared, else a new one. */
function townFolder(): string {
  const folder = temporaryFolder('gengfu-')
  const prepared = process.env.GENGFU_TEST_TOWN
  // `cp`, because the cluster belongs to a user of its own, and `fs.cp` would give it to ours
  if (prepared) execFileSync('cp', ['-a', `${prepared}/.`, folder])
  return folder
}

/** A folder that is removed when this process ends. */
export function temporaryFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

/** Under npm the program would watch npm's process; here it answers to this one. */
const withoutNpm = (env: NodeJS.ProcessEnv) => Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('npm_')))
