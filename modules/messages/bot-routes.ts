/** The HTTP operations of group bots. Webhooks and secrets go in and never come out. */
import { Type } from 'typebox'
import { scopeOf } from '#kernel/actor.ts'
import { Id, ItemsOf, Problem } from '#kernel/contract.ts'
import { route } from '#platform/http/route.ts'
import type { Db } from '#platform/db/sql.ts'
import { botViews } from './bot-store.ts'
import { BotView, ChangeBot, JustCommand, NewBot } from './contract.ts'
import { addBot, changeBot, removeBot, type BotDeps } from './set-bot.ts'

const bots = route<BotDeps & { readonly db: Db }>()

const At = Type.Object({ id: Id })
const Done = Type.Object({ id: Id })
const no = { 403: Problem, 404: Problem, 409: Problem }

export const botRoutes = [
  bots({
    method: 'GET',
    path: '/api/messages/bots',
    summary: 'Group bots of the caller’s part of the tree, without webhook and secret, and whether they work.',
    access: ['administrator'],
    schema: {},
    replies: { 200: ItemsOf(BotView) },
    async handle({ db }, { actor }) {
      return { status: 200, body: { items: await botViews(db, scopeOf(actor, ['administrator'])) } }
    },
  }),
  bots({
    method: 'POST',
    path: '/api/messages/bots',
    summary: 'Give an agency a bot of WeCom, DingTalk or Feishu. It tells numbers and links only, and nothing until it is switched on.',
    access: ['administrator'],
    schema: { body: NewBot },
    replies: { 201: Done, ...no },
    callsPerMinute: 30,
    async handle(deps, { actor, body }) {
      const outcome = await addBot(deps, { actor, ...body })
      return 'refused' in outcome ? outcome : { status: 201, body: outcome.answer }
    },
  }),
  bots({
    method: 'PATCH',
    path: '/api/messages/bots/:id',
    summary: 'Change a bot, switch it on or off.',
    access: ['administrator'],
    schema: { params: At, body: ChangeBot },
    replies: { 200: Done, ...no },
    async handle(deps, { actor, params, body }) {
      const outcome = await changeBot(deps, { actor, bot: params.id, ...body })
      return 'refused' in outcome ? outcome : { status: 200, body: outcome.answer }
    },
  }),
  bots({
    method: 'POST',
    path: '/api/messages/bots/:id/remove',
    summary: 'Take a bot away, with its key and secret.',
    access: ['administrator'],
    schema: { params: At, body: JustCommand },
    replies: { 200: Done, ...no },
    async handle(deps, { actor, params, body }) {
      const outcome = await removeBot(deps, { actor, bot: params.id, ...body })
      return 'refused' in outcome ? outcome : { status: 200, body: outcome.answer }
    },
  }),
]
