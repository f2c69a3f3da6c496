/**
 * Everything the gate runs, in its order; stops at the first failure and says how long each part took.
 *
 * The second run, of the tests that reach a database, needs an outside PostgreSQL (GENGFU_TEST_DATABASE_URL, or one on this machine's
 * usual socket and port); without one that part is skipped and named. Journeys need Chromium, the same way.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'

const root = join(import.meta.dirname, '..')
const outside = process.env.GENGFU_TEST_DATABASE_URL ?? (await answers('postgres://root@127.0.0.1:5432/test'))

type Part = { name: string; words: string[]; env?: Record<string, string>; missing?: string | false }
const parts: Part[] = [
  { name: 'lint', words: ['node_modules/.bin/oxlint', '--deny-warnings'] },
  { name: 'unused code', words: ['node_modules/.bin/knip'] },
  { name: 'tests, built-in PostgreSQL', words: ['npm', 'test'], env: { GENGFU_TEST_DATABASE_URL: '' } },
  {
    name: 'tests that reach a database, outside PostgreSQL',
    words: ['npm', 'test', '--', '--with-database'],
    env: { GENGFU_TEST_DATABASE_URL: outside ?? '' },
    missing: !outside && 'no outside PostgreSQL: set GENGFU_TEST_DATABASE_URL',
  },
  {
    name: 'journeys',
    words: ['npm', 'run', 'journeys'],
    missing: !existsSync(process.env.CHROMIUM ?? '/usr/bin/chromium') && 'no Chromium: install it, or set CHROMIUM to its path',
  },
]

let skipped = 0
for (const part of parts) {
  if (part.missing) {
    console.log(`— ${part.name}: SKIPPED, ${part.missing}`)
    skipped++
    continue
  }
  const started = Date.now()
  console.log(`— ${part.name}`)
  const [command, ...words] = part.words
  const { status } = spawnSync(command!, words, { cwd: root, stdio: 'inherit', env: { ...process.env, ...part.env } })
  console.log(`— ${part.name}: ${status === 0 ? 'passed' : 'FAILED'} in ${Math.round((Date.now() - started) / 1000)} s`)
  if (status !== 0) process.exit(1)
}
if (process.env.CI && skipped > 0) {
  console.log(`The gate may skip nothing, and ${skipped} part(s) were.`)
  process.exit(1)
}

/** The address, when a PostgreSQL answers there. */
async function answers(url: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  try {
    await client.connect()
    return url
  } catch {
    return undefined
  } finally {
    await client.end().catch(() => {})
  }
}
