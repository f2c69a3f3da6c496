/** The HTTP operations of notices on phones (Web Push). An address goes in and never comes out. */
import { Type } from 'typebox'
import { scopeOf } from '#kernel/actor.ts'
import { ItemsOf, Problem } from '#kernel/contract.ts'
import { isRefused } from '#kernel/decision.ts'
import { route } from '#platform/http/route.ts'
import { ChangePush, NewPushSubscription, OldPushSubscription, PushAgencyView, PushView } from './contract.ts'
import type { MessagesDeps } from './deps.ts'
import { pushAgencies } from './push-store.ts'
import { setPush, subscribe, unsubscribe, viewPush } from './set-push.ts'

const push = route<MessagesDeps>()

const no = { 403: Problem, 404: Problem, 409: Problem }
const Browsers = Type.Object({ browsers: Type.Integer({ description: 'browsers of the caller that are told now' }) })

export const pushRoutes = [
  push({
    method: 'GET',
    path: '/api/messages/push',
    summary: 'Whether the caller’s phone may be told of orders and calls while the page is closed, and the key that its browser is to let in.',
    access: ['officer'],
    schema: {},
    replies: { 200: PushView },
    handle: async (deps, { actor }) => ({ status: 200, body: await viewPush(deps, actor) }),
  }),
  push({
    method: 'POST',
    path: '/api/messages/push/subscriptions',
    summary: 'Tell this browser, until its officer goes off duty or signs out. Its address must be of a known push service.',
    access: ['officer'],
    schema: { body: NewPushSubscription },
    replies: { 201: Browsers, ...no },
    callsPerMinute: 30,
    async handle(deps, { actor, session, body }) {
      const outcome = await subscribe(deps, { actor, session: session?.id, ...body })
      return isRefused(outcome) ? outcome : { status: 201, body: outcome }
    },
  }),
  push({
    method: 'POST',
    path: '/api/messages/push/subscriptions/remove',
    summary: 'Tell this browser no more.',
    access: ['officer'],
    schema: { body: OldPushSubscription },
    replies: { 200: Browsers, 403: Problem },
    async handle(deps, { actor, body }) {
      await unsubscribe(deps, actor, body.endpoint)
      return { status: 200, body: { browsers: (await viewPush(deps, actor)).browsers } }
    },
  }),
  push({
    method: 'GET',
    path: '/api/messages/push/agencies',
    summary: 'Agencies of the caller’s part of the tree that let phones be told through push services, and whether it works.',
    access: ['administrator'],
    schema: {},
    replies: { 200: ItemsOf(PushAgencyView) },
    handle: async ({ db }, { actor }) => ({ status: 200, body: { items: await pushAgencies(db, scopeOf(actor, ['administrator'])) } }),
  }),
  push({
    method: 'PUT',
    path: '/api/messages/push/agencies',
    summary: 'Let the phones of an agency and all below it be told, or no more (contact null). Off until then: the notices go through the servers of Google, Apple, Mozilla and Microsoft.',
    access: ['administrator'],
    schema: { body: ChangePush },
    replies: { 200: Type.Pick(ChangePush, ['agency']), ...no },
    async handle(deps, { actor, body }) {
      const outcome = await setPush(deps, { actor, ...body })
      return 'refused' in outcome ? outcome : { status: 200, body: outcome.answer }
    },
  }),
]
