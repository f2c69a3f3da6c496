/** Telling phones whose page is closed: what the journal says becomes notices, and each is handed to its browser's push service. */
import type { Entry } from '#kernel/journal.ts'
import type { IncidentId, Instant, MemberId, UnitId } from '#kernel/names.ts'
import type { IncidentView } from '#modules/dispatch/contract.ts'
import type { Db, Sql } from '#platform/db/sql.ts'
import { encryptPush } from '#platform/push/encrypt.ts'
import { isPushEndpoint } from '#platform/push/endpoint.ts'
import type { Fetch, PushRoom, Seal } from './deps.ts'
import { endOf, newsOf, pushOutcome, pushRetryMs, pushText } from './push.ts'
import { dropSubscription, endSubscriptions, leavePushNotice, pushContact, settlePush, takePushes, type DuePush } from './push-store.ts'
import { openedEndpoint } from './set-push.ts'

const timeoutMs = 5_000
/** A node that took notices and was killed: others take them again after this. */
const heldMs = 15_000
/** How long a service may believe our token. */
const tokenMs = 12 * 3_600_000
const atOnce = 20

export type PushingDeps = {
  readonly db: Db
  readonly now: () => Instant
  readonly fetch: Fetch
  readonly seal: Pick<Seal, 'open'>
  readonly push: PushRoom
  readonly incidents: (sql: Sql, ids: readonly IncidentId[]) => Promise<readonly IncidentView[]>
  readonly unitOfMember: (member: MemberId) => UnitId | undefined
}

/** End what has ended, leave notices of what is news. Once for each phone and entry, however often it comes. */
export async function leavePushNotices(sql: Sql, deps: Pick<PushingDeps, 'now' | 'incidents'>, entries: readonly Entry[]): Promise<void> {
  const at = deps.now()
  for (const entry of entries) {
    const end = endOf(entry)
    if (end) await endSubscriptions(sql, end, entry.at)
    const news = newsOf(entry)
    if (!news || news.endsAt <= at) continue
    const incident = news.incident === undefined ? undefined : (await deps.incidents(sql, [news.incident]))[0]
    await leavePushNotice(sql, news, { entry: entry.position, number: incident?.number ?? 0, at })
  }
}

/** Tell what is due. How many were tried. */
export async function pushDue(deps: PushingDeps): Promise<number> {
  const due = await takePushes(deps.db, deps.now(), { limit: atOnce, heldMs })
  if (due.length === 0) return 0
  const open = await deps.push.openSessions([...new Set(due.map(({ session }) => session))])
  await Promise.all(due.map((each) => tellOne(deps, each, open.has(each.session))))
  return due.length
}

async function tellOne(deps: PushingDeps, due: DuePush, isSignedIn: boolean): Promise<void> {
  // asked again here, because the end of a shift or a session may have been written while no node ran
  const contact = isSignedIn && deps.unitOfMember(due.member) === due.unit ? await pushContact(deps.db, due.agency) : undefined
  if (contact === undefined) return void (await dropSubscription(deps.db, due.id))
  const later = () => deps.now() + pushRetryMs * 2 ** (due.tries - 1)
  const to = openedEndpoint(deps.seal, due)
  // Another node may have the key, and takes it when it is due again.
  if (!to) return settlePush(deps.db, due, { again: later(), problem: 'its address was closed with another node’s key: give every node the same seal.keys' })
  if (!isPushEndpoint(to.endpoint, deps.push.hosts)) return void (await dropSubscription(deps.db, due.id))
  const status = await tryOne(deps, due, to, contact)
  const outcome = status === undefined ? 'later' : pushOutcome(status)
  if (outcome === 'gone') return void (await dropSubscription(deps.db, due.id))
  const again = outcome === 'later' ? later() : null
  await settlePush(deps.db, due, { again, problem: outcome === 'told' ? null : status === undefined ? 'could not be reached' : `HTTP ${status}` })
}

/** The status, or undefined when nobody answered. */
async function tryOne({ fetch, now, push }: PushingDeps, due: DuePush, { endpoint, ...keys }: NonNullable<ReturnType<typeof openedEndpoint>>, contact: string): Promise<number | undefined> {
  const at = now()
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        authorization: push.key.authorization({ endpoint, contact, until: at + tokenMs }),
        'content-encoding': 'aes128gcm',
        'content-type': 'application/octet-stream',
        ttl: String(Math.max(1, Math.floor((due.endsAt - at) / 1000))), // what comes later than this is of no use to anybody
        urgency: 'high',
      },
      body: encryptPush(pushText(due), keys, push.randomBytes),
      redirect: 'error', // who answers elsewhere is not who was asked
      signal: AbortSignal.timeout(timeoutMs),
    })
    await response.body?.cancel() // its words may repeat the address
    return response.status
  } catch {
    return undefined
  }
}
