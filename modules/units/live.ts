/** The units as they are now, in memory: rebuilt at start, kept by the journal's tail and by every fix that was stored. */
import { latest } from '#core/latest.ts'
import { inScope } from '#kernel/actor.ts'
import type { Entry } from '#kernel/journal.ts'
import type { AgencyPath, Instant } from '#kernel/names.ts'
import type { LivePosition, PositionSource } from '#platform/live/contract.ts'
import { handleMax, staleSeconds, type UnitView } from './contract.ts'
import { crewOf, evolve, openShift, satIn, stateOf, unitOf, withoutOldShifts, type Duty } from './duty.ts'
import { ageMsMax, noTrack, placedAt, withFix, type Fix, type Track } from './fix.ts'

/** What the registry starts from: the module's own tables. */
export type Snapshot = { readonly position: number; readonly units: readonly { readonly duty: Duty; readonly track: Track }[] }

export type LiveUnits = {
  /** Forget everything and start from this. */
  load(snapshot: Snapshot): void
  /** Every entry up to here is in it. */
  heardUpTo(): number
  /** Follow the journal. Entries up to the snapshot's position are skipped. */
  hear(entries: readonly Entry[]): void
  /** A fix was stored (never before: what is shown is durable). */
  place(handle: number, fix: Fix, flagged: boolean): void
  /** Look for units that have become stale since, so that their frames are sent again. Costs nothing for the others. */
  tick(): void
  find(unit: string): Duty | undefined
  findByHandle(handle: number): Duty | undefined
  track(handle: number): Track
  /** The unit in which a member sat at an instant. */
  unitOf(member: string, at: Instant): Duty | undefined
  isStale(duty: Duty): boolean
  /** Units on duty, and since when. */
  onDuty(): { readonly handle: number; readonly since: Instant }[]
  view(unit: string): UnitView | undefined
  /** Units in these subtrees (all without one), by call sign. */
  views(scope?: readonly AgencyPath[]): UnitView[]
  /** For the live feed: the newest places of units on duty. */
  readonly positions: PositionSource
  /** All of it, in a form that two registries can be compared in. */
  dump(): unknown
}

type Record = { duty: Duty; track: Track }

const shiftsForgottenEveryMs = 600_000

/** Shifts are remembered as long as a fix of theirs may still come, and an hour more. */
const shiftMsMax = ageMsMax + 3_600_000

export function liveUnits(deps: { readonly now: () => Instant }): LiveUnits {
  const byId = new Map<string, Record>()
  const byHandle = new Map<number, Record>()
  /** Where a member sat last; to be checked, for members move on. */
  const byMember = new Map<string, string>()
  const frames = latest<LivePosition>(handleMax)
  /** Units whose frames are fresh, each once, by the second at which it is worth looking whether they still are. */
  const freshUntil = new Map<number, number[]>()
  const fresh = new Set<number>()
  let forgottenAt = -Infinity
  let heardUpTo = 0

  const staleAt = (duty: Duty, place: Fix): Instant => placedAt(place) + staleSeconds[duty.kind] * 1000
  const isStale = ({ duty, track }: Record) => !track.place || deps.now() > staleAt(duty, track.place)

  /** Bring a unit's frame up to date with its record. */
  function frame(record: Record) {
    const { duty, track } = record
    const { place } = track
    if (!place) {
      frames.remove(duty.handle)
      return
    }
    const stale = isStale(record)
    frames.put(duty.handle, {
      handle: duty.handle,
      agency: duty.agency,
      lon: place.lon,
      lat: place.lat,
      fixAt: placedAt(place),
      speedKmh: place.speedKmh,
      courseDeg: place.courseDeg,
      stale,
    })
    if (!stale && !fresh.has(duty.handle)) watch(duty, place)
  }

  function watch(duty: Duty, place: Fix) {
    fresh.add(duty.handle)
    const second = Math.floor(staleAt(duty, place) / 1000) + 1
    const handles = freshUntil.get(second)
    if (handles) handles.push(duty.handle)
    else freshUntil.set(second, [duty.handle])
  }

  function put(duty: Duty, track: Track) {
    const record = { duty, track }
    if (byId.get(duty.id)?.duty.kind !== duty.kind) fresh.delete(duty.handle) // another kind is stale at another time
    byId.set(duty.id, record)
    byHandle.set(duty.handle, record)
    for (const member of crewOf(duty)) byMember.set(member.id, duty.id)
    frame(record)
  }

  function apply(entry: Entry) {
    const unit = unitOf(entry)
    if (unit === undefined) return
    const record = byId.get(unit)
    const duty = evolve(record?.duty, entry)
    if (duty === record?.duty) return
    if (!duty) {
      byId.delete(unit)
      byHandle.delete(record!.duty.handle)
      frames.remove(record!.duty.handle)
      return
    }
    // Off duty nobody has a place; a new shift starts with none.
    const since = openShift(duty)?.startedAt
    const sameShift = since !== undefined && record && openShift(record.duty)?.startedAt === since
    put(duty, sameShift ? record.track : noTrack)
  }

  const viewOf = (record: Record): UnitView => {
    const { duty, track } = record
    const { place } = track
    return {
      id: duty.id,
      handle: duty.handle,
      callSign: duty.callSign,
      kind: duty.kind,
      agency: duty.agency,
      capabilities: [...duty.capabilities],
      state: stateOf(duty),
      stateSince: duty.stateSince,
      incident: duty.assignment?.incident ?? null,
      assignment: duty.assignment?.id ?? null,
      crew: crewOf(duty),
      onDutySince: openShift(duty)?.startedAt ?? null,
      lon: place?.lon ?? null,
      lat: place?.lat ?? null,
      fixAt: place ? placedAt(place) : null,
      speedKmh: place?.speedKmh ?? null,
      courseDeg: place?.courseDeg ?? null,
      accuracyMeters: place?.accuracyMeters ?? null,
      stale: isStale(record),
    }
  }

  return {
    load(snapshot) {
      byId.clear()
      byHandle.clear()
      byMember.clear()
      freshUntil.clear()
      fresh.clear()
      for (const handle of frames.numbers()) frames.remove(handle)
      heardUpTo = snapshot.position
      for (const { duty, track } of snapshot.units) put(duty, track)
    },
    heardUpTo: () => heardUpTo,
    hear(entries) {
      for (const entry of entries) {
        if (entry.position <= heardUpTo) continue
        heardUpTo = entry.position
        apply(entry)
      }
    },
    place(handle, fix, flagged) {
      const record = byHandle.get(handle)
      const since = record && openShift(record.duty)?.startedAt
      if (!record || since === undefined || fix.fixAt < since) return
      const track = withFix(record.track, fix, flagged)
      const moved = track.place !== record.track.place
      record.track = track
      if (moved) frame(record)
    },
    tick() {
      const at = deps.now()
      for (const [second, handles] of freshUntil) {
        if (second * 1000 > at) continue
        freshUntil.delete(second)
        for (const handle of handles) {
          fresh.delete(handle)
          const record = byHandle.get(handle)
          if (!record || !frames.find(handle)) continue
          if (isStale(record)) frame(record)
          else watch(record.duty, record.track.place!)
        }
      }
      if (at - forgottenAt < shiftsForgottenEveryMs) return
      forgottenAt = at
      for (const record of byId.values()) record.duty = withoutOldShifts(record.duty, at - shiftMsMax)
    },
    find: (unit) => byId.get(unit)?.duty,
    findByHandle: (handle) => byHandle.get(handle)?.duty,
    track: (handle) => byHandle.get(handle)?.track ?? noTrack,
    unitOf(member, at) {
      const likely = byId.get(byMember.get(member) ?? '')?.duty
      if (likely && satIn(likely, member, at)) return likely
      for (const { duty } of byId.values()) if (satIn(duty, member, at)) return duty
      return undefined
    },
    onDuty: () =>
      [...byId.values()].flatMap(({ duty }) => {
        const since = openShift(duty)?.startedAt
        return since === undefined ? [] : [{ handle: duty.handle, since }]
      }),
    isStale(duty) {
      const record = byId.get(duty.id)
      return !record || isStale(record)
    },
    view(unit) {
      const record = byId.get(unit)
      return record && viewOf(record)
    },
    views(scope) {
      const seen = [...byId.values()].filter(({ duty }) => !scope || inScope(duty.agency, scope))
      return seen.map(viewOf).sort(byCallSign)
    },
    positions: frames,
    dump: () =>
      [...byId.values()]
        .map(({ duty, track }) => ({ duty: withoutOldShifts(duty, deps.now() - shiftMsMax), track }))
        .sort((a, b) => a.duty.handle - b.duty.handle),
  }
}

/** 巡2 before 巡10, the same on every machine. */
const collator = new Intl.Collator('zh-CN', { numeric: true })
const byCallSign = (a: UnitView, b: UnitView) => collator.compare(a.callSign, b.callSign) || a.handle - b.handle
