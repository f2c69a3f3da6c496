/** What the oversight room needs from the world; `server/compose.ts` supplies it. */
import type { Actor } from '#kernel/actor.ts'
import type { Entry, Journal } from '#kernel/journal.ts'
import type { AgencyPath, IncidentId, Instant, UnitId } from '#kernel/names.ts'
import type { IncidentsAsked, IncidentView } from '#modules/dispatch/contract.ts'
import type { AgencyView } from '#modules/organisation/contract.ts'
import type { UnitKind } from '#modules/units/contract.ts'
import type { Db } from '#platform/db/sql.ts'

/** A unit of the past: retired ones too. */
export type PastUnit = { readonly id: UnitId; readonly handle: number; readonly callSign: string; readonly kind: UnitKind; readonly agency: AgencyPath }

/** Fixes of a unit as rows of one length: milliseconds, 10⁻⁶ degrees, 0.1 km/h and degrees (−1 unknown), 0 or 1. */
export type PastFixes = { readonly [row in 'fixAt' | 'lon' | 'lat' | 'speed' | 'course' | 'flagged']: readonly number[] }

/** The units room’s past. */
export type History = {
  units(ids: readonly UnitId[]): Promise<PastUnit[]>
  /** Those of a part of the tree that were on duty in [from, to). */
  onDuty(agency: AgencyPath, from: Instant, to: Instant, limit: number): Promise<PastUnit[]>
  shifts(units: readonly UnitId[], from: Instant, to: Instant): Promise<{ readonly unit: UnitId; readonly startedAt: Instant; readonly endedAt: Instant | null }[]>
  /** In [from, to), oldest first, nothing that its agency no longer keeps. */
  fixes(unit: number, from: Instant, to: Instant, limit: number): Promise<PastFixes>
  /** How many fixes units, by their numbers, have in [from, to). */
  countFixes(units: readonly number[], from: Instant, to: Instant): Promise<number>
  /** From when on positions of each of these units may be read. */
  keptSinceOfEach(units: readonly UnitId[]): Promise<ReadonlyMap<UnitId, Instant>>
  /** From when on positions of these units may be read: the latest of them. */
  keptSince(units: readonly UnitId[]): Promise<Instant>
}

/** An incident as somebody may see it, and its entries’ data as he may read them. */
export type Shown = { readonly view: IncidentView; readonly dataOf: (data: Entry['data']) => Record<string, unknown> }

export type OversightDeps = {
  readonly db: Db
  readonly journal: Pick<Journal, 'act' | 'read' | 'head'>
  readonly now: () => Instant
  readonly newId: () => string
  /** The town’s own IANA time zone. */
  readonly timeZone: () => string
  readonly findAgency: (path: AgencyPath) => Promise<AgencyView | undefined>
  readonly history: History
  /** Names of fences, those that are no longer in use too. */
  readonly fenceNames: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /** Fences at which units did something in [from, to) that was told after an instant, and when that was told last. */
  readonly toldLate: (units: readonly UnitId[], from: Instant, to: Instant, after: Instant) => Promise<ReadonlyMap<string, Instant>>
  /** What broadcasts were about, and whose crews they called. */
  readonly broadcasts: (ids: readonly string[]) => Promise<ReadonlyMap<string, { readonly incident: IncidentId | null; readonly units: readonly UnitId[] }>>
  readonly incidents: {
    find(id: IncidentId): Promise<IncidentView | undefined>
    /** Open in some moment of [from, to): of these parts of the tree, and those that these units were sent to; by their opening, where they are named only those. */
    during(asked: IncidentsAsked): Promise<IncidentView[]>
    /** By the live feed’s rules; undefined: not at all. */
    shownTo(actor: Actor, incident: IncidentView): Shown | undefined
    withoutPersons: Shown['dataOf']
    viewWithoutPersons(incident: IncidentView): IncidentView
  }
}
