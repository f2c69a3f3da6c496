/**
 * `npm test`: types, the pages, then every test file, on one database server for the whole run.
 *
 * `--only GLOB` runs some files, `--with-database` those that reach a database; both leave out the types. The server is
 * the built-in PostgreSQL in a temporary folder, or the one at GENGFU_TEST_DATABASE_URL. A run of no tests, or a file of
 * none, is a failure. Three files run at a time on two processors: those that start programs and databases mostly wait.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbedded } from '#platform/db/embedded.ts'
import { createLog } from '#platform/log.ts'
import { admin } from '#test/database.ts'
import { ensureUi } from '#ui/build.ts'
import { longest, reaches, runFiles } from './run-files.ts'

const root = join(import.meta.dirname, '..')
const folders = ['core', 'kernel', 'modules', 'gateways', 'platform', 'server', 'sim', 'bench', 'ui', 'console', 'officer', 'tools', 'test']
const { values } = parseArgs({ options: { only: { type: 'string' }, 'with-database': { type: 'boolean', default: false } } })
const isWhole = values.only === undefined && !values['with-database']

const patterns = values.only === undefined ? folders.map((folder) => `${folder}/**/*.test.ts`) : [values.only]
const matching = [...new Set(patterns.flatMap((pattern) => globSync(pattern, { cwd: root })))].sort()
const files = values['with-database'] ? matching.filter((file) => reaches(file, 'test/database.ts')) : matching
if (files.length === 0) fail(`No test file matches ${values.only ?? folders.join(', ')}.`)

if (isWhole) {
  const started = performance.now()
  const types = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', '.'], { cwd: root, stdio: 'inherit' })
  if (types.status !== 0) fail('The types do not hold.')
  console.log(`types hold (${seconds(started)})`)
}

if (await ensureUi()) console.log('pages built')
const started = performance.now()
const runName = `r${process.pid}`
const given = process.env.GENGFU_TEST_DATABASE_URL || undefined
const folder = given === undefined ? mkdtempSync(join(tmpdir(), 'gengfu-test-run-')) : undefined
const server =
  folder === undefined
    ? undefined
    : await startEmbedded({ dataFolder: folder, log: createLog({ level: 'warn' }), settings: ['fsync=off', 'max_connections=300'] })
const url = given ?? server!.url
console.log(given === undefined ? `built-in PostgreSQL started (${seconds(started)})` : 'outside PostgreSQL')

process.env.GENGFU_TEST_DATABASE_URL = url
// Larger maps and captured frames that are not ours to ship; tests that want them skip by name where they are not.
const shared = join(root, '..', 'shared', 'data')
if (existsSync(shared)) {
  process.env.GENGFU_MAPS ??= shared
  process.env.GENGFU_OSMAND_FRAMES ??= join(shared, 'osmand-payloads', 'frames.json')
}
process.env.GENGFU_TEST_RUN = runName

let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void ((interrupted = true), controller.abort()))
const controller = new AbortController()

// Those that start the whole program are the longest: begun last, they would run alone while a processor stands idle.
const inOrder = [...files.filter((file) => reaches(file, 'test/serve.ts')), ...files.filter((file) => !reaches(file, 'test/serve.ts'))]
const report = process.env.GENGFU_TEST_REPORT || undefined
const { passed, failed, skipped, empty, spent } = await runFiles(inOrder, {
  atOnce: 3,
  timeout: 600_000,
  signal: controller.signal,
  ...(report === undefined ? {} : { report }),
})

await cleanUp()

console.log(longest(spent))
if (interrupted) fail('Interrupted.')
if (passed + failed === 0) fail('No test ran.')
if (empty.length > 0) fail(`No test ran in ${empty.join(', ')}.`)
if (failed > 0) fail(`${failed} failed.`)
console.log(`${passed} tests passed in ${files.length} files${skipped > 0 ? `, ${skipped} skipped` : ''} (${seconds(started)})`)

/** Databases that crashed tests left on an outside server; the whole of our own. */
async function cleanUp() {
  if (server !== undefined) {
    await server.stop()
    rmSync(folder!, { recursive: true, force: true })
    return
  }
  await admin(url, async (client) => {
    const { rows } = await client.query<{ datname: string }>('select datname from pg_database where starts_with(datname, $1)', [
      `gengfu_test_${runName}_`,
    ])
    for (const { datname } of rows) await client.query(`drop database if exists "${datname}" with (force)`)
  })
}

function fail(why: string): never {
  console.error(`\n✖ ${why}`)
  process.exit(1)
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`
}
