/** Tracks as GPX 1.1 (Topografix 2004): a `trk` for each unit, a `trkseg` for each stretch. Speed and course as Garmin’s TrackPointExtension 2. Pure. */
import type { Instant } from '#kernel/names.ts'
import type { PastFixes } from './deps.ts'
import type { ExportAbout, ExportedUnit } from './export-playback.ts'
import { inPieces } from './pieces.ts'

export const gpxHead = ({ name, reason, madeAt }: ExportAbout): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Gengfu" xmlns="http://www.topografix.com/GPX/1/1" xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.topografix.com/GPX/1/1 http://www.topografix.com/GPX/1/1/gpx.xsd">
<metadata><name>${xml(name)}</name><desc>${xml(reason)}</desc><time>${time(madeAt)}</time></metadata>
`

export function* gpxTrack({ callSign, agencyName, kind }: ExportedUnit, fixes: PastFixes, stretches: readonly (readonly number[])[]): Generator<string> {
  if (stretches.length === 0) return
  yield `<trk><name>${xml(callSign)}</name><desc>${xml(agencyName)}</desc><type>${xml(kind)}</type>\n`
  for (const stretch of stretches) {
    yield '<trkseg>\n'
    yield* inPieces(stretch, (index) => point(fixes, index))
    yield '</trkseg>\n'
  }
  yield '</trk>\n'
}

export const gpxTail = '</gpx>\n'

function point({ fixAt, lon, lat, speed, course }: PastFixes, index: number): string {
  const [v, c] = [speed[index]!, course[index]!]
  const said = [v < 0 ? '' : `<gpxtpx:speed>${Number((v / 36).toFixed(2))}</gpxtpx:speed>`, c < 0 ? '' : `<gpxtpx:course>${c % 360}</gpxtpx:course>`].join('')
  const more = said && `<extensions><gpxtpx:TrackPointExtension>${said}</gpxtpx:TrackPointExtension></extensions>`
  return `<trkpt lat="${degrees(lat[index]!)}" lon="${degrees(lon[index]!)}"><time>${time(fixAt[index]!)}</time>${more}</trkpt>\n`
}

const time = (at: Instant) => new Date(at).toISOString()
const degrees = (micro: number) => (micro / 1e6).toFixed(6)

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/** Text in XML 1.0: what it may not hold in any form is left out. */
function xml(text: string): string {
  return text
    .toWellFormed()
    // oxlint-disable-next-line no-control-regex -- these are what is to be found
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[&<>"']/g, (letter) => entities[letter]!)
}
