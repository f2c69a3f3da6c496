import { distanceMeters } from '#core/geo/distance.ts'
import { scopeOf, type Actor } from '#kernel/actor.ts'
import { refuse } from '#kernel/decision.ts'
import type { UnitId } from '#kernel/names.ts'
import { watchRoom } from './access.ts'
import type { ResourceView } from './contract.ts'
import type { DispatchDeps } from './deps.ts'
import { isUsable, modeOf, recommend, travellerOf, unusable, type Language, type Placed } from './recommendation.ts'

type Place = { readonly lon: number; readonly lat: number }

/** With more free units than this, only the first to arrive are asked for. */
const everybodyMax = 300
/** The first ones of all, and the first ones of those who have what is needed. */
const firstCount = 100

/** Who should go to a place: fresh free units that the caller may send, by exact road time on the streets as they are now. */
export async function recommendUnits(
  deps: Pick<DispatchDeps, 'roads' | 'liveUnits' | 'now'>,
  actor: Actor,
  to: Place,
  asked: { readonly needs: readonly string[]; readonly priority?: number; readonly incident?: string; readonly limit: number; readonly all: boolean; readonly language: Language },
) {
  const units = deps.liveUnits(scopeOf(actor, watchRoom))
  const free = units.filter(isUsable)
  const { priority } = asked
  const { usable, arrivals } = await firstToArrive(deps, to, free, asked.needs, priority)
  const openRoads = deps.roads.closureCount() > 0 ? await deps.roads.arrivals(to, usable.map((unit) => travellerOf(unit, priority)), { openRoads: true }) : []
  const at = deps.now()
  const items = recommend(to, usable, arrivals, asked.needs, asked.language, at, { openRoads, ...(priority === undefined ? {} : { priority }) }).slice(0, asked.limit)
  return asked.all ? { items, unusable: unusable(units, asked.incident, asked.language, at) } : { items }
}

/** The units worth listing and their arrivals: all of them, or, of very many, those who come first. */
async function firstToArrive(deps: Pick<DispatchDeps, 'roads'>, to: Place, free: readonly Placed[], needs: readonly string[], priority: number | undefined) {
  const travellers = (of: readonly Placed[]) => of.map((unit) => travellerOf(unit, priority))
  if (free.length <= everybodyMax) return { usable: free, arrivals: await deps.roads.arrivals(to, travellers(free)) }
  const able = needs.length > 0 ? free.filter((unit) => needs.every((need) => unit.capabilities.includes(need))) : []
  const found = [
    ...(await deps.roads.arrivals(to, travellers(free), { countMax: firstCount })),
    ...(able.length > 0 ? await deps.roads.arrivals(to, travellers(able), { countMax: firstCount }) : []),
  ]
  const arrivals = new Map(found.map((arrival) => [arrival.id, arrival]))
  const usable = free.filter((unit) => arrivals.has(unit.id))
  return { usable: usable.length > 0 ? usable : free.slice(0, everybodyMax), arrivals: [...arrivals.values()] }
}

/** The way of one unit to a place, from where it is now. */
export async function wayOf(deps: Pick<DispatchDeps, 'roads' | 'liveUnits'>, actor: Actor, to: Place, unitId: UnitId, asked: { readonly priority?: number; readonly alsoOwn?: UnitId } = {}) {
  const unit =
    deps.liveUnits(scopeOf(actor, watchRoom)).find((each) => each.id === unitId) ??
    (asked.alsoOwn === unitId ? deps.liveUnits().find((each) => each.id === unitId) : undefined)
  if (!unit) return refuse('unit-not-found')
  if (unit.lon === null || unit.lat === null) return refuse('unit-without-position', { callSign: unit.callSign })
  const way = await deps.roads.way({ lon: unit.lon, lat: unit.lat }, to, modeOf(unit.kind, asked.priority))
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
