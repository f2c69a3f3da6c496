/** Take the positions of a look away as a file. That is written down too, with a reason of its own, before a point of it is read. */
import type { Actor } from '#kernel/actor.ts'
import { isRefused, refuse, type Refused } from '#kernel/decision.ts'
import type { CommandId, Instant } from '#kernel/names.ts'
import type { ExportFormat, OversightEvent } from './contract.ts'
import type { OversightDeps, PastFixes, PastUnit } from './deps.ts'
import { geojsonFeatures, geojsonHead, geojsonTail } from './geojson.ts'
import { gpxHead, gpxTail, gpxTrack } from './gpx.ts'
import { readable, unitsOf } from './open-playback.ts'
import { positionsHead, positionsLines } from './positions-csv.ts'
import { allPositions } from './read-playback.ts'
import { partsOf } from './store.ts'
import { stretchesOf } from './stretches.ts'

/** Of one file: a unit’s month at a fix in five seconds; the units of a county for an hour and a half. */
export const exportMax = 600_000

/** What a file says of itself. */
export type ExportAbout = { readonly name: string; readonly reason: string; readonly madeAt: Instant }
export type ExportedUnit = Pick<PastUnit, 'id' | 'callSign' | 'kind' | 'agency'> & { readonly agencyName: string }

export type Exported = { /** Made as it is sent. */ readonly pieces: Iterable<string>; readonly mediaType: string; readonly name: string }

const mediaTypes: Readonly<Record<ExportFormat, string>> = {
  gpx: 'application/gpx+xml; charset=utf-8',
  geojson: 'application/geo+json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
}

export async function exportPlayback(
  deps: OversightDeps,
  { actor, language }: { readonly actor: Actor; readonly language: 'zh' | 'en' },
  id: string,
  { commandId, format, reason }: { readonly commandId: CommandId; readonly format: ExportFormat; readonly reason: string },
): Promise<Exported | Refused> {
  const playback = await readable(deps, actor, id)
  if (isRefused(playback)) return playback
  const units = await unitsOf(deps, actor, playback)
  const at = deps.now()
  const agencies = await partsOf(deps.db, id)
  const event: OversightEvent = { type: 'playback-exported', at, format, reason: reason.trim() }
  const outcome = await deps.journal.act({ id: commandId, actor, at, fingerprint: `export playback ${id} ${format} ${reason}` }, async (tx) => {
    for (const agency of agencies) tx.append(`playback/${id}`, agency, [event])
    return { answer: null }
  })
  if (isRefused(outcome)) return outcome

  const names = new Map<string, string>()
  for (const { agency } of units) {
    if (names.has(agency)) continue
    const found = await deps.findAgency(agency)
    names.set(agency, (language === 'en' ? found?.nameEn : null) ?? found?.name ?? agency)
  }
  const stamp = (instant: Instant) => new Date(instant).toISOString().slice(0, 16).replace(/[-:]/g, '')
  const name = `positions-${stamp(playback.from)}Z-${stamp(playback.to)}Z`
  const about = { name, reason: reason.trim(), madeAt: at }
  // All of it before the first piece goes: a fault of the database is an answer then, and no file that breaks off.
  const tracks: Track[] = []
  let count = 0
  for (const unit of units) {
    const pieces: PastFixes[] = []
    for await (const { fixes } of allPositions(deps, [unit], playback)) {
      count += fixes.fixAt.length
      if (count > exportMax) return refuse('playback-export-too-large', { limit: exportMax })
      pieces.push(fixes)
    }
    tracks.push({ unit: { ...unit, agencyName: names.get(unit.agency)! }, shifts: unit.shifts, fixes: joined(pieces) })
  }
  return { pieces: fileOf(format, about, tracks, language, deps.timeZone()), mediaType: mediaTypes[format], name: `${name}.${format}` }
}

type Track = { readonly unit: ExportedUnit; readonly shifts: Parameters<typeof stretchesOf>[1]; readonly fixes: PastFixes }

/** The file, some thousand rows at a time. */
export function* fileOf(format: ExportFormat, about: ExportAbout, tracks: readonly Track[], language: 'zh' | 'en', timeZone: string): Generator<string> {
  yield { csv: () => positionsHead(language), gpx: () => gpxHead(about), geojson: () => geojsonHead(about) }[format]()
  let goesOn = false
  for (const { unit, shifts, fixes } of tracks) {
    if (format === 'csv') {
      yield* positionsLines(unit, fixes, timeZone)
      continue
    }
    const stretches = stretchesOf(fixes, shifts)
    yield* format === 'gpx' ? gpxTrack(unit, fixes, stretches) : geojsonFeatures(unit, fixes, stretches, goesOn)
    goesOn ||= stretches.length > 0
  }
  yield { csv: '', gpx: gpxTail, geojson: geojsonTail }[format]
}

const joined = (pieces: readonly PastFixes[]): PastFixes =>
  pieces.length === 1
    ? pieces[0]!
    : {
        fixAt: pieces.flatMap((piece) => piece.fixAt),
        lon: pieces.flatMap((piece) => piece.lon),
        lat: pieces.flatMap((piece) => piece.lat),
        speed: pieces.flatMap((piece) => piece.speed),
        course: pieces.flatMap((piece) => piece.course),
        flagged: pieces.flatMap((piece) => piece.flagged),
      }
