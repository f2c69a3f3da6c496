/** Administrators let an agency's phones be told; officers let their browser be told, for this shift. */
import { holds, type Actor } from '#kernel/actor.ts'
import { refuse, type Refused } from '#kernel/decision.ts'
import type { AgencyPath, CommandId } from '#kernel/names.ts'
import { seatOf } from './access.ts'
import type { NewPushSubscription, PushEvent, PushView } from './contract.ts'
import { commandOf, type MessagesDeps, type Seal } from './deps.ts'
import { countSubscriptions, dropOwnSubscription, endSubscriptionsOf, lockPushSetting, pushContact, putSubscription, type SubscriptionRow } from './push-store.ts'

type Address = Pick<NewPushSubscription, 'endpoint'> & NewPushSubscription['keys']
const about = (id: string) => `push/${id}`

/** Where a browser is told and with which keys; undefined when it was closed with a key that this machine does not have. */
export function openedEndpoint(seal: Pick<Seal, 'open'>, { id, closed }: Pick<SubscriptionRow, 'id' | 'closed'>): Address | undefined {
  const text = seal.open(closed, about(id))
  return text === undefined ? undefined : (JSON.parse(text) as Address) // closed below, as that
}

/** Switch an agency's notices on, with whom the browsers' makers may write to, or off (`contact` null). For it and all below it. */
export async function setPush(deps: MessagesDeps, { actor, commandId, agency, contact }: { readonly actor: Actor; readonly commandId: CommandId; readonly agency: AgencyPath; readonly contact: string | null }) {
  if (!holds(actor, ['administrator'], agency) || !(await deps.findAgency(agency))) return refuse('agency-not-found')
  const at = deps.now()
  return deps.journal.act(commandOf('set-push', { commandId, actor, ...{ agency, contact } }, at), async (tx): Promise<{ answer: { agency: AgencyPath } } | Refused> => {
    const was = await lockPushSetting(tx, agency)
    const event: PushEvent = { type: 'push-set', at, contact }
    if (was !== contact) tx.append(`push/${agency}`, agency, [event])
    if (contact === null) await endSubscriptionsOf(tx, agency)
    return { answer: { agency } }
  })
}

/** Whether the caller may be told here, and the key that his browser is to let in. */
export async function viewPush(deps: MessagesDeps, actor: Actor): Promise<PushView> {
  const { unit } = seatOf(deps, actor)
  const isOn = unit !== undefined && (await pushContact(deps.db, unit.agency)) !== undefined
  return { isOn, publicKey: deps.push.key.publicKey, browsers: actor.member === undefined ? 0 : await countSubscriptions(deps.db, actor.member) }
}

/** Tell this browser of orders and calls until its officer goes off duty or signs out. */
export async function subscribe(deps: MessagesDeps, { actor, session, endpoint, keys }: NewPushSubscription & { readonly actor: Actor; readonly session: string | undefined }): Promise<{ readonly browsers: number } | Refused> {
  const { unit } = seatOf(deps, actor)
  if (!unit || actor.member === undefined || session === undefined) return refuse('push-off-duty')
  if ((await pushContact(deps.db, unit.agency)) === undefined) return refuse('push-off')
  if (!deps.push.takes(endpoint, keys)) return refuse('push-endpoint-unknown')
  const id = deps.newId()
  const closed = deps.seal.close(JSON.stringify({ endpoint, ...keys }), about(id))
  await putSubscription(deps.db, endpoint, { id, closed, member: actor.member, unit: unit.id, agency: unit.agency, session }, deps.now())
  return { browsers: await countSubscriptions(deps.db, actor.member) }
}

export async function unsubscribe(deps: MessagesDeps, actor: Actor, endpoint: string): Promise<void> {
  if (actor.member !== undefined) await dropOwnSubscription(deps.db, endpoint, actor.member)
}
