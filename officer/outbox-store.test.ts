import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import type { Waiting } from './outbox.ts'

/** A browser whose database is never opened: another page holds it, or the system has put it to sleep. */
class Silent extends EventTarget {}
for (const name of ['IDBRequest', 'IDBDatabase', 'IDBObjectStore', 'IDBIndex', 'IDBCursor', 'IDBTransaction']) Object.assign(globalThis, { [name]: Silent })
Object.assign(globalThis, { indexedDB: { open: () => new Silent() }, BroadcastChannel: undefined }) // a channel would hold the test open
const { phoneStore } = await import('./outbox-store.ts')

const thing: Waiting = { id: 'one', account: 'a1', path: '/x', body: {}, madeAt: 0, about: { kind: 'note', incident: 'i1' } }
const calls: [what: string, call: () => Promise<unknown>][] = [
  ['listed', () => phoneStore.list('a1')],
  ['kept', () => phoneStore.add([thing])],
  ['begun', () => phoneStore.begin('one')],
  ['put aside', () => phoneStore.refuse('one', { code: 'x', because: 'x' })],
  ['taken back', () => phoneStore.withdraw('one')],
  ['removed', () => phoneStore.remove('one')],
]
for (const [what, call] of calls) {
  test(`a database that does not answer is left after four seconds: nothing is ${what}`, async () => {
    mock.timers.enable({ apis: ['setTimeout'] })
    const ended = assert.rejects(call(), { name: 'TimeoutError' })
    mock.timers.tick(4000)
    mock.timers.reset()
    await ended
  })
}
