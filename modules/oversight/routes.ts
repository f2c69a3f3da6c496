/** The oversight room over HTTP. */
import { Type } from 'typebox'
import { scopeOf } from '#kernel/actor.ts'
import { CommandIdOf, Id, Nothing, Nullable, Problem } from '#kernel/contract.ts'
import { isRefused, refuse } from '#kernel/decision.ts'
import { route, TextBody } from '#platform/http/route.ts'
import { LookView, NewExport, NewPlayback, PlaybackEvents, PlaybackIncidents, PlaybackPositions, PlaybackView } from './contract.ts'
import type { OversightDeps } from './deps.ts'
import { exportPlayback } from './export-playback.ts'
import { endPlayback, openPlayback, viewPlayback } from './open-playback.ts'
import { lookers } from './playback.ts'
import { readEvents, readIncidents, readPositions } from './read-playback.ts'
import { listLooks } from './store.ts'

const oversight = route<OversightDeps>()

const At = Type.Object({ id: Id })
const no = { 404: Problem, 409: Problem }

export const routes = [
  oversight({
    method: 'POST',
    path: '/api/oversight/playbacks',
    summary: 'Open a look at the past: a window and units, all of an agency that were on duty, or those of an incident. Its reason is in the journal before anything is shown.',
    access: lookers,
    schema: { body: NewPlayback },
    replies: { 201: PlaybackView, ...no },
    async handle(deps, { actor, body }) {
      const view = await openPlayback(deps, actor, body)
      return isRefused(view) ? view : { status: 201, body: view }
    },
  }),
  oversight({
    method: 'GET',
    path: '/api/oversight/playbacks',
    summary: 'Who looked at the past of units in the caller’s part of the tree, and why, newest first.',
    access: ['auditor'],
    schema: {
      querystring: Type.Object({
        after: Type.Optional(Type.String({ maxLength: 100, description: '`next` of the page before' })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
      }),
    },
    replies: { 200: Type.Object({ items: Type.Array(LookView), next: Nullable(Type.String()) }), 409: Problem },
    async handle(deps, { actor, querystring: { after, limit = 50 } }) {
      const marker = after === undefined ? undefined : /^(\d{1,16})-([A-Za-z0-9_-]{1,64})$/.exec(after)
      if (marker === null) return refuse('playback-page-unknown')
      const found = await listLooks(deps.db, scopeOf(actor, ['auditor']), marker && { openedAt: Number(marker[1]), id: marker[2]! }, limit + 1)
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return { status: 200, body: { items, next: found.length > limit && last ? `${last.openedAt}-${last.id}` : null } }
    },
  }),
  oversight({
    method: 'GET',
    path: '/api/oversight/playbacks/:id',
    summary: 'A look that the caller opened, while it is open.',
    access: lookers,
    schema: { params: At },
    replies: { 200: PlaybackView, ...no },
    async handle(deps, { actor, params }) {
      const view = await viewPlayback(deps, actor, params.id)
      return isRefused(view) ? view : { status: 200, body: view }
    },
  }),
  oversight({
    method: 'DELETE',
    path: '/api/oversight/playbacks/:id',
    summary: 'End a look: it gives nothing more.',
    access: lookers,
    schema: { params: At, querystring: Type.Object({ commandId: Type.Optional(CommandIdOf) }) },
    replies: { 204: Nothing, ...no },
    async handle(deps, { actor, params, querystring }) {
      return (await endPlayback(deps, actor, params.id, querystring.commandId ?? deps.newId())) ?? { status: 204, body: null }
    },
  }),
  oversight({
    method: 'GET',
    path: '/api/oversight/playbacks/:id/positions',
    summary: 'A page of its positions, unit after unit, as rows of whole numbers.',
    access: lookers,
    schema: { params: At, querystring: Type.Object({ after: Type.Optional(Type.String({ maxLength: 40, description: '`next` of the page before' })) }) },
    replies: { 200: PlaybackPositions, ...no },
    async handle(deps, { actor, params, querystring }) {
      const body = await readPositions(deps, actor, params.id, querystring.after)
      return isRefused(body) ? body : { status: 200, body }
    },
  }),
  oversight({
    method: 'GET',
    path: '/api/oversight/playbacks/:id/incidents',
    summary: 'A page of the incidents that were open in the window, with the steps of their orders.',
    access: lookers,
    schema: { params: At, querystring: Type.Object({ after: Type.Optional(Type.String({ maxLength: 100, description: '`next` of the page before' })) }) },
    replies: { 200: PlaybackIncidents, ...no },
    async handle(deps, { actor, params, querystring }) {
      const body = await readIncidents(deps, actor, params.id, querystring.after)
      return isRefused(body) ? body : { status: 200, body }
    },
  }),
  oversight({
    method: 'GET',
    path: '/api/oversight/playbacks/:id/events',
    summary: 'A page of what happened in the window: entries of the journal about these incidents and units, their messages, calls, fences and closed roads, as the caller may read them.',
    access: lookers,
    schema: { params: At, querystring: Type.Object({ after: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: '`next` of the page before' })) }) },
    replies: { 200: PlaybackEvents, ...no },
    async handle(deps, { actor, params, querystring }) {
      const body = await readEvents(deps, actor, params.id, querystring.after)
      return isRefused(body) ? body : { status: 200, body }
    },
  }),
  oversight({
    method: 'POST',
    path: '/api/oversight/playbacks/:id/exports',
    summary: 'Its positions as a file: GPX 1.1, GeoJSON or CSV. A reason of its own is in the journal first.',
    access: lookers,
    schema: { params: At, body: NewExport },
    replies: { 200: TextBody, ...no },
    callsPerMinute: 20,
    async handle(deps, { actor, language, params, body }) {
      const made = await exportPlayback(deps, { actor, language }, params.id, body)
      if (isRefused(made)) return made
      return { status: 200, body: made.pieces, headers: { 'content-type': made.mediaType, 'content-disposition': `attachment; filename="${made.name}"` } }
    },
  }),
]
