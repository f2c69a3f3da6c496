/** Closures in force with a database and a journal that are only said to be there. */
import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import type { Entry } from '#kernel/journal.ts'
import type { Db } from '#platform/db/sql.ts'
import { openInForce } from './closures-jobs.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))
const entry = (position: number, stream: string) => ({ position, stream, type: 'road-closed' }) as unknown as Entry

function house() {
  const state = { head: 5, closed: ['a'], whole: 0, faults: [] as string[], changes: 0, away: false }
  const db = {
    async query(text: string, params?: readonly unknown[]) {
      if (state.away) throw new Error('away')
      if (text.includes('until <=')) return []
      const some = params?.[0] as readonly string[] | undefined
      if (!some) state.whole++
      return state.closed.filter((id) => !some || some.includes(id)).map((id) => ({ id, liftedAt: null }))
    },
  } as unknown as Db
  const journal = { head: async () => state.head } as never
  const onFault = (what: string) => void state.faults.push(what)
  return { state, open: () => openInForce({ db, journal, now: () => 0, onFault }, async () => void state.changes++) }
}

test('an entry that follows is read by itself; after a gap everything is read; what was heard before changes nothing', async () => {
  const { state, open } = house()
  const inForce = await open()
  assert.deepEqual([[...inForce.rows().keys()], state.whole, state.changes], [['a'], 1, 1])
  state.closed.push('b')
  await inForce.hear([entry(6, 'closure/b')])
  assert.deepEqual([[...inForce.rows().keys()], state.whole, state.changes], [['a', 'b'], 1, 2])
  await inForce.hear([entry(7, 'unit/1'), entry(8, 'unit/2')])
  assert.deepEqual([state.whole, state.changes], [1, 2], 'other streams ask nothing')
  state.closed.push('c')
  state.head = 12
  await inForce.hear([entry(12, 'unit/1')])
  assert.deepEqual([[...inForce.rows().keys()], state.whole], [['a', 'b', 'c'], 2], 'entries 9 to 11 were not heard')
  await inForce.hear([entry(9, 'closure/c'), entry(10, 'unit/1')])
  assert.deepEqual([[...inForce.rows().keys()], state.whole], [['a', 'b', 'c'], 2])
  await inForce.stop()
})

test('a database that is away, and one that was replaced by an earlier one, are made up for', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  try {
    const { state, open } = house()
    const inForce = await open()
    inForce.start()
    await settled()
    state.away = true
    state.closed.push('b')
    await inForce.hear([entry(6, 'closure/b')])
    mock.timers.tick(1_000)
    await settled()
    assert.ok(state.faults.length >= 2, 'said each time')
    assert.deepEqual([...inForce.rows().keys()], ['a'])
    state.away = false
    state.head = 6
    mock.timers.tick(1_000)
    await settled()
    assert.deepEqual([...inForce.rows().keys()], ['a', 'b'])

    state.head = 5
    state.closed.pop()
    mock.timers.tick(5_000)
    await settled()
    mock.timers.tick(1_000)
    await settled()
    assert.deepEqual([...inForce.rows().keys()], ['a'], 'what a backup does not know never happened')
    await inForce.stop()
  } finally {
    mock.timers.reset()
  }
})
