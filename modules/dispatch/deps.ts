/** What dispatch needs from the world; `server/compose.ts` supplies it. */
import type { Actor } from '#kernel/actor.ts'
import type { Command, Journal, Tx } from '#kernel/journal.ts'
import type { AgencyPath, AssignmentId, CommandId, IncidentId, Instant, MemberId, TimerId, UnitId } from '#kernel/names.ts'
import type { AgencyView } from '#modules/organisation/contract.ts'
import type { Roads } from '#modules/roads/contract.ts'
import type { SpokenPlace } from '#modules/town/contract.ts'
import type { UnitFacts, UnitView } from '#modules/units/contract.ts'
import type { Db } from '#platform/db/sql.ts'
import type { Commitment } from './assignment.ts'
import type { CategoryView } from './contract.ts'
import type { PictureStore } from './picture-store.ts'

/** Facts of dispatch's own tables that a handler asks for inside its transaction. `store.ts` answers; tests may. */
export type DispatchFacts = {
  category(tx: Tx, id: string): Promise<CategoryView | undefined>
  /** The kind under which a call for help is taken: the seed's "urgent help" where it is still there, else the most urgent. */
  mostUrgentCategory(tx: Tx): Promise<CategoryView | undefined>
  /** The open incident that a call for help of this caller became. Ask after locking its unit. */
  openCallOf(tx: Tx, caller: string): Promise<IncidentId | undefined>
  /** The unit's one active assignment. Ask after locking the unit. */
  commitment(tx: Tx, unit: UnitId): Promise<Commitment | undefined>
  incidentOfAssignment(tx: Tx, assignment: AssignmentId): Promise<IncidentId | undefined>
  incidentOfTimer(tx: Tx, timer: TimerId): Promise<IncidentId | undefined>
  /** Whether the unit has, or within the last half hour had, an order on the incident. */
  isCrewOf(tx: Tx, unit: UnitId, incident: IncidentId, at: Instant): Promise<boolean>
  /** The next short number of a day, starting at 1. Two reports at once are numbered in turn. */
  nextNumber(tx: Tx, day: string): Promise<number>
  /** Which incidents a command touched, in order of their ids. Asked before the transaction: what is done stays so. */
  incidentsOf(command: CommandId): Promise<readonly IncidentId[]>
}

/** What the handlers need. */
export type HandlerDeps = {
  readonly journal: Journal
  readonly facts: DispatchFacts
  readonly now: () => Instant
  readonly newId: () => string
  /** The town's own IANA time zone: incidents are numbered by its days. */
  readonly timeZone: () => string
  /** Locks the unit until the transaction ends: two dispatchers wanting one car are answered in turn. */
  readonly unitFacts: (tx: Tx, unit: UnitId) => Promise<UnitFacts | undefined>
  /** The unit on whose open shift this member is crew. */
  readonly unitOfMember: (member: MemberId) => Promise<UnitId | undefined> | UnitId | undefined
  /** A point in words; undefined where there is no map. */
  readonly spokenPlace: (lon: number, lat: number) => Promise<SpokenPlace | undefined> | SpokenPlace | undefined
  readonly findAgency: (path: AgencyPath) => Promise<AgencyView | undefined> | AgencyView | undefined
}

/** What the routes need beside. */
export type DispatchDeps = HandlerDeps & {
  readonly db: Db
  readonly roads: Roads
  /** Units as they are now, of these subtrees. */
  readonly liveUnits: (scope?: readonly AgencyPath[]) => readonly UnitView[]
  readonly listStations: (scope?: readonly AgencyPath[]) => Promise<readonly AgencyView[]> | readonly AgencyView[]
  readonly pictures: PictureStore
  /** The middle of the map, where there is one: where something is drawn whose place nobody knows. */
  readonly middleOfTown: () => { readonly lon: number; readonly lat: number } | undefined
  /** What else belongs in an incident's log: other rooms' streams, from an instant on, with their data as this reader may see it. */
  readonly alsoInLog?: (actor: Actor, incident: IncidentId) => Promise<AlsoInLog>
}
export type AlsoInLog = { readonly streams: readonly string[]; readonly since: Instant; readonly dataOf: (data: Readonly<Record<string, unknown>>) => Record<string, unknown> }

/** A request to act: by whom, under which client-made id. */
export type Asked = { readonly commandId: CommandId; readonly actor: Actor }

/** The journal's command for a request. What was asked goes along, so that one id never stands for two requests. */
export function commandOf(verb: string, { commandId, actor, ...request }: Asked, at: Instant): Command {
  return { id: commandId, actor, at, fingerprint: `${verb} ${JSON.stringify(request)}` }
}
