/** Retention of positions over HTTP. */
import { Type } from 'typebox'
import { Problem } from '#kernel/contract.ts'
import { isRefused } from '#kernel/decision.ts'
import { route } from '#platform/http/route.ts'
import { retentionReaders, sayRetention, viewRetention } from './change-retention.ts'
import { ChangeRetention, RetentionView } from './contract.ts'
import type { RetentionDeps } from './retention-deps.ts'

const retention = route<RetentionDeps>()

export const retentionRoutes = [
  retention({
    method: 'GET',
    path: '/api/units/retention',
    summary: 'How long each agency keeps positions, the oldest that is there, what each day takes, and the last sweep.',
    access: retentionReaders,
    schema: {},
    replies: { 200: RetentionView },
    handle: async (deps, { actor }) => ({ status: 200, body: await viewRetention(deps, actor) }),
  }),
  retention({
    method: 'PUT',
    path: '/api/units/retention',
    summary: 'Say how many days an agency keeps positions: 1 to 180, never longer than the one above. Needs a reason. Shortening counts at once: older positions can no longer be read, and are deleted within the hour.',
    access: ['administrator'],
    schema: { body: ChangeRetention },
    replies: { 200: Type.Object({ days: Type.Integer({ description: 'what counts from now on' }) }), 404: Problem, 409: Problem },
    async handle(deps, { actor, body }) {
      const answer = await sayRetention(deps, actor, body)
      return isRefused(answer) ? answer : { status: 200, body: answer }
    },
  }),
]
