/** The units as they are now, in memory: rebuilt at start, kept by the journal's tail and by every fix that was stored. */
import { numbersNoted } from '#core/latest.ts'
import { inScope } from '#kernel/actor.ts'
import type { Entry } from '#kernel/journal.ts'
import type { AgencyPath, Instant } from '#kernel/names.ts'
import type { LivePosition, PositionSource } from '#platform/live/contract.ts'
import { staleSeconds, type UnitView } from './contract.ts'
import { crewOf, evolve, openShift, satIn, stateOf, unitOf, withoutOldShifts, type Duty } from './duty.ts'
import { ageMsMax, noTrack, placedAt, withFix, type Fix, type Track } from './fix.ts'
import { tracksInMemory } from './tracks.ts'

/** What the registry starts from: the module's own tables. */
export type Snapshot = { readonly position: number; readonly units: readonly { readonly duty: Duty; readonly track: Track }[] }

export type LiveUnits = {
  /** Forget everything and start from this. */
  load(snapshot: Snapshot): void
  /** Every entry up to here is in it. */
  heardUpTo(): number
  /** Follow the journal. Entries up to the snapshot's position are skipped. */
  hear(entries: readonly Entry[]): void
  /** A fix was stored (never before: what is shown is durable). False when it changes nothing: older than what is known, or of a shift that is over. */
  place(handle: number, fix: Fix, flagged: boolean): boolean
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

type Record = {
  duty: Duty
  /** Of its track. */
  readonly row: number
  /** The live feed knows where it is, and knew it as stale. */
  isShown: boolean
  isShownStale: boolean
}

const shiftsForgottenEveryMs = 600_000

/** Shifts are remembered as long as a fix of theirs may still come, and an hour more. */
const shiftMsMax = ageMsMax + 3_600_000

export function liveUnits(deps: { readonly now: () => Instant }): LiveUnits {
  const byId = new Map<string, Record>()
  const byHandle = new Map<number, Record>()
  /** Where a member sat last; to be checked, for members move on. */
  const byMember = new Map<string, string>()
  const tracks = tracksInMemory()
  /** Whose place is not what the live feed took last. */
  const changed = numbersNoted()
  /** Units whose frames are fresh, each once, by the second at which it is worth looking whether they still are. */
  const freshUntil = new Map<number, number[]>()
  const fresh = new Set<number>()
  let forgottenAt = -Infinity
  let heardUpTo = 0

  const staleAt = (duty: Duty, place: Fix): Instant => placedAt(place) + staleSeconds[duty.kind] * 1000
  const placeOf = ({ row }: Record) => tracks.get(row).place
  const isStale = (record: Record, place = placeOf(record)) => !place || deps.now() > staleAt(record.duty, place)

  /** Tell the live feed of a unit as its record has it. */
  function show(record: Record, place = placeOf(record)) {
    const { duty } = record
    if (!place) {
      hide(record)
      return
    }
    record.isShown = true
    record.isShownStale = isStale(record, place)
    changed.note(duty.handle)
    if (!record.isShownStale && !fresh.has(duty.handle)) watch(duty, place)
  }

  function watch(duty: Duty, place: Fix) {
    fresh.add(duty.handle)
    const second = Math.floor(staleAt(duty, place) / 1000) + 1
    const handles = freshUntil.get(second)
    if (handles) handles.push(duty.handle)
    else freshUntil.set(second, [duty.handle])
  }

  function hide(record: Record) {
    if (record.isShown) changed.note(record.duty.handle)
    record.isShown = false
  }

  function put(duty: Duty, track: Track) {
    const known = byId.get(duty.id)
    if (known?.duty.kind !== duty.kind) fresh.delete(duty.handle) // another kind is stale at another time
    const record: Record = known ?? { duty, row: tracks.add(), isShown: false, isShownStale: false }
    record.duty = duty
    tracks.set(record.row, track)
    byId.set(duty.id, record)
    byHandle.set(duty.handle, record)
    for (const member of crewOf(duty)) byMember.set(member.id, duty.id)
    show(record)
  }

  function remove(record: Record) {
    hide(record)
    byId.delete(record.duty.id)
    byHandle.delete(record.duty.handle)
    tracks.remove(record.row)
  }

  function apply(entry: Entry) {
    const unit = unitOf(entry)
    if (unit === undefined) return
    const record = byId.get(unit)
    const duty = evolve(record?.duty, entry)
    if (duty === record?.duty) return
    if (!duty) {
      remove(record!)
      return
    }
    // Off duty nobody has a place; a new shift starts with none.
    const since = openShift(duty)?.startedAt
    const sameShift = since !== undefined && record && openShift(record.duty)?.startedAt === since
    put(duty, sameShift ? tracks.get(record.row) : noTrack)
  }

  const viewOf = (record: Record): UnitView => {
    const { duty } = record
    const place = placeOf(record)
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
      for (const record of [...byId.values()]) remove(record)
      byMember.clear()
      freshUntil.clear()
      fresh.clear()
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
      if (!record || since === undefined || fix.fixAt < since) return false
      const before = tracks.get(record.row)
      const track = withFix(before, fix, flagged)
      if (track === before) return false
      tracks.set(record.row, track)
      if (track.place !== before.place) show(record, track.place)
      return true
    },
    tick() {
      const at = deps.now()
      for (const [second, handles] of freshUntil) {
        if (second * 1000 > at) continue
        freshUntil.delete(second)
        for (const handle of handles) {
          fresh.delete(handle)
          const record = byHandle.get(handle)
          const place = record?.isShown ? placeOf(record) : null
          if (!record || !place) continue
          if (isStale(record, place)) show(record, place)
          else watch(record.duty, place)
        }
      }
      if (at - forgottenAt < shiftsForgottenEveryMs) return
      forgottenAt = at
      for (const record of byId.values()) record.duty = withoutOldShifts(record.duty, at - shiftMsMax)
    },
    find: (unit) => byId.get(unit)?.duty,
    findByHandle: (handle) => byHandle.get(handle)?.duty,
    track(handle) {
      const record = byHandle.get(handle)
      return record ? tracks.get(record.row) : noTrack
    },
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
    positions: {
      find(handle) {
        const record = byHandle.get(handle)
        const place = record?.isShown ? placeOf(record) : null
        if (!record || !place) return undefined
        const { lon, lat, speedKmh, courseDeg } = place
        return { handle, agency: record.duty.agency, lon, lat, fixAt: placedAt(place), speedKmh, courseDeg, stale: record.isShownStale } satisfies LivePosition
      },
      takeChanged: changed.take,
    },
    dump: () =>
      [...byId.values()]
        .map(({ duty, row }) => ({ duty: withoutOldShifts(duty, deps.now() - shiftMsMax), track: tracks.get(row) }))
        .sort((a, b) => a.duty.handle - b.duty.handle),
  }
}

/** 巡2 before 巡10, the same on every machine. */
const collator = new Intl.Collator('zh-CN', { numeric: true })
const byCallSign = (a: UnitView, b: UnitView) => collator.compare(a.callSign, b.callSign) || a.handle - b.handle
