/**
 * `npm test`: types, the pages, then every test file, on one database server for the whole run.
 *
 * `--only GLOB` runs some files, `--with-database` those that reach a database; both leave out the types. The server is
 * the built-in PostgreSQL in a temporary folder, or the one at GENGFU_TEST_DATABASE_URL. A run of no tests, or a file of
 * none, is a failure.
 */
import { spawnSync } from 'node:child_process'
import { createWriteStream, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { parseArgs } from 'node:util'
import { startEmbedded } from '#platform/db/embedded.ts'
import { createLog } from '#platform/log.ts'
import { admin } from '#test/database.ts'
import { ensureUi } from '#ui/build.ts'
import { importsOf, pathOf } from './tidy.ts'

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

let passed = 0
let failed = 0
let skipped = 0
const testsOf = new Map<string, number>()
const stream = run({ files: files.map((file) => join(root, file)), concurrency: 2, timeout: 600_000, signal: controller.signal })
const counts = (file: string | undefined, name: string) => {
  const path = file === undefined ? '' : relative(root, file)
  // a file without tests reports itself as one test of its own name
  if (file !== undefined && (name === file || name === path)) return
  testsOf.set(path, (testsOf.get(path) ?? 0) + 1)
}
stream.on('test:pass', (event) => {
  if (event.skip !== undefined) skipped++
  else passed++
  counts(event.file, event.name)
})
stream.on('test:fail', (event) => {
  failed++
  counts(event.file, event.name)
})
const report = stream.compose(new spec())
report.pipe(process.stdout, { end: false })
if (process.env.GENGFU_TEST_REPORT) report.pipe(createWriteStream(process.env.GENGFU_TEST_REPORT))
await new Promise((done) => report.on('end', done))

await cleanUp()

const empty = files.filter((file) => !testsOf.has(file))
if (interrupted) fail('Interrupted.')
if (passed + failed === 0) fail('No test ran.')
if (empty.length > 0) fail(`No test ran in ${empty.join(', ')}.`)
if (failed > 0) fail(`${failed} failed.`)
console.log(`${passed} tests passed in ${files.length} files${skipped > 0 ? `, ${skipped} skipped` : ''} (${seconds(started)})`)

/** Whether a file imports another, directly or through others. */
function reaches(file: string, wanted: string, seen = new Set<string>()): boolean {
  if (file === wanted) return true
  if (seen.has(file)) return false
  seen.add(file)
  const path = join(root, file)
  if (!existsSync(path)) return false // a package
  return importsOf(readFileSync(path, 'utf8')).some((specifier) => {
    const next = pathOf(specifier, file)
    return next !== undefined && reaches(next, wanted, seen)
  })
}

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
