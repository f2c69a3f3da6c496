/** Tracks as GeoJSON (RFC 7946): a line for each stretch, with what belongs to its places as rows of the same length. Pure. */
import type { PastFixes } from './deps.ts'
import type { ExportAbout, ExportedUnit } from './export-playback.ts'

export const geojsonHead = ({ name, reason, madeAt }: ExportAbout): string =>
  `{"type":"FeatureCollection","name":${JSON.stringify(name)},"reason":${JSON.stringify(reason)},"madeAt":"${new Date(madeAt).toISOString()}","features":[`

/** A stretch of one fix alone is a point: a line has two ends. */
export function geojsonFeatures({ id, callSign, agency, agencyName, kind }: ExportedUnit, fixes: PastFixes, stretches: readonly (readonly number[])[]): string[] {
  return stretches.map((stretch) => {
    const places = stretch.map((index) => [fixes.lon[index]! / 1e6, fixes.lat[index]! / 1e6])
    const known = (value: number, of: number) => (value < 0 ? null : value / of)
    const coordinateProperties = {
      times: stretch.map((index) => new Date(fixes.fixAt[index]!).toISOString()),
      speedsKmh: stretch.map((index) => known(fixes.speed[index]!, 10)),
      coursesDeg: stretch.map((index) => known(fixes.course[index]!, 1)),
    }
    return JSON.stringify({
      type: 'Feature',
      geometry: places.length > 1 ? { type: 'LineString', coordinates: places } : { type: 'Point', coordinates: places[0] },
      properties: { unit: id, callSign, agency, agencyName, kind, coordinateProperties },
    })
  })
}

export const geojsonTail = ']}\n'
