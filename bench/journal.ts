/** Commands and entries a second that the journal takes durably, on a database of its own. */
import { system } from '#kernel/actor.ts'
import { postgresJournal } from '#platform/journal/postgres.ts'
import { verifyDatabase } from '#platform/journal/verify.ts'
import { silentLog } from '#platform/log.ts'
import { temporaryFolder } from '#test/serve.ts'
import { migrate } from '#platform/db/migrate.ts'
import { openDatabase } from '#platform/db/open.ts'
import { join } from 'node:path'
import { p50, p99, right, type Measure } from './measure.ts'

const commandCount = 6000
const atOnce = 64
const batches = 40
const perBatch = 500

export async function journal(): Promise<Measure[]> {
  // The product's own database with its own settings: flushes reach the disk, as they do when it matters.
  const database = await openDatabase({ dataFolder: temporaryFolder('gengfu-bench-'), log: silentLog })
  try {
    await migrate(database, join(import.meta.dirname, '../server/migrations'))
    const book = postgresJournal({ db: database, projections: [], log: silentLog })
    await book.start()
    try {
      let heard = 0
      book.listen((entries) => void (heard += entries.length))
      const command = (id: string) => ({ id, actor: system, at: 1_767_225_600_000 })
      const event = (n: number) => ({ type: 'note-added', at: 1_767_225_600_000 + n, text: `note ${n}` })

      const times: number[] = []
      let next = 0
      const started = performance.now()
      await Promise.all(
        Array.from({ length: atOnce }, async () => {
          while (next < commandCount) {
            const n = next++
            const from = performance.now()
            const outcome = await book.act(command(`bench-one-${n}`), async (tx) => {
              tx.append(`incident/i${n % 500}`, 'bench', [event(n)])
              return { answer: n }
            })
            times.push(performance.now() - from)
            right(!('refused' in outcome) && outcome.answer === n, `command ${n} answered ${JSON.stringify(outcome)}`)
          }
        }),
      )
      const oneByOneSeconds = (performance.now() - started) / 1000

      const batchStarted = performance.now()
      for (let batch = 0; batch < batches; batch++) {
        await book.act(command(`bench-many-${batch}`), async (tx) => {
          for (let n = 0; n < perBatch; n++) tx.append(`incident/b${n}`, 'bench', [event(n)])
          return { answer: batch }
        })
      }
      const batchSeconds = (performance.now() - batchStarted) / 1000

      const expected = commandCount + batches * perBatch
      const verdict = await verifyDatabase(database)
      right(verdict.entries === expected && verdict.firstBad === null, `${JSON.stringify(verdict)}, expected ${expected} entries in one chain`)
      right(heard === expected, `listeners heard ${heard} of ${expected}`)
      return [
        { name: `commands, ${atOnce} at once`, value: commandCount / oneByOneSeconds, unit: 'per s', limit: { atLeast: 1000 } },
        { name: 'one command, p50', value: p50(times), unit: 'ms' },
        { name: 'one command, p99', value: p99(times), unit: 'ms' },
        { name: `entries, ${perBatch} in a command`, value: (batches * perBatch) / batchSeconds, unit: 'per s', limit: { atLeast: 3000 } },
      ]
    } finally {
      await book.stop()
    }
  } finally {
    await database.close()
  }
}
