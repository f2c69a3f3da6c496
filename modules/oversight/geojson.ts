/** Tracks as GeoJSON (RFC 7946): a line for each stretch, with what belongs to its places as rows of the same length. Pure. */
import type { PastFixes } from './deps.ts'
import type { ExportAbout, ExportedUnit } from './export-playback.ts'
import { inPieces } from './pieces.ts'

export const geojsonHead = ({ name, reason, madeAt }: ExportAbout): string =>
  `{"type":"FeatureCollection","name":${JSON.stringify(name)},"reason":${JSON.stringify(reason)},"madeAt":"${new Date(madeAt).toISOString()}","features":[`

/** Features with commas between, and before the first where it `goesOn`. A stretch of one fix alone is a point: a line has two ends. */
export function* geojsonFeatures({ id, callSign, agency, agencyName, kind }: ExportedUnit, fixes: PastFixes, stretches: readonly (readonly number[])[], goesOn: boolean): Generator<string> {
  const place = (index: number) => `[${fixes.lon[index]! / 1e6},${fixes.lat[index]! / 1e6}]`
  const known = (value: number, of: number) => (value < 0 ? 'null' : String(value / of))
  const rows: Readonly<Record<string, (index: number) => string>> = {
    times: (index) => `"${new Date(fixes.fixAt[index]!).toISOString()}"`,
    speedsKmh: (index) => known(fixes.speed[index]!, 10),
    coursesDeg: (index) => known(fixes.course[index]!, 1),
  }
  const properties = JSON.stringify({ unit: id, callSign, agency, agencyName, kind })
  for (const [n, stretch] of stretches.entries()) {
    const isLine = stretch.length > 1
    yield `${n > 0 || goesOn ? ',\n' : ''}{"type":"Feature","geometry":{"type":"${isLine ? 'LineString' : 'Point'}","coordinates":${isLine ? '[' : ''}`
    yield* inPieces(stretch, place, ',')
    yield `${isLine ? ']' : ''}},"properties":${properties.slice(0, -1)},"coordinateProperties":`
    for (const [name, say] of Object.entries(rows)) {
      yield `${name === 'times' ? '{' : ','}"${name}":[`
      yield* inPieces(stretch, say, ',')
      yield ']'
    }
    yield '}}}'
  }
}

export const geojsonTail = ']}\n'
