/** What messages need from the world; `server/compose.ts` supplies it. */
import type { Actor } from '#kernel/actor.ts'
import type { Refused } from '#kernel/decision.ts'
import type { Command, Journal, Tx } from '#kernel/journal.ts'
import type { AgencyPath, CommandId, IncidentId, Instant, MemberId, UnitId } from '#kernel/names.ts'
import type { IncidentView } from '#modules/dispatch/contract.ts'
import type { AgencyView } from '#modules/organisation/contract.ts'
import type { Roads } from '#modules/roads/contract.ts'
import type { SpokenPlace } from '#modules/town/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'
import type { Db, Sql } from '#platform/db/sql.ts'
import type { FileReply } from '#platform/http/route.ts'
import type { ChannelKind } from './contract.ts'
import type { Receipt } from './receipts.ts'

/** Bytes on disk, named by what they are. */
export type FileStore = {
  save(bytes: Uint8Array): Promise<{ readonly sha256: string }>
  file(sha256: string, mediaType: string): FileReply
}

/** What closes secrets for the database; `about` says what they are of, and they open only as that. */
export type Seal = {
  close(text: string, about: string): string
  open(sealed: string, about: string): string | undefined
  isClosed(text: string): boolean
}

export type FenceArea = { readonly agency: AgencyPath; readonly name: string; readonly lon: number; readonly lat: number; readonly isInside: (lon: number, lat: number) => boolean }

/** A channel's row, where it has one. */
export type ChannelRow = { readonly agency: AgencyPath; readonly name: string; readonly units: readonly UnitId[]; readonly isClosed: boolean }

/** Facts of the room's own tables and of others', asked inside a transaction or outside. */
export type MessageFacts = {
  channel(sql: Sql, id: string): Promise<ChannelRow | undefined>
  /** The next number of a channel. Two messages at once are numbered in turn. */
  nextNumber(tx: Tx, channel: { readonly id: string; readonly kind: ChannelKind; readonly agency: AgencyPath }): Promise<number>
  receiptsOf(sql: Sql, channels: readonly string[]): Promise<ReadonlyMap<string, readonly Receipt[]>>
  sqlOf(tx: Tx): Sql
}

export type Fetch = (url: string, options: { readonly method: 'POST'; readonly headers: Record<string, string>; readonly body: string | Uint8Array<ArrayBuffer>; readonly redirect: 'error'; readonly signal: AbortSignal }) => Promise<Response>

/** What telling phones needs: the house's key, chance, and whom it may ask. */
export type PushRoom = {
  readonly key: { readonly publicKey: string; authorization(asked: { readonly endpoint: string; readonly contact: string; readonly until: Instant }): string }
  /** Push services that the operator named beside the known ones. */
  readonly hosts: readonly string[]
  readonly randomBytes: (count: number) => Uint8Array
  /** Whether a browser's address is of a known push service, and something can be closed for its keys. */
  readonly takes: (endpoint: string, keys: { readonly p256dh: string; readonly auth: string }) => boolean
  /** Which of these sessions still go on. */
  readonly openSessions: (ids: readonly string[]) => Promise<ReadonlySet<string>>
}

export type MessagesDeps = {
  readonly journal: Journal
  readonly db: Db
  readonly facts: MessageFacts
  readonly now: () => Instant
  readonly newId: () => string
  /** The unit on whose open shift this member is crew. */
  readonly unitOfMember: (member: MemberId) => UnitId | undefined
  readonly describeUnits: (ids: readonly UnitId[]) => readonly UnitView[]
  /** Units as they are now, of these subtrees. */
  readonly liveUnits: (scope?: readonly AgencyPath[]) => readonly UnitView[]
  readonly incidents: (sql: Sql, ids: readonly IncidentId[]) => Promise<readonly IncidentView[]>
  readonly agencyById: (sql: Sql, id: string) => Promise<AgencyView | undefined>
  readonly findAgency: (path: AgencyPath) => Promise<AgencyView | undefined>
  readonly agencies: () => Promise<readonly AgencyView[]>
  readonly memberNames: (ids: readonly MemberId[]) => Promise<ReadonlyMap<MemberId, string>>
  readonly roads: Roads
  readonly spokenPlace: (lon: number, lat: number) => Promise<SpokenPlace | undefined> | SpokenPlace | undefined
  /** A fence in use: whose it is, its middle, and what lies in it. */
  readonly fenceArea: (id: string) => FenceArea | undefined
  /** A picture without what a camera wrote into it. */
  readonly cleanPicture: (bytes: Uint8Array) => { readonly bytes: Uint8Array; readonly mediaType: string } | Refused
  readonly pictures: FileStore
  readonly voices: FileStore
  /** Who sat in the units of a part of the tree at an instant. */
  readonly crewsAt: (agency: AgencyPath, at: Instant) => Promise<ReadonlySet<MemberId>>
  readonly seal: Seal
  readonly push: PushRoom
  /** Tell every node that somebody has got further in these channels. */
  readonly receiptsMoved: (channels: readonly string[]) => Promise<void>
}

/** A request to act: by whom, under which client-made id. */
export type Asked = { readonly commandId: CommandId; readonly actor: Actor }

/** The journal's command for a request. What was asked goes along, so that one id never stands for two requests. */
export function commandOf(verb: string, { commandId, actor, ...request }: Asked, at: Instant): Command {
  return { id: commandId, actor, at, fingerprint: `${verb} ${JSON.stringify(request)}` }
}
