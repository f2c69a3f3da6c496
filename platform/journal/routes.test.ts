import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Actor } from '#kernel/actor.ts'
import type { JournalEvent } from '#kernel/journal.ts'
import { silentLog } from '#platform/log.ts'
import { testDatabase } from '#test/database.ts'
import { postgresJournal } from './postgres.ts'
import { journalRoutes } from './routes.ts'

test('an auditor reads the journal of his own part of the tree, in order, in pages', async () => {
  const { database, drop } = await testDatabase()
  try {
    const journal = postgresJournal({ db: database, projections: [], log: silentLog })
    const agencies = ['town', 'town.west', 'town.westend', 'town.west.post', 'town.east', 'system']
    for (const [n, agency] of agencies.entries()) {
      await journal.act({ id: `command-${n}`, actor: { account: 'a', name: 'A', grants: [] }, at: n }, async (tx) => {
        tx.append('s', agency, [{ type: 'said', at: n } as JournalEvent])
        return { answer: n }
      })
    }
    const read = async (grants: Actor['grants'], after = 0, limit = 100) => {
      const [route] = journalRoutes
      const request = { querystring: { after, limit }, actor: { account: 'x', name: 'X', grants }, language: 'en', address: '' }
      const reply = (await route!.handle({ journal }, request as never)) as { body: { items: { position: number; hash: string }[]; head: number } }
      assert.equal(reply.body.head, 6)
      for (const item of reply.body.items) assert.match(item.hash, /^[0-9a-f]{64}$/)
      return reply.body.items.map((item) => item.position)
    }
    assert.deepEqual(await read([{ role: 'auditor', agency: 'town' }]), [1, 2, 3, 4, 5, 6], 'a whole tree, and what the program did by itself')
    assert.deepEqual(await read([{ role: 'auditor', agency: 'town' }], 1, 2), [2, 3])
    assert.deepEqual(await read([{ role: 'auditor', agency: 'town.west' }]), [2, 4])
    assert.deepEqual(await read([{ role: 'auditor', agency: 'town.east' }, { role: 'dispatcher', agency: 'town' }]), [5])
    assert.deepEqual(await read([{ role: 'dispatcher', agency: 'town' }]), [])
  } finally {
    await drop()
  }
})
