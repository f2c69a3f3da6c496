import { distanceMeters } from '#core/geo/distance.ts'
import { scopeOf, type Actor } from '#kernel/actor.ts'
import { refuse } from '#kernel/decision.ts'
import type { UnitId } from '#kernel/names.ts'
import { secondsWithin, travelOf, type Arrival, type ArrivalsAsked, type RouteView } from '#modules/roads/contract.ts'
import { watchRoom } from './access.ts'
import type { ResourceView } from './contract.ts'
import type { DispatchDeps } from './deps.ts'
import { estimatedSeconds, isUrgent, isUsable, recommend, travellerOf, unusable, type Language, type Placed } from './recommendation.ts'

type Place = { readonly lon: number; readonly lat: number }

type Asked = { readonly needs: readonly string[]; readonly priority?: number; readonly incident?: string; readonly limit: number; readonly all: boolean; readonly language: Language }

/** Who should go to a place: fresh free units that the caller may send, by exact road time on the streets as they are now. */
export async function recommendUnits(deps: Pick<DispatchDeps, 'roads' | 'liveUnits' | 'now'>, actor: Actor, to: Place, asked: Asked) {
  const units = deps.liveUnits(scopeOf(actor, watchRoom))
  const { listed, arrivals, openRoads } = await firstOnTheList(deps, to, units.filter(isUsable), asked)
  const at = deps.now()
  const how = { openRoads, ...(asked.priority === undefined ? {} : { priority: asked.priority }) }
  const items = recommend(to, listed, arrivals, asked.needs, asked.language, at, how).slice(0, asked.limit)
  return asked.all ? { items, unusable: unusable(units, asked.incident, asked.language, at) } : { items }
}

/**
 * Those who stand first on the list of everybody, and what it takes to say why: asked for as many as are wanted and no more.
 *
 * The list is those who have what is needed, then the others; in each the ones who come by road, then those whom a closed road bars, then
 * those whom no road leads from.
 */
async function firstOnTheList({ roads }: Pick<DispatchDeps, 'roads'>, to: Place, free: readonly Placed[], { needs, priority, limit }: Asked) {
  const arrivalsOf = (units: readonly Placed[], asked: ArrivalsAsked): Promise<readonly Arrival[]> =>
    units.length === 0 ? Promise.resolve([]) : roads.arrivals(to, units.map((unit) => travellerOf(unit, priority)), asked)
  const isClosed = roads.closureCount() > 0
  const isAble = (unit: Placed) => needs.every((need) => unit.capabilities.includes(need))
  const lacking = free.filter((unit) => !isAble(unit))

  const listed = new Set<Placed>()
  const arrivals: Arrival[] = []
  const barred: Arrival[] = []
  for (const group of [free.filter(isAble), lacking]) {
    const open = () => limit - listed.size
    if (open() <= 0) break
    const came = await arrivalsOf(group, { countMax: open() })
    arrivals.push(...came)
    for (const unit of those(group, came)) listed.add(unit)
    const left = group.filter((unit) => !listed.has(unit))
    if (open() <= 0 || left.length === 0) continue
    const asIfOpen = isClosed ? await arrivalsOf(left, { countMax: open(), openRoads: true }) : []
    barred.push(...asIfOpen)
    for (const unit of those(left, asIfOpen)) listed.add(unit)
    const straight = left.filter((unit) => !listed.has(unit)).sort((a, b) => estimatedSeconds(a, to) - estimatedSeconds(b, to) || (a.id < b.id ? -1 : 1))
    for (const unit of straight.slice(0, Math.max(0, open()))) listed.add(unit)
  }
  // the others are measured against the nearest of all, whatever he lacks
  const [nearest] = lacking.length > 0 ? await arrivalsOf(lacking, { countMax: 1 }) : []
  if (nearest && !arrivals.some(({ id }) => id === nearest.id)) {
    arrivals.push(nearest)
    for (const unit of those(lacking, [nearest])) listed.add(unit)
  }
  const detours = isClosed ? await arrivalsOf(those(free, arrivals), { openRoads: true }) : []
  return { listed: [...listed], arrivals, openRoads: [...barred, ...detours] }
}

function those(units: readonly Placed[], arrivals: readonly Arrival[]): Placed[] {
  const ids = new Set(arrivals.map(({ id }) => id))
  return units.filter(({ id }) => ids.has(id))
}

/** The way of one unit to a place, from where it is now. */
export async function wayOf(deps: Pick<DispatchDeps, 'roads' | 'liveUnits'>, actor: Actor, to: Place, unitId: UnitId, asked: { readonly priority?: number; readonly alsoOwn?: UnitId } = {}) {
  const unit =
    deps.liveUnits(scopeOf(actor, watchRoom)).find((each) => each.id === unitId) ??
    (asked.alsoOwn === unitId ? deps.liveUnits().find((each) => each.id === unitId) : undefined)
  if (!unit) return refuse('unit-not-found')
  if (unit.lon === null || unit.lat === null) return refuse('unit-without-position', { callSign: unit.callSign })
  const { mode, metersPerSecondMax } = travelOf(unit.kind, isUrgent(asked.priority))
  const way = await deps.roads.way({ lon: unit.lon, lat: unit.lat }, to, mode)
  return way ? within(metersPerSecondMax, way) : refuse('way-not-found', { callSign: unit.callSign })
}

/** The same way at no more than a speed: as long as the list of units says, every step as much longer as the whole. */
function within(metersPerSecondMax: number | undefined, way: RouteView): RouteView {
  const seconds = secondsWithin(metersPerSecondMax, way.seconds, way.meters)
  return seconds === way.seconds ? way : { ...way, seconds, steps: way.steps.map((step) => ({ ...step, seconds: (step.seconds * seconds) / way.seconds })) }
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
