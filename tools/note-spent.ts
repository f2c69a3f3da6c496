/**
 * Preloaded into the process of each test file (`tools/spent.ts`): when it ends, it writes down what it took.
 *
 * A line of `{file, seconds, processor}` in the file at GENGFU_TEST_SPENT. `processor` is user and system time in seconds, of this
 * process and of those it started and saw end; not of a database server that is there for the whole run.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

const notes = process.env.GENGFU_TEST_SPENT
if (notes !== undefined && isMainThread) {
  process.once('exit', () => {
    const { userCPUTime, systemCPUTime } = process.resourceUsage()
    const processor = (userCPUTime + systemCPUTime) / 1e6 + ofChildren()
    appendFileSync(notes, `${JSON.stringify({ file: process.argv[1], seconds: process.uptime(), processor })}\n`)
  })
}

/** Seconds; 0 where there is no /proc. */
function ofChildren(): number {
  try {
    const line = readFileSync('/proc/self/stat', 'utf8')
    // the name in brackets may hold spaces; what follows the last one does not
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[13]) + Number(fields[14])) / 100
  } catch {
    return 0
  }
}
