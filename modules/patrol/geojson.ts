/** Fences as GeoJSON features, out and in. Pure. */
import { isRefused, refuse, type Refused } from '#kernel/decision.ts'
import { FenceOutline, FenceTells, FenceVisit, type FenceDrawing, type FenceView } from './contract.ts'
import { usualTells } from './fence.ts'

type Check = (schema: typeof FenceOutline | typeof FenceVisit | (typeof FenceTells.properties)[keyof typeof FenceTells.properties], value: unknown) => boolean
type Feature = { readonly properties?: Readonly<Record<string, unknown>> | null; readonly geometry: unknown }

/** A circle is a point with `radiusMeters`, a route a line with `widthMeters`. What `drawingOf` reads comes back; appliesTo and hours are for other programs to see. */
export function featureOf({ id, agency, name, geometry, appliesTo, tells, hours, severity, visitSeconds = null }: Omit<FenceView, 'alarms'>) {
  const { type, coordinates, ...size } = geometry
  return { type: 'Feature', id, properties: { name, agency, severity, ...tells, ...size, visitSeconds, appliesTo, hours }, geometry: { type, coordinates } }
}

/**
 * A feature of a file as a drawing, for all units at all hours.
 *
 * @param name   of a feature without a name
 * @param check  whether a value is what a schema of the contract says
 */
export function drawingOf({ properties, geometry }: Feature, name: string, check: Check): FenceDrawing | Refused {
  const given = properties ?? {}
  const outline = outlineOf(geometry, given, check)
  if (isRefused(outline)) return outline
  const tells: Record<string, unknown> = { ...usualTells }
  for (const key of Object.keys(FenceTells.properties)) if (given[key] !== undefined) tells[key] = given[key]
  for (const [key, schema] of Object.entries(FenceTells.properties)) if (!check(schema, tells[key])) return wrong(key, tells[key])
  const severity = given['severity'] ?? 'quiet'
  if (severity !== 'alarm' && severity !== 'quiet') return wrong('severity', severity)
  const visitSeconds = given['visitSeconds'] ?? null
  if (!check(FenceVisit, visitSeconds)) return wrong('visitSeconds', visitSeconds)
  const called = given['name'] ?? name
  if (typeof called !== 'string' || called.trim() === '' || called.length > 60) return wrong('name', called)
  return { name: called, geometry: outline, appliesTo: { to: 'all' }, tells: tells as FenceDrawing['tells'], hours: null, severity, visitSeconds: visitSeconds as number | null } // each was checked above
}

const wrong = (property: string, found: unknown): Refused => refuse('fence-property-wrong', { property, found: JSON.stringify(found)?.slice(0, 60) ?? 'undefined' })

function outlineOf(geometry: unknown, { radiusMeters, widthMeters }: Readonly<Record<string, unknown>>, check: Check): FenceOutline | Refused {
  const { type, coordinates } = (geometry ?? {}) as { type?: unknown; coordinates?: unknown } // looked at below
  const height = (place: unknown) => (Array.isArray(place) && place.length === 3 ? place.slice(0, 2) : place) // an altitude, which no fence has
  const outline =
    type === 'Point'
      ? { type, coordinates: height(coordinates), radiusMeters }
      : type === 'LineString'
        ? { type, coordinates: Array.isArray(coordinates) ? coordinates.map(height) : coordinates, widthMeters }
        : { type, coordinates: Array.isArray(coordinates) ? coordinates.map((ring: unknown) => (Array.isArray(ring) ? ring.map(height) : ring)) : coordinates }
  if (check(FenceOutline, outline)) return outline as FenceOutline // it was just checked
  if ((type === 'Point' && typeof radiusMeters !== 'number') || (type === 'LineString' && typeof widthMeters !== 'number')) return refuse('fence-no-outline', { found: type })
  return refuse('fence-no-outline', { found: type === 'Polygon' || type === 'Point' || type === 'LineString' ? `${type} ${JSON.stringify(coordinates)?.slice(0, 60) ?? ''}` : String(type ?? 'null').slice(0, 30) })
}
