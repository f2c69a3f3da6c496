/** What callers say: one call after another, from templates or from history, each with the pause before it. Pure. */
import { METERS_PER_DEGREE } from '#core/geo/distance.ts'
import { between, pick, sourceFor } from './draw.ts'
import type { TemplateCalls, TownFile, TownPlace } from './town-file.ts'

export type Call = {
  /** Names this call within its stream, for draws and command ids: "t-12", "r-20413". */
  readonly key: string
  /** Pause before it, seconds at speed 1. */
  readonly afterSeconds: number
  readonly category: string
  readonly priority: number
  readonly lon: number
  readonly lat: number
  /** Absent: the server says the place in its own words. */
  readonly place?: string
  readonly summary: string
  /** How many units it takes. */
  readonly units: number
  readonly onSceneSeconds: number
  /** What the crew says when it has seen it. */
  readonly found: string
  readonly outcome: string
  /** The town's own time of a call from history, `2016-08-14T21:07`. */
  readonly townTime?: string
}

/** Calls in their order; nothing more when history has run out. */
export type CallStream = { next(): Call | undefined }

/**
 * An endless story from templates: same town and seed, same story.
 *
 * Each call is drawn under its own number, so the 40th is the same whether or not the first 39 were ever made.
 * The same template does not come twice within the last eight (or a third of the templates, where they are few).
 */
export function templateStory(town: TownFile, seed: number): CallStream {
  if (town.calls.source !== 'templates') throw new Error(`${town.name} has calls from ${town.calls.source}, not templates`)
  const calls: TemplateCalls = town.calls
  const recent: string[] = []
  let number = 0
  return {
    next() {
      const random = sourceFor(seed, 'call', number)
      const template = pick(random, calls.templates.filter(({ id }) => !recent.includes(id)), ({ weight }) => weight)
      recent.push(template.id)
      if (recent.length > Math.min(8, Math.floor(calls.templates.length / 3))) recent.shift()
      const place = pick(random, town.places.filter(({ tags }) => tags.some((tag) => template.at.includes(tag))), ({ weight }) => weight)
      const found = pick(random, template.found)
      const [lon, lat] = near(place, random)
      return {
        key: `t-${number++}`,
        afterSeconds: between(random, calls.secondsBetween),
        category: template.category,
        priority: template.priority,
        lon,
        lat,
        ...(place.spoken ? { place: town.language === 'zh' ? place.name : place.nameEn } : {}),
        summary: template[town.language],
        units: template.units,
        onSceneSeconds: between(random, template.onSceneSeconds),
        found: found[town.language],
        outcome: template.outcome,
      }
    },
  }
}

/** People rarely stand exactly on the map's point: up to 40 m beside it. */
function near(place: TownPlace, random: () => number): [lon: number, lat: number] {
  const angle = random() * 2 * Math.PI
  const meters = 40 * Math.sqrt(random())
  const perDegree = METERS_PER_DEGREE
  return [
    place.lon + (meters * Math.sin(angle)) / (perDegree * Math.cos((place.lat * Math.PI) / 180)),
    place.lat + (meters * Math.cos(angle)) / perDegree,
  ].map((degrees) => Math.round(degrees * 1e6) / 1e6) as [number, number] // two in, two out
}
