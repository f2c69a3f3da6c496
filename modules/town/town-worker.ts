/** What the town's threads do: names to points and points to words, on memory that all of them share. */
import { workerData } from 'node:worker_threads'
import { readGraph } from '#core/graph/graph-file.ts'
import type { RoadGraph } from '#core/graph/road-graph.ts'
import { soundsOf } from '#gateways/osm/names.ts'
import type { PlaceView, SpokenPlace } from './contract.ts'
import { sayPlace } from './say-place.ts'
import { search, searchIndex, type Near, type SearchIndex } from './search.ts'
import type { Gazetteer } from './town-store.ts'

export type TownTask =
  | { readonly do: 'search'; readonly text: string; readonly limit: number; readonly near: Near | undefined }
  | { readonly do: 'say'; readonly lon: number; readonly lat: number }
export type TownAnswers = {
  search: readonly PlaceView[]
  say: SpokenPlace
}
export type TownData = { readonly graph: Uint8Array; readonly gazetteer: Uint8Array }

/** One town's answers. `server/compose.ts` has it in threads; tests may call it here. */
export function townAnswers(graph: RoadGraph, gazetteer: Gazetteer) {
  let index: SearchIndex | undefined // made at the first search: who only asks for ways need not wait for it
  return {
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

let answers: ReturnType<typeof townAnswers> | undefined
function loaded() {
  if (!answers) {
    const data = workerData as TownData
    const graph = readGraph(data.graph, { trust: true })
    answers = townAnswers(graph, JSON.parse(new TextDecoder().decode(data.gazetteer.slice())) as Gazetteer)
  }
  return answers
}
if ((workerData as Partial<TownData> | null)?.graph) loaded()

/** The pool's way in. */
export default function perform(task: TownTask): TownAnswers[TownTask['do']] {
  const town = loaded()
  switch (task.do) {
    case 'search':
      return town.search(task.text, task.limit, task.near)
    case 'say':
      return town.say(task.lon, task.lat)
  }
}
