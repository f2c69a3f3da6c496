/** What goes over `WS /api/live?after=N`. Text messages are JSON of these shapes; positions are binary frames (modules/units/contract.ts). */
import { Type, type Static } from 'typebox'

/** Client to server: what part of the map is looked at and how often frames are wanted. `bbox` null: no positions. */
export const ViewMessage = Type.Object({
  type: Type.Literal('view'),
  bbox: Type.Union([Type.Array(Type.Number(), { minItems: 4, maxItems: 4 }), Type.Null()]),
  intervalMs: Type.Integer({ minimum: 100, maximum: 60_000 }),
})

/** First message on every connection. */
export const HelloMessage = Type.Object({
  type: Type.Literal('hello'),
  position: Type.Integer({ description: 'the newest journal position at this moment' }),
  now: Type.Number({ description: 'server time, ms since 1970 UTC' }),
})

/**
 * What changed up to `position`, cut to the caller's rights: the entries themselves, and the present view of each
 * thing they touched (so a client replaces by id and needs no rules of its own).
 */
export const ChangesMessage = Type.Object({
  type: Type.Literal('changes'),
  position: Type.Integer(),
  entries: Type.Array(
    Type.Object({
      position: Type.Integer(),
      at: Type.Number(),
      stream: Type.String(),
      type: Type.String(),
      agency: Type.String(),
      actor: Type.String(),
      command: Type.String(),
      data: Type.Record(Type.String(), Type.Unknown()),
    }),
  ),
  views: Type.Record(Type.String(), Type.Array(Type.Unknown()), {
    description: 'by kind: "incidents" (IncidentView), "units" (UnitView), "closures" (ClosureView), "fences" (FenceView); a thing the caller may no longer see is {id, gone: true}',
  }),
})

/** The client is too far behind (or ahead of a restored server) to be caught up: fetch the lists again, then go on from `position`. */
export const ResetMessage = Type.Object({ type: Type.Literal('reset'), position: Type.Integer() })

export const ServerMessage = Type.Union([HelloMessage, ChangesMessage, ResetMessage])
export type ServerMessage = Static<typeof ServerMessage>
export type ViewMessage = Static<typeof ViewMessage>
export type ChangesMessage = Static<typeof ChangesMessage>

/** A unit's newest place. A change is a new object. */
export type LivePosition = {
  readonly handle: number
  readonly agency: string
  readonly lon: number
  readonly lat: number
  readonly fixAt: number
  readonly speedKmh: number | null
  readonly courseDeg: number | null
  readonly stale: boolean
}

/** Where the newest positions come from; implemented by the units room. */
export type PositionSource = {
  /** Undefined: the unit has no place to be shown, any more or yet. */
  readonly find: (handle: number) => LivePosition | undefined
  /** Handles of units whose place is not what it was at the last call; at the first call, of all that have one. For one reader. */
  readonly takeChanged: () => Iterable<number>
}
