/**
 * `npm run journeys`: people's ways through the whole program, in the system's Chromium.
 *
 * `--only GLOB` runs some, `--at-once N` so many files at a time (1 when absent), each with a server, a data folder and a
 * browser of its own; those that say how fast something was run alone at the end. A run of no journeys is a failure; pictures of what a failed one saw
 * are in `build/journeys/`.
 */
import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureUi } from '#ui/build.ts'
import { executablePath } from '#test/browser.ts'
import { serve } from '#test/serve.ts'
import { longest, runFiles } from './run-files.ts'

const root = join(import.meta.dirname, '..')
/** Their measures are of one dispatcher on one machine, and a second server and browser would be measured with them. */
const alone = ['test/journeys/dispatch.journey.ts', 'test/journeys/restart.journey.ts', 'test/journeys/roads.journey.ts']

const { values } = parseArgs({ options: { only: { type: 'string' }, 'at-once': { type: 'string', default: '1' } } })
const atOnce = Number(values['at-once'])
if (!Number.isInteger(atOnce) || atOnce < 1) fail(`--at-once ${values['at-once']}: expected a whole number from 1.`)
const files = globSync(values.only ?? 'test/journeys/**/*.journey.ts', { cwd: root }).sort()
if (files.length === 0) fail(`No journey matches ${values.only}.`)
if (!existsSync(executablePath)) fail(`No Chromium at ${executablePath}: install it, or set CHROMIUM to its path.`)
rmSync(join(root, 'build', 'journeys'), { recursive: true, force: true })
await ensureUi() // before the first journey's clock starts

const controller = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort())

// A database and the map of the demo town are made once and copied: most of a first start is spent on them.
const town = mkdtempSync(join(tmpdir(), 'gengfu-town-'))
process.once('exit', () => rmSync(town, { recursive: true, force: true }))
if (files.length > 1) {
  const data = join(town, 'data')
  await (await serve({ demo: 'guixi', data, speed: 0.1 })).stop()
  process.env.GENGFU_TEST_TOWN = data
}

const runs = [
  await runFiles(files.filter((file) => !alone.includes(file)), { atOnce, signal: controller.signal }),
  await runFiles(files.filter((file) => alone.includes(file)), { atOnce: 1, signal: controller.signal }),
]
const sum = (of: 'passed' | 'failed' | 'skipped') => runs.reduce((all, one) => all + one[of], 0)
const empty = runs.flatMap((one) => one.empty)

console.log(longest(runs.flatMap(({ spent }) => spent)))
if (controller.signal.aborted) fail('Interrupted.')
if (sum('passed') + sum('failed') === 0) fail('No journey ran.')
if (empty.length > 0) fail(`No journey ran in ${empty.join(', ')}.`)
if (sum('failed') > 0 || sum('passed') === 0) fail(`${sum('failed')} of ${sum('passed') + sum('failed')} journeys failed.`)
console.log(`${sum('passed')} journeys passed in ${files.length} files${sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : ''}`)

function fail(why: string): never {
  console.error(`\n✖ ${why}`)
  process.exit(1)
}
