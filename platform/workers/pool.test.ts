import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { workerPool } from './pool.ts'

let folder: string
let file: URL
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'gengfu-workers-'))
  writeFileSync(
    join(folder, 'task.mts'),
    `import { workerData } from 'node:worker_threads'
     // piscina hands its own and ours as a pair
     const { shared }: { shared: SharedArrayBuffer } = Array.isArray(workerData) ? workerData[1] : workerData
     export default (n: number): number => Atomics.add(new Int32Array(shared), 0, n)
     export const fail = (): never => { throw new RangeError('too far') }
     export const forever = (): never => { for (;;); }
     export const length = (buffer: ArrayBuffer): number => buffer.byteLength`,
  )
  file = pathToFileURL(join(folder, 'task.mts'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

test('tasks run on threads, share memory, and their errors come back', async () => {
  const shared = new SharedArrayBuffer(4)
  const pool = workerPool({ file, workerData: { shared }, threads: 2 })
  try {
    await Promise.all(Array.from({ length: 50 }, () => pool.run<number>(2)))
    assert.equal(new Int32Array(shared)[0], 100)
    await assert.rejects(pool.run(null, { name: 'fail' }), { name: 'RangeError', message: 'too far' })
    const buffer = new ArrayBuffer(64)
    assert.equal(await pool.run(buffer, { name: 'length', transfer: [buffer] }), 64)
    assert.equal(buffer.byteLength, 0, 'moved, not copied')
  } finally {
    await pool.stop()
  }
})

test('a task that goes on for ever is ended by its signal, and the pool goes on', async () => {
  const pool = workerPool({ file, workerData: { shared: new SharedArrayBuffer(4) }, threads: 1 })
  try {
    const stop = new AbortController()
    const endless = pool.run(null, { name: 'forever', signal: stop.signal })
    setTimeout(() => stop.abort(), 100)
    await assert.rejects(endless, { name: 'AbortError' })
    assert.equal(await pool.run<number>(1), 0)
  } finally {
    await pool.stop()
  }
})
