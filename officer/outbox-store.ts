/** The outbox in the phone's own database, so that a closed page loses nothing. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import type { OutboxStore, Waiting } from './outbox.ts'

type Shape = DBSchema & { waiting: { key: string; value: Waiting; indexes: { account: string } } }

let opened: Promise<IDBPDatabase<Shape>> | undefined

const database = () =>
  (opened ??= openDB<Shape>('gengfu-officer', 1, {
    upgrade(fresh) {
      fresh.createObjectStore('waiting', { keyPath: 'id' }).createIndex('account', 'account')
    },
  }))

/** Where storage is forbidden (private windows), things wait in memory: they last as long as the page. */
export function phoneStore(): OutboxStore {
  const memory = new Map<string, Waiting>()
  const orMemory = async <T>(work: (db: IDBPDatabase<Shape>) => Promise<T>, instead: () => T): Promise<T> => {
    try {
      return await work(await database())
    } catch {
      return instead()
    }
  }
  return {
    list: (account) =>
      orMemory<readonly Waiting[]>(
        (db) => db.getAllFromIndex('waiting', 'account', account),
        () => [...memory.values()].filter((each) => each.account === account),
      ),
    add: (waiting) => orMemory(async (db) => void (await db.put('waiting', waiting)), () => void memory.set(waiting.id, waiting)),
    remove: (id) => orMemory((db) => db.delete('waiting', id), () => void memory.delete(id)),
  }
}
