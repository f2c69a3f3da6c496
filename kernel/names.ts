/** Ids are strings that do not mix: a UnitId never goes where an IncidentId belongs. */
type Id<Of extends string> = string & { readonly of?: Of }

export type AccountId = Id<'account'>
export type AgencyId = Id<'agency'>
export type AssignmentId = Id<'assignment'>
export type CommandId = Id<'command'>
export type IncidentId = Id<'incident'>
export type MemberId = Id<'member'>
export type TimerId = Id<'timer'>
export type UnitId = Id<'unit'>

/** A place in the organisation tree as PostgreSQL's `ltree` writes it: `jx.guixi.xiongshi`. Labels are `[A-Za-z0-9_]+`. */
export type AgencyPath = string & { readonly of?: 'agency-path' }

/** Milliseconds since 1970 UTC. Read from the clock only in server/compose.ts. */
export type Instant = number
