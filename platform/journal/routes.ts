import { Type } from 'typebox'
import { scopeOf, system, type Actor } from '#kernel/actor.ts'
import { At } from '#kernel/contract.ts'
import { route, type Route } from '#platform/http/route.ts'
import type { PostgresJournal } from './postgres.ts'

export type JournalDeps = { readonly journal: Pick<PostgresJournal, 'readWithin' | 'head'> }

const JournalEntry = Type.Object({
  position: Type.Integer({ description: 'place in the one order, from 1, without gaps' }),
  at: At,
  stream: Type.String({ description: 'what it happened to: "incident/…"' }),
  type: Type.String({ description: 'what happened: "unit-assigned"' }),
  agency: Type.String(),
  actor: Type.Object({ account: Type.String(), name: Type.String() }),
  command: Type.String({ description: 'the client-made id of the command that caused it' }),
  data: Type.Record(Type.String(), Type.Unknown()),
  hash: Type.String({ description: 'SHA-256 over this entry and the hash of the one before it' }),
})

export const journalRoutes: Route<JournalDeps>[] = [
  route<JournalDeps>()({
    method: 'GET',
    path: '/api/journal',
    summary: 'Entries of the journal after a position, oldest first, in the parts of the tree where the caller is auditor.',
    access: ['auditor'],
    schema: {
      querystring: Type.Object(
        {
          after: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 }),
          limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100 }),
        },
        { additionalProperties: false },
      ),
    },
    replies: {
      200: Type.Object({
        items: Type.Array(JournalEntry),
        head: Type.Integer({ description: 'the newest position at this moment; go on from the last item until it is reached' }),
      }),
    },
    async handle(deps, { querystring, actor }) {
      // the head first: an entry that comes between the two looks is then merely news
      const head = await deps.journal.head()
      const items = await deps.journal.readWithin(querystring.after, querystring.limit, readable(actor))
      return { status: 200, body: { items, head } }
    },
  }),
]

/**
 * The auditor's parts of the tree. What the program did by itself, for the whole house (its first categories), belongs
 * to no part; who audits a whole tree reads it too, and so finds no gap in the chain.
 */
function readable(actor: Actor): string[] {
  const scope = scopeOf(actor, ['auditor'])
  return scope.some((agency) => !agency.includes('.')) ? [...scope, system.account] : scope
}
