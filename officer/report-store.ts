/** The officer's own reports in the phone's database. */
import { phoneDatabase } from './phone-database.ts'
import type { KeptReport } from './report.ts'

export async function listReports(account: string): Promise<readonly KeptReport[]> {
  try {
    return await (await phoneDatabase()).getAllFromIndex('reports', 'account', account)
  } catch {
    return []
  }
}

/** Keep one, in place of what was kept under its id. A phone that cannot keeps no list; what waits says so by itself. */
export async function keepReport(report: KeptReport): Promise<void> {
  await phoneDatabase()
    .then((db) => db.put('reports', report))
    .catch(() => {})
}

export async function dropReport(id: string): Promise<void> {
  await phoneDatabase()
    .then((db) => db.delete('reports', id))
    .catch(() => {})
}
