/** A point on the map in words a person can drive to: `贵溪大道/冶金大道路口`, `雄石路，距沿河路口 120 米`. */
import { nearestEdgeWhere } from '#core/graph/grid.ts'
import type { RoadGraph } from '#core/graph/road-graph.ts'
import type { SpokenPlace } from './contract.ts'
import { metersBetween } from './search.ts'
import type { Gazetteer, GazetteerEntry } from './town-store.ts'

const CROSSING_METERS = 40
const STREET_METERS = 300
/** A crossing farther than this says nothing about where on its street one is. */
const FROM_CROSSING_METERS = 1_500
const BESIDE_METERS = 60
const NEAR_POI_METERS = 250

/** O(crossings + places); the nearest street through the road graph's own grid. */
export function sayPlace(graph: RoadGraph, gazetteer: Gazetteer, lon: number, lat: number): SpokenPlace {
  const here = { lon, lat }
  const crossings = gazetteer.entries.filter((entry) => entry.kind === 'crossing')
  const crossing = nearest(crossings, here, CROSSING_METERS)
  const snap = nearestEdgeWhere(graph, lon, lat, (edge) => graph.edgeStreet[edge]! >= 0, STREET_METERS)
  if (crossing) {
    return { text: `${crossing.entry.name}${junctionWord(crossing.entry.name)}`, textEn: crossing.entry.nameEn ?? crossing.entry.name, distanceMeters: snap ? Math.round(snap.meters) : null }
  }
  if (snap) {
    const street = gazetteer.streets[graph.edgeStreet[snap.edge]!]!
    const onIt = crossings.filter(({ streets }) => streets?.some((other) => gazetteer.streets[other]!.name === street.name))
    const from = nearest(onIt, here, FROM_CROSSING_METERS)
    const aside = snap.meters > BESIDE_METERS ? Math.round(snap.meters / 10) * 10 : 0
    let [text, textEn] = [street.name, street.nameEn ?? street.name]
    if (aside > 0) [text, textEn] = [`${text}旁 ${aside} 米`, `${aside} m off ${textEn}`]
    if (from) {
      const other = gazetteer.streets[from.entry.streets!.find((each) => gazetteer.streets[each]!.name !== street.name)!]!
      const meters = Math.max(10, Math.round(from.meters / 10) * 10)
      text += `，距${spaced(other.name)}${junctionWord(other.name)} ${meters} 米`
      textEn += `, ${meters} m from ${other.nameEn ?? other.name}`
    } else {
      const poi = nearest(gazetteer.entries.filter((entry) => entry.kind === 'poi' || entry.kind === 'place'), here, NEAR_POI_METERS)
      if (poi) [text, textEn] = [`${text}，近${poi.entry.name}`, `${textEn}, near ${poi.entry.nameEn ?? poi.entry.name}`]
    }
    return { text, textEn, distanceMeters: Math.round(snap.meters) }
  }
  const place = nearest(gazetteer.entries.filter((entry) => entry.kind !== 'crossing'), here, 5_000)
  if (place) {
    const meters = Math.round(place.meters / 10) * 10
    const en = place.entry.nameEn ?? place.entry.name
    return { text: meters < 100 ? `${place.entry.name}附近` : `距${spaced(place.entry.name)} ${meters} 米`, textEn: meters < 100 ? `near ${en}` : `${meters} m from ${en}`, distanceMeters: null }
  }
  const point = `${lat.toFixed(5)}, ${lon.toFixed(5)}`
  return { text: point, textEn: point, distanceMeters: null }
}

/** 沿河路 → 沿河路口; 冶金大道 → 冶金大道路口; a Latin name gets a space. */
const junctionWord = (name: string) => (/路$/.test(name) ? '口' : /\p{Script=Han}$/u.test(name) ? '路口' : ' 路口')
const spaced = (name: string) => (/^\p{Script=Han}/u.test(name) ? name : ` ${name}`)

function nearest(entries: readonly GazetteerEntry[], here: { lon: number; lat: number }, most: number) {
  let best: { entry: GazetteerEntry; meters: number } | undefined
  for (const entry of entries) {
    const meters = metersBetween(here, entry)
    if (meters <= (best?.meters ?? most)) best = { entry, meters }
  }
  return best
}
