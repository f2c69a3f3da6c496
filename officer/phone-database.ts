/** The phone's own database: what waits to be sent, what is known, and who was signed in. Nothing in it is anybody's but this phone's accounts'. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import { patiently } from '#ui/in-time.ts'
import type { Session } from '#ui/session.tsx'
import type { Fix } from './fix-filter.ts'
import type { KeptKnowledge } from './known.ts'
import type { KeptReport } from './report.ts'
import type { Waiting } from './outbox.ts'

export type PhoneShape = DBSchema & {
  waiting: { key: string; value: Waiting; indexes: { account: string; turn: [account: string, turn: number] } }
  /** One per account. */
  known: { key: string; value: KeptKnowledge }
  /** The one that was last signed in, under `now`. */
  session: { key: 'now'; value: Session }
  /** Places of one account on duty in one unit that the server has not taken yet. */
  fixes: { key: [account: string, at: number]; value: Fix & { readonly account: string; readonly unit: string } }
  /** What this account has reported; whether it was sent follows from `waiting`. */
  reports: { key: string; value: KeptReport; indexes: { account: string } }
}

let opened: Promise<IDBPDatabase<PhoneShape>> | undefined

/** So long a database may say nothing (another page holds it open, the system has put it to sleep): nothing here may hold up a call for help. */
const patienceMs = 4000

/** @throws DOMException where the browser keeps nothing: private windows, a full or broken disk, one that does not answer. The next call tries again */
export const inDatabase = <T>(work: (db: IDBPDatabase<PhoneShape>) => Promise<T>): Promise<T> => patiently(patienceMs, phoneDatabase().then(work))

function phoneDatabase(): Promise<IDBPDatabase<PhoneShape>> {
  opened ??= openDB<PhoneShape>('gengfu-officer', 2, {
    upgrade(db, from, _to, work) {
      if (from < 1) db.createObjectStore('waiting', { keyPath: 'id' }).createIndex('account', 'account')
      work.objectStore('waiting').createIndex('turn', ['account', 'turn'])
      db.createObjectStore('known', { keyPath: 'account' })
      db.createObjectStore('session')
      db.createObjectStore('fixes', { keyPath: ['account', 'at'] })
      db.createObjectStore('reports', { keyPath: 'id' }).createIndex('account', 'account')
    },
    // a page of the next version wants in: this one opens again when it needs to
    blocking: (_from, _to, event) => {
      ;(event.target as IDBDatabase).close()
      opened = undefined
    },
    terminated: () => (opened = undefined),
  }).catch((cause: unknown) => {
    opened = undefined
    throw cause
  })
  return opened
}

/** Everything of an account is gone from this phone; what waits to be sent only when it is said so. */
export async function forgetAccount(account: string, alsoWaiting: boolean): Promise<void> {
  await inDatabase(async (db) => {
    const work = db.transaction(['waiting', 'known', 'fixes', 'reports'], 'readwrite')
    work.done.catch(() => {})
    await work.objectStore('known').delete(account)
    await work.objectStore('fixes').delete(ofAccount(account))
    const stores = alsoWaiting ? (['waiting', 'reports'] as const) : []
    for (const name of stores) {
      const store = work.objectStore(name)
      for (const id of await store.index('account').getAllKeys(account)) await store.delete(id)
    }
    await work.done
  })
}

/** Keys that begin with an account. */
export const ofAccount = (account: string): IDBKeyRange => IDBKeyRange.bound([account, -Infinity], [account, Infinity])
