/** What the town's threads do: travel times, ways, names to points and points to words, on memory that all of them share. */
import { workerData } from 'node:worker_threads'
import { nearestEdge, type Snap } from '#core/graph/grid.ts'
import { readGraph } from '#core/graph/graph-file.ts'
import { boundsOf, type RoadGraph } from '#core/graph/road-graph.ts'
import { streetsOf, type Streets } from '#core/graph/streets.ts'
import { arrivals, route } from '#core/graph/travel.ts'
import { seeded } from '#core/random.ts'
import { soundsOf } from '#gateways/osm/names.ts'
import type { Arrival, PlaceView, RouteView, SpokenPlace, Traveller, TravelMode } from './contract.ts'
import { sayPlace } from './say-place.ts'
import { search, searchIndex, type Near, type SearchIndex } from './search.ts'
import type { Gazetteer } from './town-store.ts'

type Point = { readonly lon: number; readonly lat: number }
export type TownTask =
  | { readonly do: 'arrivals'; readonly to: Point; readonly travellers: readonly Traveller[] }
  | { readonly do: 'way'; readonly from: Point; readonly to: Point; readonly mode: TravelMode }
  | { readonly do: 'search'; readonly text: string; readonly limit: number; readonly near: Near | undefined }
  | { readonly do: 'say'; readonly lon: number; readonly lat: number }
export type TownAnswers = {
  arrivals: readonly Arrival[]
  way: RouteView | undefined
  search: readonly PlaceView[]
  say: SpokenPlace
}
export type TownData = { readonly graph: Uint8Array; readonly gazetteer: Uint8Array; readonly warm: boolean }

/** One town's answers. `server/compose.ts` has it in threads; tests may call it here. */
export function townAnswers(graph: RoadGraph, gazetteer: Gazetteer) {
  const streets: Record<TravelMode, Streets> = { car: streetsOf(graph, 'car'), foot: streetsOf(graph, 'foot') }
  let index: SearchIndex | undefined // made at the first search: who only asks for ways need not wait for it
  return {
    arrivals(to: Point, travellers: readonly Traveller[]): Arrival[] {
      const found: Arrival[] = []
      for (const mode of ['car', 'foot'] as const) {
        const those = travellers.filter((traveller) => traveller.mode === mode)
        if (those.length === 0) continue
        const goal = nearestEdge(graph, mode, to.lon, to.lat)
        if (!goal) continue
        const placed = those
          .map((traveller) => ({ id: traveller.id, snap: nearestEdge(graph, mode, traveller.lon, traveller.lat) }))
          .filter((each): each is { id: string; snap: Snap } => each.snap !== undefined)
        const { milliseconds, meters } = arrivals(streets[mode], goal, placed.map(({ snap }) => snap))
        placed.forEach(({ id }, i) => {
          if (milliseconds[i] !== Infinity) found.push({ id, seconds: milliseconds[i]! / 1000, meters: meters[i]! })
        })
      }
      return found.sort((a, b) => a.seconds - b.seconds || a.meters - b.meters || (a.id < b.id ? -1 : 1))
    },
    way(from: Point, to: Point, mode: TravelMode): RouteView | undefined {
      const start = nearestEdge(graph, mode, from.lon, from.lat)
      const goal = nearestEdge(graph, mode, to.lon, to.lat)
      const way = start && goal && route(streets[mode], start, goal)
      if (!way) return undefined
      const geometry: [number, number][] = []
      for (let i = 0; i < way.points.length; i += 2) {
        const point: [number, number] = [way.points[i]!, way.points[i + 1]!]
        const last = geometry.at(-1)
        if (!last || last[0] !== point[0] || last[1] !== point[1]) geometry.push(point)
      }
      return { seconds: way.milliseconds / 1000, meters: way.meters, geometry }
    },
    search(text: string, limit: number, near: Near | undefined): PlaceView[] {
      index ??= searchIndex(gazetteer, soundsOf)
      return search(index, text, limit, near).map(({ entry, meters }) => ({
        id: entry.id,
        kind: entry.kind,
        name: entry.name,
        nameEn: entry.nameEn,
        detail: entry.detail,
        lon: entry.lon,
        lat: entry.lat,
        distanceMeters: meters === null ? null : Math.round(meters),
      }))
    },
    say: (lon: number, lat: number): SpokenPlace => sayPlace(graph, gazetteer, lon, lat),
  }
}

/** Run some searches, so that the first real one finds the machine code ready. */
function warmUp(answers: ReturnType<typeof townAnswers>, graph: RoadGraph): void {
  const [west, south, east, north] = boundsOf(graph)
  const random = seeded(1)
  const point = () => ({ lon: west + random() * (east - west), lat: south + random() * (north - south) })
  for (let i = 0; i < 12; i++) {
    const travellers = Array.from({ length: 40 }, (_, k): Traveller => ({ id: `${k}`, mode: k % 8 === 7 ? 'foot' : 'car', ...point() }))
    answers.arrivals(point(), travellers)
  }
}

let answers: ReturnType<typeof townAnswers> | undefined
function loaded() {
  if (!answers) {
    const data = workerData as TownData
    const graph = readGraph(data.graph, { trust: true })
    answers = townAnswers(graph, JSON.parse(new TextDecoder().decode(data.gazetteer.slice())) as Gazetteer)
    if (data.warm) warmUp(answers, graph)
  }
  return answers
}
if ((workerData as Partial<TownData> | null)?.graph) loaded()

/** The pool's way in. */
export default function perform(task: TownTask): TownAnswers[TownTask['do']] {
  const town = loaded()
  switch (task.do) {
    case 'arrivals':
      return town.arrivals(task.to, task.travellers)
    case 'way':
      return town.way(task.from, task.to, task.mode)
    case 'search':
      return town.search(task.text, task.limit, task.near)
    case 'say':
      return town.say(task.lon, task.lat)
  }
}
