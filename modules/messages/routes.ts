/** The HTTP operations of channels and messages. */
import { Type } from 'typebox'
import { Id, ItemsOf, Problem } from '#kernel/contract.ts'
import { isRefused, refuse } from '#kernel/decision.ts'
import { FileBody, route } from '#platform/http/route.ts'
import { leaders, talkers } from './access.ts'
import { changeGroup, createGroup } from './change-group.ts'
import { ChangeGroup, ChannelId, MessageView, NewGroup, NewReceipts, OwnChannelView, ReceiptView, SendMessage, SendPicture, SendVoice } from './contract.ts'
import type { MessagesDeps } from './deps.ts'
import { findOwnChannel, findOwnMessage, listChannels, readMessages, receiptsOfMessage, search, takeReceipts } from './list-channels.ts'
import { sendPicture, sendText, sendVoice } from './send-message.ts'

const messages = route<MessagesDeps>()

const everybody = [...talkers, 'officer'] as const
const OfChannel = Type.Object({ id: ChannelId })
const OfMessage = Type.Object({ id: Id })
const Sent = Type.Object({ id: Id, number: Type.Integer() })
const Done = Type.Object({ id: ChannelId })
const no = { 403: Problem, 404: Problem, 409: Problem }
const ofBase64 = (data: string) => Buffer.from(data, 'base64')

export const routes = [
  messages({
    method: 'GET',
    path: '/api/messages/channels',
    summary: 'The channels that the caller is in, those with the newest message first, with what is unread.',
    access: everybody,
    schema: {},
    replies: { 200: ItemsOf(OwnChannelView) },
    async handle(deps, { actor }) {
      return { status: 200, body: { items: await listChannels(deps, actor) } }
    },
  }),
  messages({
    method: 'GET',
    path: '/api/messages/channels/:id',
    summary: 'One channel. A unit’s, an incident’s and an agency’s are there before anybody wrote in them.',
    access: everybody,
    schema: { params: OfChannel },
    replies: { 200: OwnChannelView, 404: Problem },
    async handle(deps, { actor, params }) {
      const found = await findOwnChannel(deps, actor, params.id)
      return isRefused(found) ? found : { status: 200, body: found }
    },
  }),
  messages({
    method: 'GET',
    path: '/api/messages/channels/:id/messages',
    summary: 'A page of a channel, oldest first: the newest, or those before or after a number. A crew sees what was sent in its shift.',
    access: everybody,
    schema: {
      params: OfChannel,
      querystring: Type.Object({
        before: Type.Optional(Type.Integer({ minimum: 1 })),
        after: Type.Optional(Type.Integer({ minimum: 0 })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
      }),
    },
    replies: { 200: ItemsOf(MessageView), 404: Problem },
    async handle(deps, { actor, params, querystring: { limit = 50, ...page } }) {
      const items = await readMessages(deps, actor, { channel: params.id, ...page, limit })
      return isRefused(items) ? items : { status: 200, body: { items: [...items] } }
    },
  }),
  messages({
    method: 'GET',
    path: '/api/messages/search',
    summary: 'Messages with these words, newest first, in one channel or in all that the caller is in.',
    access: everybody,
    schema: {
      querystring: Type.Object({
        q: Type.String({ minLength: 1, maxLength: 100 }),
        channel: Type.Optional(ChannelId),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
      }),
    },
    replies: { 200: ItemsOf(MessageView), 404: Problem },
    async handle(deps, { actor, querystring: { q, channel, limit = 50 } }) {
      const items = await search(deps, actor, { words: q, channel, limit })
      return isRefused(items) ? items : { status: 200, body: { items: [...items] } }
    },
  }),
  messages({
    method: 'POST',
    path: '/api/messages/channels/:id/messages',
    summary: 'Write into a channel.',
    access: everybody,
    schema: { params: OfChannel, body: SendMessage },
    replies: { 201: Sent, ...no },
    async handle(deps, { actor, params, body }) {
      const outcome = await sendText(deps, { actor, channel: params.id, ...body })
      return 'refused' in outcome ? outcome : { status: 201, body: outcome.answer }
    },
  }),
  messages({
    method: 'POST',
    path: '/api/messages/channels/:id/pictures',
    summary: 'Send a picture (JPEG, PNG or WebP, at most 8 MiB, as base64) with or without words.',
    access: everybody,
    schema: { params: OfChannel, body: SendPicture },
    replies: { 201: Sent, ...no },
    bodyLimit: 12 * 1024 * 1024,
    callsPerMinute: 60,
    async handle(deps, { actor, params, body: { data, text = '', commandId } }) {
      const outcome = await sendPicture(deps, { actor, commandId, channel: params.id, text, bytes: ofBase64(data) })
      return 'refused' in outcome ? outcome : { status: 201, body: outcome.answer }
    },
  }),
  messages({
    method: 'POST',
    path: '/api/messages/channels/:id/voices',
    summary: 'Send a voice note of at most 60 s and 1 MiB, as base64, as browsers record it.',
    access: everybody,
    schema: { params: OfChannel, body: SendVoice },
    replies: { 201: Sent, ...no },
    bodyLimit: 2 * 1024 * 1024,
    callsPerMinute: 60,
    async handle(deps, { actor, params, body: { data, seconds, commandId } }) {
      const outcome = await sendVoice(deps, { actor, commandId, channel: params.id, seconds, bytes: ofBase64(data) })
      return 'refused' in outcome ? outcome : { status: 201, body: outcome.answer }
    },
  }),
  messages({
    method: 'GET',
    path: '/api/messages/:id/file',
    summary: 'The picture or voice note of a message.',
    access: everybody,
    schema: { params: OfMessage },
    replies: { 200: FileBody, 404: Problem },
    async handle(deps, { actor, params }) {
      const found = await findOwnMessage(deps, actor, params.id)
      if (isRefused(found)) return found
      const { sha256, media_type, attachment } = found.message
      if (sha256 === null || media_type === null) return refuse('message-not-found')
      return { status: 200, body: (attachment === 'picture' ? deps.pictures : deps.voices).file(sha256, media_type) }
    },
  }),
  messages({
    method: 'GET',
    path: '/api/messages/:id/receipts',
    summary: 'By name who of the crews has a message and who has read it.',
    access: talkers,
    schema: { params: OfMessage },
    replies: { 200: ItemsOf(ReceiptView), 403: Problem, 404: Problem },
    async handle(deps, { actor, params }) {
      const items = await receiptsOfMessage(deps, actor, params.id)
      return isRefused(items) ? items : { status: 200, body: { items: [...items] } }
    },
  }),
  messages({
    method: 'POST',
    path: '/api/messages/receipts',
    summary: 'Say how far one has got in channels and broadcasts: what reached this client, and what its person opened. Never goes back.',
    access: everybody,
    schema: { body: NewReceipts },
    replies: { 200: Type.Object({ moved: Type.Array(Type.String()) }) },
    async handle(deps, { actor, body }) {
      const moved = await takeReceipts(deps, actor, body.items)
      if (moved.length > 0) await deps.receiptsMoved(moved)
      return { status: 200, body: { moved: [...moved] } }
    },
  }),
  messages({
    method: 'POST',
    path: '/api/messages/groups',
    summary: 'Make a named group of units.',
    access: leaders,
    schema: { body: NewGroup },
    replies: { 201: Done, ...no },
    async handle(deps, { actor, body }) {
      const outcome = await createGroup(deps, { actor, ...body })
      return 'refused' in outcome ? outcome : { status: 201, body: outcome.answer }
    },
  }),
  messages({
    method: 'PATCH',
    path: '/api/messages/groups/:id',
    summary: 'Rename a group, put units in and out, close it or open it again.',
    access: leaders,
    schema: { params: OfChannel, body: ChangeGroup },
    replies: { 200: Done, ...no },
    async handle(deps, { actor, params, body }) {
      const outcome = await changeGroup(deps, { actor, channel: params.id, ...body })
      return 'refused' in outcome ? outcome : { status: 200, body: outcome.answer }
    },
  }),
]
