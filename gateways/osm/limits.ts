/** Speed limits as the map writes them. wiki.openstreetmap.org/wiki/Key:maxspeed. */

/** Limits by a zone's name, where a country code stands before it: "CN:urban", "DE:zone:30", "GB:nsl_single". */
const zones: readonly (readonly [RegExp, number])[] = [
  [/:(urban|built_up)$/, 50], [/:(rural|trunk)$/, 80], [/:nsl_single$/, 96], [/:nsl_dual$/, 112], [/:motorway$/, 120], [/:(living_street|walk|bicycle_road_walk)$/, 8], [/^[A-Z]{2}:(?:zone:?)?(\d+)$/, 0],
]

/** A speed limit in km/h: "50", "30 mph", "CN:urban"; undefined where it says nothing useful. */
export function kmhOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (text === 'walk') return 8
  if (/^\d+$/.test(text)) return sane(Number(text))
  for (const [pattern, kmh] of zones) {
    const found = pattern.exec(text)
    if (found) return kmh > 0 ? kmh : Number(found[1])
  }
  const found = /^(\d+(?:\.\d+)?)\s*(mph|km\/h|kmh|kph|knots)?$/.exec(text.trim())
  if (!found) return undefined
  const value = Number(found[1])
  const kmh = found[2] === 'mph' ? value * 1.609344 : found[2] === 'knots' ? value * 1.852 : value
  return sane(kmh)
}

const sane = (kmh: number) => (kmh >= 3 && kmh <= 200 ? kmh : undefined)
