import { scopeOf, type Actor } from '#kernel/actor.ts'
import { refuse } from '#kernel/decision.ts'
import type { UnitId } from '#kernel/names.ts'
import { watchRoom } from './access.ts'
import type { ResourceView } from './contract.ts'
import type { DispatchDeps } from './deps.ts'
import { isUsable, modeOf, recommend, travellerOf, unusable, type Language } from './recommendation.ts'
import { distanceMeters } from '#core/geo/distance.ts'

type Place = { readonly lon: number; readonly lat: number }

/** Who should go to a place: every fresh free unit that the caller may send, by exact road time. */
export async function recommendUnits(
  deps: Pick<DispatchDeps, 'roads' | 'liveUnits' | 'now'>,
  actor: Actor,
  to: Place,
  asked: { readonly needs: readonly string[]; readonly incident?: string; readonly limit: number; readonly all: boolean; readonly language: Language },
) {
  const units = deps.liveUnits(scopeOf(actor, watchRoom))
  const usable = units.filter(isUsable)
  const arrivals = await deps.roads.arrivals(to, usable.map(travellerOf))
  const at = deps.now()
  const items = recommend(to, usable, arrivals, asked.needs, asked.language, at).slice(0, asked.limit)
  return asked.all ? { items, unusable: unusable(units, asked.incident, asked.language, at) } : { items }
}

/** The way of one unit to a place, from where it is now. */
export async function wayOf(deps: Pick<DispatchDeps, 'roads' | 'liveUnits'>, actor: Actor, to: Place, unitId: UnitId, alsoOwn?: UnitId) {
  const unit =
    deps.liveUnits(scopeOf(actor, watchRoom)).find((each) => each.id === unitId) ??
    (alsoOwn === unitId ? deps.liveUnits().find((each) => each.id === unitId) : undefined)
  if (!unit) return refuse('unit-not-found')
  if (unit.lon === null || unit.lat === null) return refuse('unit-without-position', { callSign: unit.callSign })
  const way = await deps.roads.way({ lon: unit.lon, lat: unit.lat }, to, modeOf(unit.kind))
  return way ?? refuse('way-not-found', { callSign: unit.callSign })
}

/** What helps near a place: the stations, by the time from them by car. */
export async function resourcesNear(deps: Pick<DispatchDeps, 'roads' | 'listStations'>, actor: Actor, to: Place): Promise<ResourceView[]> {
  const stations = (await deps.listStations(scopeOf(actor, watchRoom))).flatMap((station) =>
    station.lon === null || station.lat === null ? [] : [{ ...station, lon: station.lon, lat: station.lat }],
  )
  const travellers = stations.map(({ id, lon, lat }) => ({ id, lon, lat, mode: 'car' as const }))
  const arrivalOf = new Map((await deps.roads.arrivals(to, travellers)).map((arrival) => [arrival.id, arrival]))
  return stations
    .map((station): ResourceView => {
      const arrival = arrivalOf.get(station.id)
      return {
        id: station.id,
        kind: 'station',
        agency: station.path,
        name: station.name,
        nameEn: station.nameEn,
        lon: station.lon,
        lat: station.lat,
        travelSeconds: arrival?.seconds ?? null,
        distanceMeters: arrival?.meters ?? distanceMeters(station.lon, station.lat, to.lon, to.lat),
      }
    })
    .sort((a, b) => (a.travelSeconds ?? Infinity) - (b.travelSeconds ?? Infinity) || a.distanceMeters - b.distanceMeters)
}
