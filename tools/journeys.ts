/**
 * `npm run journeys`: people's ways through the whole program, in the system's Chromium.
 *
 * `--only GLOB` runs some. One after another: each starts a server of its own and measures. A run of no journeys is a
 * failure; pictures of what a failed one saw are in `build/journeys/`.
 */
import { spawn } from 'node:child_process'
import { existsSync, globSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureUi } from '#ui/build.ts'
import { executablePath } from '#test/browser.ts'

const root = join(import.meta.dirname, '..')
const { values } = parseArgs({ options: { only: { type: 'string' } } })
const files = globSync(values.only ?? 'test/journeys/**/*.journey.ts', { cwd: root }).sort()
if (files.length === 0) fail(`No journey matches ${values.only}.`)
if (!existsSync(executablePath)) fail(`No Chromium at ${executablePath}: install it, or set CHROMIUM to its path.`)
rmSync(join(root, 'build', 'journeys'), { recursive: true, force: true })
await ensureUi() // before the first journey's clock starts

const child = spawn(process.execPath, ['--test', '--test-concurrency=1', '--test-reporter=spec', ...files], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
})
let tail = ''
child.stdout.setEncoding('utf8').on('data', (text: string) => {
  process.stdout.write(text)
  tail = (tail + text).slice(-100_000)
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal))
const code = await new Promise<number | null>((resolve) => child.once('close', resolve))

const ran = Number(/^ℹ tests (\d+)/m.exec(tail)?.[1] ?? 0)
const passed = Number(/^ℹ pass (\d+)/m.exec(tail)?.[1] ?? 0)
if (ran === 0) fail('No journey ran.')
if (code !== 0 || passed === 0) fail(`${ran - passed} of ${ran} journeys failed.`)
console.log(`${passed} journeys passed in ${files.length} files`)

function fail(why: string): never {
  console.error(`\n✖ ${why}`)
  process.exit(1)
}
