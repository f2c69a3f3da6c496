import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { silentLog } from '#platform/log.ts'
import { testDatabase } from '#test/database.ts'
import { startJobs } from './jobs.ts'

const until = async (condition: () => boolean, what: string) => {
  for (let waited = 0; !condition(); waited += 50) {
    assert.ok(waited < 25_000, `waited for ${what}`)
    await sleep(50)
  }
}

test('work is done once over two nodes, an error is tried again, and what is left is done after a restart', async () => {
  const { database, drop } = await testDatabase()
  const results: string[] = []
  const options = { database, log: silentLog, onJob: (_: string, result: string) => void results.push(result) }
  const nodes = [startJobs(options), startJobs(options)]
  try {
    const done: number[] = []
    let failures = 1
    for (const node of nodes) {
      await node.work<{ n: number }>('add', async ({ n }) => {
        if (n === 3 && failures-- > 0) throw new Error('not yet')
        done.push(n)
      })
    }
    for (let n = 1; n <= 5; n++) await nodes[0]!.send('add', { n })
    await until(() => done.length >= 5, 'five jobs')
    assert.deepEqual([...done].sort(), [1, 2, 3, 4, 5])
    assert.equal(results.filter((result) => result === 'failed').length, 1)
  } finally {
    for (const node of nodes) await node.stop()
  }

  const [sender] = [startJobs({ database, log: silentLog })]
  await sender.send('later', { n: 7 })
  await sender.stop()
  const worker = startJobs({ database, log: silentLog })
  try {
    let got = 0
    await worker.work<{ n: number }>('later', async ({ n }) => void (got = n))
    await until(() => got === 7, 'the job left behind')
    await worker.schedule('nightly', '15 3 * * *', async () => {})
    await worker.schedule('nightly', '45 3 * * *', async () => {})
    assert.deepEqual(await database.query('select name, cron, timezone from jobs.schedule'), [{ name: 'nightly', cron: '45 3 * * *', timezone: 'UTC' }])
  } finally {
    await worker.stop()
    await drop()
  }
})
