/** Places that the server has not taken yet, in the phone's database: a closed page loses none. Only of a shift that goes on. */
import type { Fix } from './fix-filter.ts'
import { inDatabase, ofAccount } from './phone-database.ts'

/** Of this account in this unit, oldest first. Those of another unit are of a shift that is over, and go. */
export async function listFixes(account: string, unit: string): Promise<readonly Fix[]> {
  try {
    const kept = await inDatabase((db) => db.getAll('fixes', ofAccount(account)))
    const own = kept.filter((each) => each.unit === unit)
    if (own.length < kept.length) await dropFixes(account, kept.filter((each) => each.unit !== unit))
    return own.map(({ account: _account, unit: _unit, ...fix }) => fix)
  } catch {
    return []
  }
}

/** A phone that cannot keep it still has it on the page. */
export const keepFix = (account: string, unit: string, fix: Fix): void =>
  void inDatabase((db) => db.put('fixes', { ...fix, account, unit })).catch(() => {})

/** The server took them, or will never, or they were thinned out. */
export async function dropFixes(account: string, fixes: readonly Fix[]): Promise<void> {
  if (fixes.length === 0) return
  try {
    await inDatabase((db) => {
      const work = db.transaction('fixes', 'readwrite')
      return Promise.all([...fixes.map((fix) => work.store.delete([account, fix.at])), work.done])
    })
  } catch {
    // sent once more some day: the server knows the same device and time again
  }
}

/** The shift is over: where it was is nobody's business any more. */
export const forgetFixes = (account: string): void =>
  void inDatabase((db) => db.delete('fixes', ofAccount(account))).catch(() => {})
