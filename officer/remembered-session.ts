/** Who was signed in last, kept for a start without a network. It opens no door: the server asks its own cookie. */
import type { SessionMemory } from '#ui/session.tsx'
import { inDatabase } from './phone-database.ts'

const quietly = (work: Promise<unknown>) => void work.catch(() => {}) // a phone that keeps nothing asks for the name again

export const rememberedSession: SessionMemory = {
  async recall() {
    try {
      const session = await inDatabase((db) => db.get('session', 'now'))
      return session && !session.mustChangePassword && session.expiresAt > Date.now() ? session : undefined
    } catch {
      return undefined
    }
  },
  keep({ account, name, displayName, agency, grants, member, mustChangePassword, idleExpiresAt, expiresAt }) {
    // part by part: what signing in answers has secrets beside these, and they are not for keeping
    const session = { account, name, displayName, agency, grants, member, mustChangePassword, idleExpiresAt, expiresAt }
    quietly(inDatabase((db) => db.put('session', session, 'now')))
  },
  forget: (account) =>
    quietly(
      inDatabase(async (db) => {
        const work = db.transaction('session', 'readwrite')
        work.done.catch(() => {})
        const kept = await work.store.get('now')
        if (account === undefined || kept?.account === account) await work.store.delete('now')
      }),
    ),
}
