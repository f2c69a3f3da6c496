/** Where every fix goes in, whatever door it came through: judged, stored with others, and only then shown. */
import type { UnitsNeeds } from './deps.ts'
import type { Devices } from './device.ts'
import { openShift } from './duty.ts'
import { isNewer, withFix, type Fix, type Track } from './fix.ts'
import type { StoredFix } from './fix-wire.ts'
import { groupCommit } from './group-commit.ts'
import type { LiveUnits } from './live.ts'
import { isOutlier, type StepName } from './pipeline.ts'
import { isDayMissing, keyOf, writePositions, type DayKeeper, type PositionRow } from './positions-store.ts'

/** A fix of a unit on duty, found plausible. */
export type Observation = {
  readonly unit: number
  readonly fix: Fix
  readonly altitudeMeters: number | null
  /** Steps that its device is spared. */
  readonly leftOut: readonly StepName[]
}

/** `accepted` and `flagged` are durable; a `duplicate` was durable before. */
export type Taken = 'accepted' | 'flagged' | 'duplicate'

export type Intake = {
  /** Store observations; resolves when they are on disk. */
  add(observations: readonly Observation[]): Promise<Taken[]>
  /** When everything added before now is on disk, or has failed. */
  settled(): Promise<void>
  /** How old a fix may be and still be kept, ms. */
  readonly ageMs: number
}

export function openIntake(deps: {
  readonly db: UnitsNeeds['db']
  readonly live: LiveUnits
  readonly devices: Devices
  readonly days: DayKeeper
  readonly ageMs: number
  /** Told what was stored and shown here, for the nodes beside. */
  readonly onStored: (stored: readonly StoredFix[]) => void
  /** Told that a fix which came again is on disk and is not shown: the node that took it died before it told. */
  readonly onUntold: () => void
}): Intake {
  const newest = newestOfSources()

  async function write(observations: readonly Observation[]): Promise<Taken[]> {
    const ensureDays = () => deps.days.ensure(observations.map(({ fix }) => fix.fixAt))
    await ensureDays()

    // Each is judged by what the ones before it in this batch would have made of the track.
    const tracks = new Map<number, Track>()
    const fresh: PositionRow[] = []
    const doubtful: PositionRow[] = []
    let keys: Set<string> | undefined // made when one may have been said twice in this batch
    const rows: (PositionRow | undefined)[] = []
    for (const { unit, fix, altitudeMeters, leftOut } of observations) {
      const track = tracks.get(unit) ?? deps.live.track(unit)
      const isFresh = newest.raise(unit, fix, track.place?.fixAt ?? 0)
      if (!isFresh) keys ??= new Set(rows.flatMap((row) => (row ? keyOf(row.unit, row.fix) : [])))
      if (keys) {
        const key = keyOf(unit, fix)
        if (keys.has(key)) {
          rows.push(undefined)
          continue
        }
        keys.add(key)
      }
      const flagged = isOutlier(track, fix, leftOut)
      tracks.set(unit, withFix(track, fix, flagged))
      const row = { unit, fix, altitudeMeters, flagged }
      rows.push(row)
      if (isFresh) fresh.push(row)
      else doubtful.push(row)
    }

    const writeRows = () => writePositions(deps.db, fresh, doubtful)
    const known = await writeRows().catch(async (cause: unknown) => {
      if (!isDayMissing(cause)) throw cause
      deps.days.forget()
      await ensureDays()
      return writeRows()
    })

    const stored: StoredFix[] = []
    const taken = rows.map((row, index): Taken => {
      const status = deps.devices.status(observations[index]!.fix.device)
      if (row === undefined || known.has(row)) {
        deps.devices.stop(observations[index]!.fix.device, 'duplicate')
        status.taken.duplicates++
        if (row && isUnknownHere(deps.live, row)) deps.onUntold()
        return 'duplicate'
      }
      const { unit, fix, flagged } = row
      const isShown = deps.live.place(unit, fix, flagged)
      stored.push(row)
      if (status.fixAt === null || fix.fixAt > status.fixAt) status.fixAt = fix.fixAt
      if (flagged) deps.devices.stop(fix.device, 'outlier')
      else if (!isShown) deps.devices.stop(fix.device, 'live')
      status.taken[flagged ? 'flagged' : 'accepted']++
      return flagged ? 'flagged' : 'accepted'
    })
    if (stored.length > 0) deps.onStored(stored)
    return taken
  }

  function notStored(observations: readonly Observation[], cause: unknown): never {
    for (const { fix } of observations) deps.devices.stop(fix.device, 'history')
    throw cause
  }

  const commits = groupCommit(write)
  return {
    add: (observations) => (observations.length === 0 ? Promise.resolve([]) : commits.add(observations).catch((cause: unknown) => notStored(observations, cause))),
    settled: commits.settled,
    ageMs: deps.ageMs,
  }
}

/** What would be shown, and is not: of a shift that is over nothing is. */
function isUnknownHere(live: LiveUnits, { unit, fix }: PositionRow): boolean {
  const duty = live.findByHandle(unit)
  const since = duty && openShift(duty)?.startedAt
  if (since === undefined || fix.fixAt < since) return false
  const { place, suspect } = live.track(unit)
  return (!place || isNewer(fix, place)) && (!suspect || isNewer(fix, suspect))
}

/**
 * The newest fix of each source, a device or a unit itself, that this process has handed to the database, whether it was written or not.
 *
 * What is newer than that is new but for what other nodes took or an earlier process did; what is not may be known.
 * It decides only how a row is written, never whether. Some 8 bytes a source: short numbers come from sequences.
 */
function newestOfSources() {
  let ofDevices = new Float64Array(0)
  let ofUnits = new Float64Array(0)
  const roomFor = (marks: Float64Array<ArrayBuffer>, number: number) => {
    if (number < marks.length) return marks
    const wider = new Float64Array(Math.max(1024, 2 * number))
    wider.set(marks)
    return wider
  }
  return {
    /** Whether this is newer than all before it. @param placedAt  of the unit's place, which counts for a source that was not heard yet */
    raise(unit: number, { device, fixAt }: Fix, placedAt: number): boolean {
      const marks = device > 0 ? (ofDevices = roomFor(ofDevices, device)) : (ofUnits = roomFor(ofUnits, unit))
      const source = device > 0 ? device : unit
      const before = marks[source] || placedAt
      if (fixAt <= before) return false
      marks[source] = fixAt
      return true
    },
  }
}
