/** The outbox in the phone's own database, so that a closed page loses nothing. */
import type { IDBPDatabase, IDBPObjectStore } from 'idb'
import type { OutboxStore, Waiting } from './outbox.ts'
import { inDatabase, ofAccount, type PhoneShape } from './phone-database.ts'
import type { KeptReport } from './report.ts'

/** One tab tells the others of the same browser that the line has changed. */
const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('gengfu-outbox')

/** @returns how to stop listening */
export function onOtherTab(listener: () => void): () => void {
  channel?.addEventListener('message', listener)
  return () => channel?.removeEventListener('message', listener)
}

/** One tab sends at a time. Where browsers know no such locks (plain http), two tabs may both send: the server takes each thing once. False: given up before it was this one's turn. */
export const alone =
  (account: string) =>
  async (work: () => Promise<void>, giveUp: AbortSignal): Promise<boolean> => {
    if (!navigator.locks) return work().then(() => true)
    let begun = false
    const turn = () => ((begun = true), work())
    try {
      await navigator.locks.request(`gengfu-outbox-${account}`, { signal: giveUp }, turn)
      return true
    } catch (thrown) {
      if (begun || !giveUp.aborted) throw thrown
      return false
    }
  }

type Line = IDBPObjectStore<PhoneShape, ['waiting'], 'waiting', 'readwrite'>

const write = <T>(work: (line: Line) => Promise<T>): Promise<T> =>
  inDatabase(async (db) => {
    const transaction = db.transaction('waiting', 'readwrite', { durability: 'relaxed' })
    transaction.done.catch(() => {})
    const answer = await work(transaction.store)
    await transaction.done
    channel?.postMessage('changed')
    return answer
  })

/** What a former version of this page kept has no turn: it comes first, by its time. */
const turnOf = (waiting: Waiting) => waiting.turn ?? waiting.madeAt

/** How many things of whatever account wait on this phone; 0 where nothing can be read. */
export async function countWaiting(): Promise<number> {
  try {
    return (await inDatabase((db) => db.getAll('waiting'))).filter((each) => !each.refused).length
  } catch {
    return 0
  }
}

async function addAll(db: IDBPDatabase<PhoneShape>, things: readonly Waiting[], report: KeptReport | undefined): Promise<readonly Waiting[]> {
  // `strict`: on the disk before it is called done, so that a phone whose battery dies now has it
  const transaction = db.transaction(['waiting', 'reports'], 'readwrite', { durability: 'strict' })
  transaction.done.catch(() => {}) // what failed is told by what is awaited below
  const line = transaction.objectStore('waiting')
  const kept: Waiting[] = []
  for (const thing of things) {
    // asked in the transaction that writes: two tabs are given turns one after the other
    const last = await line.index('turn').openKeyCursor(ofAccount(thing.account), 'prev')
    const next = { ...thing, turn: last ? last.key[1] + 1 : Date.now() }
    await line.put(next)
    kept.push(next)
  }
  if (report) await transaction.objectStore('reports').put(report)
  await transaction.done
  channel?.postMessage('changed')
  return kept
}

export const phoneStore: OutboxStore = {
  async list(account) {
    const kept = await inDatabase((db) => db.getAllFromIndex('waiting', 'account', account))
    return kept.sort((a, b) => turnOf(a) - turnOf(b))
  },
  add: (things, report) => inDatabase((db) => addAll(db, things, report)),
  begin: (id) =>
    write(async (line) => {
      const waiting = await line.get(id)
      if (!waiting || waiting.refused) return false
      if (!waiting.tried) await line.put({ ...waiting, tried: true })
      return true
    }),
  refuse: (id, refused) =>
    write(async (line) => {
      const waiting = await line.get(id)
      if (waiting) await line.put({ ...waiting, refused })
    }),
  withdraw: (id) =>
    write(async (line) => {
      const waiting = await line.get(id)
      if (!waiting || waiting.tried) return false
      await line.delete(id)
      return true
    }),
  remove: (id) => write((line) => line.delete(id)),
}
