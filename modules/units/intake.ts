/** Where every fix goes in, whatever door it came through: judged, stored with others, and only then shown. */
import type { UnitsNeeds } from './deps.ts'
import type { Devices } from './device.ts'
import { isNewer, withFix, type Fix, type Track } from './fix.ts'
import type { StoredFix } from './fix-wire.ts'
import { groupCommit } from './group-commit.ts'
import type { LiveUnits } from './live.ts'
import { isOutlier, type StepName } from './pipeline.ts'
import { insertPositions, keyOf, type DayKeeper, type PositionRow } from './positions-store.ts'

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
  /** Told that a fix which came again is on disk and was not shown: the node that took it died before it told. */
  readonly onUntold: () => void
}): Intake {
  async function write(observations: readonly Observation[]): Promise<Taken[]> {
    await deps.days.ensure(observations.map(({ fix }) => fix.fixAt))

    // Each is judged by what the ones before it in this batch would have made of the track.
    const tracks = new Map<number, Track>()
    const rows = new Map<string, PositionRow>()
    const keys = observations.map(({ unit, fix, altitudeMeters, leftOut }) => {
      const key = keyOf(unit, fix)
      if (rows.has(key)) return undefined // said twice in one batch
      const track = tracks.get(unit) ?? deps.live.track(unit)
      const flagged = isOutlier(track, fix, leftOut)
      tracks.set(unit, withFix(track, fix, flagged))
      rows.set(key, { unit, fix, altitudeMeters, flagged })
      return key
    })

    const written = await insertPositions(deps.db, [...rows.values()])

    const stored: StoredFix[] = []
    const taken = observations.map(({ unit, fix }, index): Taken => {
      const key = keys[index]
      const status = deps.devices.status(fix.device)
      if (key === undefined || (written !== 'all' && !written.has(key))) {
        status.stopped.duplicate++
        status.taken.duplicates++
        const { place, suspect } = deps.live.track(unit)
        if (key !== undefined && (!place || isNewer(fix, place)) && (!suspect || isNewer(fix, suspect))) deps.onUntold()
        return 'duplicate'
      }
      const { flagged } = rows.get(key)!
      deps.live.place(unit, fix, flagged)
      stored.push({ unit, fix, flagged })
      if (status.fixAt === null || fix.fixAt > status.fixAt) status.fixAt = fix.fixAt
      if (flagged) status.stopped.outlier++
      status.taken[flagged ? 'flagged' : 'accepted']++
      return flagged ? 'flagged' : 'accepted'
    })
    if (stored.length > 0) deps.onStored(stored)
    return taken
  }

  const commits = groupCommit(write)
  return {
    add: (observations) => (observations.length === 0 ? Promise.resolve([]) : commits.add(observations)),
    settled: commits.settled,
    ageMs: deps.ageMs,
  }
}
