/**
 * Test files side by side, each in a process of its own, and what they cost: for `tools/test.ts` and `tools/journeys.ts`.
 *
 * What a process compiled is kept for the next ones in `build/compiled`: reading our types away again and again was half of what a small file costs.
 */
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { importsOf, pathOf } from './tidy.ts'

const root = join(import.meta.dirname, '..')

/** What a file took: seconds by the clock, and of processors, its own and those of the processes it started. */
export type Spent = { readonly file: string; readonly seconds: number; readonly processor: number }
export type Ran = { readonly passed: number; readonly failed: number; readonly skipped: number; readonly empty: readonly string[]; readonly spent: readonly Spent[] }

/**
 * @param files        relative to the root, in the order in which they begin
 * @param how.atOnce   how many run at a time
 * @param how.timeout  milliseconds for one file; none when absent
 * @param how.report   a file for what is printed
 * @returns counts of tests; `empty`, files in which none ran; `spent`, one for each file that came to its end by itself
 */
export async function runFiles(files: readonly string[], how: { readonly atOnce: number; readonly timeout?: number; readonly report?: string; readonly signal: AbortSignal }): Promise<Ran> {
  if (files.length === 0) return { passed: 0, failed: 0, skipped: 0, empty: [], spent: [] }
  const folder = mkdtempSync(join(tmpdir(), 'gengfu-spent-'))
  const notes = join(folder, 'notes')
  process.env.GENGFU_TEST_SPENT = notes
  process.env.NODE_COMPILE_CACHE ??= join(root, 'build', 'compiled')

  const count = { passed: 0, failed: 0, skipped: 0 }
  const heard = new Set<string>()
  const hear = (file: string | undefined, name: string) => {
    const path = file === undefined ? '' : relative(root, file)
    // a file without tests reports itself as one test of its own name
    if (file !== undefined && (name === file || name === path)) return
    heard.add(path)
  }
  const stream = run({
    files: files.map((file) => join(root, file)),
    concurrency: how.atOnce,
    signal: how.signal,
    execArgv: ['--import', join(import.meta.dirname, 'note-spent.ts')],
    ...(how.timeout === undefined ? {} : { timeout: how.timeout }),
  })
  stream.on('test:pass', ({ file, name, skip }) => {
    if (skip !== undefined) count.skipped++
    else count.passed++
    hear(file, name)
  })
  stream.on('test:fail', ({ file, name }) => {
    count.failed++
    hear(file, name)
  })
  const report = stream.compose(new spec())
  report.pipe(process.stdout, { end: false })
  if (how.report) report.pipe(createWriteStream(how.report))
  await new Promise((done) => report.on('end', done))

  const spent = existsSync(notes) ? readSpent(readFileSync(notes, 'utf8'), files) : []
  rmSync(folder, { recursive: true, force: true })
  return { ...count, empty: files.filter((file) => !heard.has(file)), spent }
}

/** The notes of those files; a process that was forked from one of them is no file. */
export function readSpent(notes: string, files: readonly string[]): Spent[] {
  return notes
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Spent) // written by note-spent.ts
    .map((one) => ({ ...one, file: relative(root, one.file) }))
    .filter((one) => files.includes(one.file))
}

/** The ten that took longest: who has much time and little of the processor waits. */
export function longest(spent: readonly Spent[]): string {
  const sum = (of: 'seconds' | 'processor') => spent.reduce((all, one) => all + one[of], 0).toFixed(0)
  const rows = spent
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, 10)
    .map(({ file, seconds, processor }) => `${seconds.toFixed(1).padStart(8)} s  ${processor.toFixed(1).padStart(7)} s of processor  ${file}`)
  return [`The longest of ${spent.length} files, which took ${sum('seconds')} s one by one and ${sum('processor')} s of processor:`, ...rows].join('\n')
}

/** Whether a file imports another, directly or through others. */
export function reaches(file: string, wanted: string, seen = new Set<string>()): boolean {
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
