/** Unsent voice notes in the browser's own database, so that a page that is loaded again has them. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import { patiently } from '#ui/in-time.ts'
import type { KeptVoice, VoiceStore } from './kept-voices.ts'

type ConsoleShape = DBSchema & { voices: { key: string; value: KeptVoice } }

let opened: Promise<IDBPDatabase<ConsoleShape>> | undefined

/** A database that does not answer must not hold up what is to be sent. */
const patienceMs = 4000

/** @throws DOMException where the browser keeps nothing: private windows, a full or broken disk. The next call tries again */
function consoleDatabase(): Promise<IDBPDatabase<ConsoleShape>> {
  opened ??= openDB<ConsoleShape>('gengfu-console', 1, {
    upgrade: (db) => void db.createObjectStore('voices', { keyPath: 'id' }),
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
const inDatabase = <T>(work: (db: IDBPDatabase<ConsoleShape>) => Promise<T>): Promise<T> => patiently(patienceMs, consoleDatabase().then(work))

export const voiceStore: VoiceStore = {
  list: (account) =>
    inDatabase(async (db) => {
      const work = db.transaction('voices', 'readwrite')
      const all = await work.store.getAll()
      // as with a report in hand: whoever else signs in at this desk wipes them out
      for (const each of all) if (each.account !== account) await work.store.delete(each.id)
      await work.done
      return all.filter((each) => each.account === account)
    }),
  put: (voice) => inDatabase(async (db) => void (await db.put('voices', voice))),
  remove: (id) => inDatabase((db) => db.delete('voices', id)),
}

/** The account signs out: nothing that was said stays at this desk. What cannot be removed now goes when somebody else signs in. */
export const forgetVoices = (): Promise<void> => inDatabase((db) => db.clear('voices')).catch(() => {})
