/** Administrators give an agency a bot, change it, take it away. Off until switched on. */
import { holds, type Actor } from '#kernel/actor.ts'
import { refuse, type Refused } from '#kernel/decision.ts'
import type { Command, Journal, Tx } from '#kernel/journal.ts'
import type { AgencyPath, CommandId, Instant } from '#kernel/names.ts'
import type { AgencyView } from '#modules/organisation/contract.ts'
import { closedIn, readWebhook } from './bot.ts'
import { dropBot, findBot, putBot, type BotRow } from './bot-store.ts'
import type { BotEvent, BotTells } from './contract.ts'
import type { Seal } from './deps.ts'

export type BotDeps = {
  readonly journal: Journal
  readonly now: () => Instant
  readonly newId: () => string
  readonly seal: Seal
  readonly findAgency: (path: AgencyPath) => Promise<AgencyView | undefined>
}
type Asked = { readonly commandId: CommandId; readonly actor: Actor }
type Settings = { readonly label: string; readonly webhook: string; readonly secret?: string | null; readonly linkBase: string; readonly tells: readonly BotTells[] }

/** Webhook and secret are no part of the fingerprint: nothing of them is kept outside the bot's own row. */
const commandOf = (verb: string, { commandId, actor }: Asked, request: object, at: Instant): Command => ({ id: commandId, actor, at, fingerprint: `${verb} ${JSON.stringify(request)}` })

const setEvent = (bot: BotRow, at: Instant): BotEvent => ({ type: 'bot-set', at, vendor: bot.vendor, label: bot.label, tells: bot.tells, enabled: bot.enabled, signs: bot.secret !== null })

const endingOf = (token: string) => token.slice(-4)

export async function addBot(deps: BotDeps, { actor, commandId, agency, webhook, secret = null, ...asked }: Asked & Settings & { readonly agency: AgencyPath }) {
  if (!holds(actor, ['administrator'], agency) || !(await deps.findAgency(agency))) return refuse('agency-not-found')
  const hook = readWebhook(webhook)
  if ('refused' in hook) return hook
  const at = deps.now()
  const id = deps.newId()
  const bot: BotRow = { id, agency, vendor: hook.vendor, ...closedIn(deps.seal, id, { token: hook.token, secret }), ending: endingOf(hook.token), ...asked, enabled: false }
  return deps.journal.act(commandOf('add-bot', { commandId, actor }, { agency, ...asked }, at), async (tx: Tx): Promise<{ answer: { id: string } }> => {
    await putBot(tx, bot, at)
    tx.append(`bot/${bot.id}`, agency, [setEvent(bot, at)])
    return { answer: { id: bot.id } }
  })
}

export async function changeBot(deps: BotDeps, { actor, commandId, bot: id, webhook, secret, ...asked }: Asked & Partial<Settings> & { readonly bot: string; readonly enabled?: boolean }) {
  const hook = webhook === undefined ? undefined : readWebhook(webhook)
  if (hook && 'refused' in hook) return hook
  const at = deps.now()
  return deps.journal.act(commandOf('change-bot', { commandId, actor }, { bot: id, ...asked }, at), async (tx: Tx): Promise<{ answer: { id: string } } | Refused> => {
    const bot = await findBot(tx, id)
    if (!bot || !holds(actor, ['administrator'], bot.agency)) return refuse('bot-not-found')
    const token = hook && { vendor: hook.vendor, token: closedIn(deps.seal, id, { token: hook.token, secret: null }).token, ending: endingOf(hook.token) }
    const next: BotRow = { ...bot, ...token, ...asked, ...(secret === undefined ? {} : { secret: closedIn(deps.seal, id, { token: '', secret }).secret }) }
    await putBot(tx, next, at)
    tx.append(`bot/${id}`, bot.agency, [setEvent(next, at)])
    return { answer: { id } }
  })
}

export function removeBot(deps: BotDeps, { actor, commandId, bot: id }: Asked & { readonly bot: string }) {
  const at = deps.now()
  return deps.journal.act(commandOf('remove-bot', { commandId, actor }, { bot: id }, at), async (tx: Tx): Promise<{ answer: { id: string } } | Refused> => {
    const bot = await findBot(tx, id)
    if (!bot || !holds(actor, ['administrator'], bot.agency)) return refuse('bot-not-found')
    await dropBot(tx, id)
    const event: BotEvent = { type: 'bot-removed', at }
    tx.append(`bot/${id}`, bot.agency, [event])
    return { answer: { id } }
  })
}
