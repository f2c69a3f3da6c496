/** The officer's own reports in the phone's database. */
import { inDatabase } from './phone-database.ts'
import type { KeptReport } from './report.ts'

export async function listReports(account: string): Promise<readonly KeptReport[]> {
  try {
    return await inDatabase((db) => db.getAllFromIndex('reports', 'account', account))
  } catch {
    return []
  }
}

/** What has become of one, beside what is kept of it. A phone that cannot keeps no list; what waits says so by itself. */
export async function changeReport(id: string, change: Pick<Partial<KeptReport>, 'number' | 'seen'>): Promise<void> {
  try {
    await inDatabase(async (db) => {
      const work = db.transaction('reports', 'readwrite')
      work.done.catch(() => {}) // what failed is told by what is awaited below
      const report = await work.store.get(id)
      if (report) await work.store.put({ ...report, ...change })
      await work.done
    })
  } catch {
    // on the page it is known all the same
  }
}

export async function dropReport(id: string): Promise<void> {
  await inDatabase((db) => db.delete('reports', id)).catch(() => {})
}
