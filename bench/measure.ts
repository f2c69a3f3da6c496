/** What every bench needs: percentiles, and a line of history that says on what it was measured. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'

/** One number of a bench. `limit`: what was promised; beyond it the bench fails. */
export type Measure = {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly limit?: { readonly atMost?: number; readonly atLeast?: number }
}

/** The smallest value that at least this share of the values do not exceed (nearest rank). Throws on none. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error('No values to rank')
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
}

export const p50 = (values: readonly number[]): number => percentile(values, 0.5)
export const p99 = (values: readonly number[]): number => percentile(values, 0.99)

export const isKept = ({ value, limit }: Measure): boolean =>
  Number.isFinite(value) && (limit?.atMost === undefined || value <= limit.atMost) && (limit?.atLeast === undefined || value >= limit.atLeast)

/** Throw unless an answer is right: no time is reported of a wrong one. */
export function right(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(`Wrong answer, so no time: ${what}`)
}

/** Processor, cores and memory: nothing that names the machine. */
export const machine = (): string =>
  `${cpus()[0]?.model.trim() ?? 'unknown'} × ${cpus().length}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`

/** The commit, with + when files differ from it. */
export function commit(): string {
  try {
    const git = (...words: string[]) => execFileSync('git', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+')
  } catch {
    return 'none'
  }
}

const history = join(import.meta.dirname, 'history.tsv')

export function remember(bench: string, measures: readonly Measure[], at = new Date()): void {
  if (!existsSync(history)) writeFileSync(history, 'at\tcommit\tmachine\tbench\tmeasure\tvalue\tunit\n')
  const rows = measures.map(({ name, value, unit }) => [at.toISOString(), commit(), machine(), bench, name, rounded(value), unit].join('\t'))
  appendFileSync(history, rows.map((row) => `${row}\n`).join(''))
}

/** Three significant digits, and whole above a thousand. */
export const rounded = (value: number): string => (Math.abs(value) >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(3))))
