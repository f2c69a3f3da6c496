/** The HTTP operations of broadcasts. */
import { Type } from 'typebox'
import { holds, scopeOf } from '#kernel/actor.ts'
import { Id, ItemsOf, Problem } from '#kernel/contract.ts'
import { isRefused, refuse } from '#kernel/decision.ts'
import { route } from '#platform/http/route.ts'
import { leaders, seatOf, talkers } from './access.ts'
import { answerBroadcast } from './answer-broadcast.ts'
import { broadcastsOfMember, broadcastsOfScope, broadcastViews } from './broadcast-store.ts'
import { Answer, AnswerBroadcast, BroadcastPreview, BroadcastReach, BroadcastView, JustCommand, NewBroadcast, OwnBroadcastView } from './contract.ts'
import type { MessagesDeps } from './deps.ts'
import { endBroadcast, reach, seeBroadcast, sendBroadcast } from './send-broadcast.ts'

const broadcasts = route<MessagesDeps>()

const At = Type.Object({ id: Id })
const Done = Type.Object({ id: Id })
const no = { 403: Problem, 404: Problem, 409: Problem }
const dayMs = 24 * 3_600_000

export const broadcastRoutes = [
  broadcasts({
    method: 'POST',
    path: '/api/messages/broadcasts/preview',
    summary: 'Whom a broadcast would reach if it were sent now, and why; nothing is sent.',
    access: leaders,
    schema: { body: BroadcastReach },
    replies: { 200: BroadcastPreview, ...no },
    callsPerMinute: 120,
    async handle(deps, { actor, body }) {
      const found = await reach(deps, actor, body)
      if (isRefused(found)) return found
      const recipients = found.recipients.map(({ name, callSign, seconds, because }) => ({ name, callSign, seconds, because }))
      return { status: 200, body: { units: new Set(found.recipients.map(({ unit }) => unit)).size, members: recipients.length, recipients } }
    },
  }),
  broadcasts({
    method: 'POST',
    path: '/api/messages/broadcasts',
    summary: 'Call everybody within minutes by road or kilometres of a place, in an area or fence, or of an agency 一呼百应. Whom it reaches is settled when it is sent.',
    access: leaders,
    schema: { body: NewBroadcast },
    replies: { 201: Done, ...no },
    callsPerMinute: 60,
    async handle(deps, { actor, body }) {
      const outcome = await sendBroadcast(deps, { actor, ...body })
      return 'refused' in outcome ? outcome : { status: 201, body: outcome.answer }
    },
  }),
  broadcasts({
    method: 'GET',
    path: '/api/messages/broadcasts',
    summary: 'Broadcasts of the last day and those not ended, newest first; of one incident all.',
    access: talkers,
    schema: { querystring: Type.Object({ incident: Type.Optional(Id) }) },
    replies: { 200: ItemsOf(BroadcastView) },
    async handle(deps, { actor, querystring: { incident } }) {
      const since = incident === undefined ? deps.now() - dayMs : 0
      return { status: 200, body: { items: await broadcastsOfScope(deps.db, { scope: scopeOf(actor, talkers), incident, since, limit: 100 }) } }
    },
  }),
  broadcasts({
    method: 'GET',
    path: '/api/messages/broadcasts/mine',
    summary: 'What the caller was asked in the present shift, newest first.',
    access: ['officer'],
    schema: {},
    replies: { 200: ItemsOf(OwnBroadcastView) },
    async handle(deps, { actor }) {
      const since = seatOf(deps, actor).unit?.onDutySince
      if (actor.member === undefined || !since) return { status: 200, body: { items: [] } }
      return { status: 200, body: { items: await broadcastsOfMember(deps.db, actor.member, since, 50) } }
    },
  }),
  broadcasts({
    method: 'GET',
    path: '/api/messages/broadcasts/:id',
    summary: 'One broadcast with everybody it reached, why, and what they answered.',
    access: talkers,
    schema: { params: At },
    replies: { 200: BroadcastView, 404: Problem },
    async handle(deps, { actor, params }) {
      const [view] = await broadcastViews(deps.db, [params.id])
      return view && holds(actor, talkers, view.agency) ? { status: 200, body: view } : refuse('broadcast-not-found')
    },
  }),
  broadcasts({
    method: 'POST',
    path: '/api/messages/broadcasts/:id/answer',
    summary: 'Answer yes or no for oneself; the last answer counts.',
    access: ['officer'],
    schema: { params: At, body: AnswerBroadcast },
    replies: { 200: Type.Object({ id: Id, answer: Answer }), ...no },
    async handle(deps, { actor, params, body }) {
      const outcome = await answerBroadcast(deps, { actor, broadcast: params.id, ...body })
      return 'refused' in outcome ? outcome : { status: 200, body: outcome.answer }
    },
  }),
  broadcasts({
    method: 'POST',
    path: '/api/messages/broadcasts/:id/seen',
    summary: 'Take note that too few came: the agency above is not told. The second time changes nothing.',
    access: leaders,
    schema: { params: At, body: JustCommand },
    replies: { 200: Done, ...no },
    async handle(deps, { actor, params, body }) {
      const outcome = await seeBroadcast(deps, { actor, broadcast: params.id, ...body })
      return 'refused' in outcome ? outcome : { status: 200, body: outcome.answer }
    },
  }),
  broadcasts({
    method: 'POST',
    path: '/api/messages/broadcasts/:id/end',
    summary: 'End a broadcast: nobody further is asked, answers no longer count.',
    access: leaders,
    schema: { params: At, body: JustCommand },
    replies: { 200: Done, ...no },
    async handle(deps, { actor, params, body }) {
      const outcome = await endBroadcast(deps, { actor, broadcast: params.id, ...body })
      return 'refused' in outcome ? outcome : { status: 200, body: outcome.answer }
    },
  }),
]
