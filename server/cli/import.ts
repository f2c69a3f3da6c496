/** `gengfu import osm FILE --data DIR`: roads, basemap and place names of a town, with or without a running server. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { importMap } from '#modules/town/import-jobs.ts'
import type { ImportArguments } from '../arguments.ts'

/**
 * Import and print the report as one line of JSON; progress goes to standard error. A server on the same data folder
 * notices the new map within two seconds. Ctrl-C cancels, and leaves the old map.
 *
 * @returns the exit code
 * @throws MapProblem with a sentence for the operator
 */
export async function importOsm(words: Pick<ImportArguments, 'file' | 'data'>): Promise<number> {
  const startedAt = performance.now()
  const abort = new AbortController()
  const stop = () => abort.abort()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  const isTerminal = process.stderr.isTTY
  let lastStep = ''
  try {
    const { report } = await importMap({
      folder: join(words.data, 'town'),
      source: words.file,
      id: randomUUID(),
      now: Date.now(),
      signal: abort.signal,
      onStep(step, share) {
        if (isTerminal) process.stderr.write(`\r\x1b[K${step} ${Math.round(share * 100)} %`)
        else if (step !== lastStep) process.stderr.write(`${step}\n`)
        lastStep = step
      },
    })
    if (isTerminal) process.stderr.write('\r\x1b[K')
    // what the person waited, start of the thread included
    const seconds = Math.round(performance.now() - startedAt) / 1000
    process.stdout.write(`${JSON.stringify({ ...report, seconds })}\n`)
    return 0
  } catch (error) {
    if (isTerminal) process.stderr.write('\r\x1b[K')
    throw error
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}
