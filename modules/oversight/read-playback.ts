/** What a look shows, page by page: positions, the incidents of the time, and the journal’s entries, cut to what the reader may see. */
import { holds, isWithin, type Actor } from '#kernel/actor.ts'
import { isRefused, refuse, type Refused } from '#kernel/decision.ts'
import type { Entry } from '#kernel/journal.ts'
import type { IncidentId, Instant } from '#kernel/names.ts'
import type { IncidentView, IncidentsAsked } from '#modules/dispatch/contract.ts'
import type { PlaybackEntry, PlaybackEvents, PlaybackIncidents, PlaybackPositions, PlaybackTrack } from './contract.ts'
import type { OversightDeps, PastFixes, PastUnit, Shown } from './deps.ts'
import { readable } from './open-playback.ts'
import { lookers, stillSeen, type Playback } from './playback.ts'
import { firstOf, packed } from './track.ts'

/** Positions of one page: about 375 KB of text, 115 KB as it travels. */
export const positionsMax = 20_000
/** Entries of the journal looked through for one page. */
const entriesMax = 1_000
/** Incidents of one page. */
export const incidentsMax = 1_000
/** Commands are dated before they wait for their turn: entries are not quite in order of their time. */
const slackMs = 10 * 60_000

// ——— positions ———

/** Where a page begins: a unit’s number, and the instant from which on. */
type Cursor = { readonly handle: number; readonly from: Instant }
const readCursor = (text: string): Cursor | undefined => {
  const match = /^(\d{1,10})-(\d{1,16})$/.exec(text)
  return match ? { handle: Number(match[1]), from: Number(match[2]) } : undefined
}

/** A page of positions: unit after unit, each oldest first. */
export async function readPositions(deps: OversightDeps, actor: Actor, id: string, after: string | undefined): Promise<PlaybackPositions | Refused> {
  const playback = await readable(deps, actor, id)
  if (isRefused(playback)) return playback
  const cursor = after === undefined ? { handle: 0, from: playback.from } : readCursor(after)
  if (!cursor || cursor.from < playback.from) return refuse('playback-page-unknown')
  const units = stillSeen(actor, await deps.history.units(playback.units))
  const tracks: PlaybackTrack[] = []
  let done = units.findIndex(({ handle }) => handle >= cursor.handle)
  if (done < 0) done = units.length
  let next: string | null = null
  for await (const piece of pieces(deps, units.slice(done), playback, cursor, positionsMax)) {
    if (piece.fixes.fixAt.length > 0) tracks.push(packed(piece.unit.handle, piece.fixes, playback.from))
    if (piece.goOnFrom !== null) next = `${piece.unit.handle}-${piece.goOnFrom}`
    else done++
  }
  if (next === null && done < units.length) next = `${units[done]!.handle}-${playback.from}`
  return { tracks, done, of: units.length, next }
}

type Piece = { readonly unit: PastUnit; readonly fixes: PastFixes; /** Where the unit’s rest begins; null: this was its end. */ readonly goOnFrom: Instant | null }

/** Unit after unit, until so many positions were read. */
async function* pieces(deps: OversightDeps, units: readonly PastUnit[], { from, to }: Playback, cursor: Cursor, most: number): AsyncGenerator<Piece> {
  let left = most
  for (const unit of units) {
    if (left <= 0) return
    const fixes = await deps.history.fixes(unit.handle, unit.handle === cursor.handle ? cursor.from : from, to, left + 1)
    const count = fixes.fixAt.length
    if (count <= left) {
      left -= count
      yield { unit, fixes, goOnFrom: null }
      continue
    }
    // Two devices may report in one millisecond: a piece never ends between them.
    const goOnFrom = fixes.fixAt[count - 1]!
    let end = count - 1
    while (end > 0 && fixes.fixAt[end - 1] === goOnFrom) end--
    yield { unit, fixes: firstOf(fixes, end), goOnFrom }
    return
  }
}

/** All positions of a look, in pieces of at most `positionsMax`: an export reads them so. */
export async function* allPositions(deps: OversightDeps, units: readonly PastUnit[], playback: Playback): AsyncGenerator<{ readonly unit: PastUnit; readonly fixes: PastFixes }> {
  for (const unit of units) {
    let from: Instant | null = playback.from
    while (from !== null) {
      const cursor: Cursor = { handle: unit.handle, from }
      from = null
      for await (const piece of pieces(deps, [unit], playback, cursor, positionsMax)) {
        yield piece
        from = piece.goOnFrom
      }
    }
  }
}

// ——— incidents ———

/** A page of the incidents that were open meanwhile, as the reader may see them. */
export async function readIncidents(deps: OversightDeps, actor: Actor, id: string, after: string | undefined): Promise<PlaybackIncidents | Refused> {
  const playback = await readable(deps, actor, id)
  if (isRefused(playback)) return playback
  const marker = after === undefined ? undefined : /^(\d{1,16})-([A-Za-z0-9_-]{1,64})$/.exec(after)
  if (marker === null) return refuse('playback-page-unknown')
  const found = await incidentsOf(deps, playback, marker ? { after: { openedAt: Number(marker[1]), id: marker[2]! } } : {})
  const last = found.at(-1)
  return {
    items: found.flatMap((incident) => shownTo(deps, actor, incident)?.view ?? []),
    next: found.length === incidentsMax && last ? `${last.openedAt}-${last.id}` : null,
  }
}

async function incidentsOf(deps: OversightDeps, { asked, units, from, to }: Playback, more: Pick<IncidentsAsked, 'ids' | 'after'>): Promise<IncidentView[]> {
  if (asked !== 'units' && 'incident' in asked) {
    const incident = more.after ? undefined : await deps.incidents.find(asked.incident)
    return incident ? [incident] : []
  }
  return deps.incidents.during({ scope: asked === 'units' ? [] : [asked.agency], units, from, to, limit: incidentsMax, ...more })
}

async function incidentsNamed(deps: OversightDeps, playback: Playback, ids: readonly IncidentId[]): Promise<IncidentView[]> {
  const found: IncidentView[] = []
  for (let first = 0; first < ids.length; first += incidentsMax) found.push(...(await incidentsOf(deps, playback, { ids: ids.slice(first, first + incidentsMax) })))
  return found
}

/** By the live feed’s rules; and auditors, who read the journal, see the work, but not who reported. */
function shownTo(deps: OversightDeps, actor: Actor, incident: IncidentView): Shown | undefined {
  const shown = deps.incidents.shownTo(actor, incident)
  if (shown || !holds(actor, ['auditor'], incident.agency)) return shown
  return { view: deps.incidents.viewWithoutPersons(incident), dataOf: deps.incidents.withoutPersons }
}

// ——— entries ———

/** A page of the journal’s entries about these incidents and units, of messages in their channels, of calls to them, of what the units did at fences, and of closed roads and fences of the part of the tree, oldest first. */
export async function readEvents(deps: OversightDeps, actor: Actor, id: string, after: number | undefined): Promise<PlaybackEvents | Refused> {
  const playback = await readable(deps, actor, id)
  if (isRefused(playback)) return playback
  const start = after ?? (await positionBefore(deps, playback.from - slackMs))
  const late = await tellingLate(deps, playback, start)
  const entries = late ? await late.read() : await deps.journal.read(start, entriesMax)
  const units = await deps.history.keptSinceOfEach(stillSeen(actor, await deps.history.units(playback.units)).map((unit) => unit.id))
  const idsOf = (kind: string) => [...new Set(entries.flatMap(({ stream }) => (stream.startsWith(`${kind}/`) ? [stream.slice(kind.length + 1)] : [])))]
  const [fenceNames, broadcasts] = await Promise.all([deps.fenceNames(idsOf('fence')), deps.broadcasts(idsOf('broadcast'))])
  const named = [...idsOf('incident'), ...idsOf('channel').flatMap((channel) => (channel.startsWith('incident-') ? [channel.slice('incident-'.length)] : [])), ...[...broadcasts.values()].flatMap(({ incident }) => incident ?? [])]
  const incidents = new Map((await incidentsNamed(deps, playback, [...new Set(named)])).map((incident) => [incident.id, shownTo(deps, actor, incident)]))
  const seen: Seen = { incidents, units, fenceNames, broadcasts }
  const last = entries.at(-1)
  const isOver = !last || entries.length < entriesMax || (late ? last.at > late.until : last.at > beyond(playback) && (await toldLate(deps, playback)).size === 0)
  const items = entries.flatMap((entry): PlaybackEntry[] => {
    const at = happenedAt(entry)
    if (at < playback.from || at >= playback.to) return []
    const data = dataFor(actor, entry, playback, seen)
    const { position, stream, type, command } = entry
    return data ? [{ position, at: entry.at, stream, type, command, actor: entry.actor.name, data }] : []
  })
  return { items, next: isOver ? null : last.position }
}

/** What a unit did at a fence happened at the fix that shows it; a device without signal may have sent that days later. */
const happenedAt = ({ at, stream, data }: Entry): Instant => (stream.startsWith('fence/') && typeof data['fixAt'] === 'number' ? data['fixAt'] : at)

/** Later entries are about later things, but for what was told late at fences. */
const beyond = ({ to }: Playback): Instant => to + slackMs
const toldLate = (deps: OversightDeps, playback: Playback) => deps.toldLate(playback.units, playback.from, playback.to, beyond(playback))

/** Once all entries of the window were gone through: those of fences that told something of it late, and when the last of them was told. */
async function tellingLate(deps: OversightDeps, playback: Playback, after: number): Promise<{ readonly until: Instant; read(): Promise<Entry[]> } | undefined> {
  const [before] = after > 0 ? await deps.journal.read(after - 1, 1) : []
  if (!before || before.at <= beyond(playback)) return undefined
  const late = await toldLate(deps, playback)
  return {
    until: Math.max(...late.values()),
    read: async () => (late.size === 0 ? [] : deps.journal.read(after, entriesMax, { stream: [...late.keys()].map((id) => `fence/${id}`) })),
  }
}

/** What a look is about, and what else is needed to show a page of it. */
type Seen = {
  readonly incidents: ReadonlyMap<string, Shown | undefined>
  /** From when on what they did may be read. */
  readonly units: ReadonlyMap<string, Instant>
  readonly fenceNames: Awaited<ReturnType<OversightDeps['fenceNames']>>
  readonly broadcasts: Awaited<ReturnType<OversightDeps['broadcasts']>>
}

function dataFor(actor: Actor, entry: Entry, { asked }: Playback, { incidents, units, fenceNames, broadcasts }: Seen): Record<string, unknown> | undefined {
  const [kind, id = ''] = entry.stream.split('/')
  if (kind === 'incident') return incidents.get(id)?.dataOf(entry.data)
  // Who was on duty, and in what crew; not a unit’s devices, nor who looked at it before.
  if (kind === 'unit') return units.has(id) && ofUnits.has(entry.type) ? { ...entry.data } : undefined
  const isThere = asked !== 'units' && 'agency' in asked && isWithin(entry.agency, asked.agency)
  if (kind === 'channel' && entry.type === 'message-sent') {
    const isAbout = isThere || (id.startsWith('incident-') && incidents.get(id.slice('incident-'.length))) || (id.startsWith('unit-') && units.has(id.slice('unit-'.length)))
    const { members: _members, author: _author, ...message } = entry.data // who was there to read it is not what was said
    return isAbout && holds(actor, lookers, entry.agency) ? message : undefined
  }
  if (kind === 'broadcast') {
    const call = broadcasts.get(id)
    const isAbout = isThere || (call && ((call.incident !== null && incidents.get(call.incident)) || call.units.some((unit) => units.has(unit))))
    if (!isAbout || !holds(actor, lookers, entry.agency)) return undefined
    const { recipients, member: _member, scope: _scope, area: _area, ...said } = entry.data // how many were called, not who and where they were
    return { ...said, about: call?.incident ?? null, ...(Array.isArray(recipients) ? { reached: recipients.length } : {}) }
  }
  if (kind === 'fence') {
    const { unit } = entry.data
    const name = fenceNames.get(id) ?? ''
    if (typeof unit === 'string') return happenedAt(entry) >= (units.get(unit) ?? Infinity) ? { ...entry.data, fence: id, name } : undefined
    return isThere && fenceChanges.has(entry.type) ? { fence: id, name } : undefined
  }
  return kind === 'closure' && isThere ? { ...entry.data } : undefined
}

const fenceChanges: ReadonlySet<string> = new Set(['fence-drawn', 'fence-changed', 'fence-retired'])
const ofUnits: ReadonlySet<string> = new Set(['shift-started', 'crew-changed', 'shift-ended'])

/**
 * A position before the first entry of an instant or later.
 *
 * O(log n) reads: positions have no gaps, and times grow with them but for the slack that the caller allows.
 */
async function positionBefore(deps: Pick<OversightDeps, 'journal'>, at: Instant): Promise<number> {
  let low = 0
  let high = await deps.journal.head()
  while (low < high) {
    const middle = (low + high) >>> 1
    const [entry] = await deps.journal.read(middle, 1)
    if (!entry || entry.at >= at) high = middle
    else low = middle + 1
  }
  return low
}
