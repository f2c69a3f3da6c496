/** A database in which the demo town Guixi has learned from drives that were invented: for journeys and pictures of what is learned. */
import { readFileSync } from 'node:fs'
import { buildGraph } from '#core/graph/build.ts'
import { fixesAlong, randomWay } from '#core/graph/speeds/random-drives.ts'
import { streetsOf } from '#core/graph/streets.ts'
import { readOsm } from '#gateways/osm/pbf.ts'
import { roadsOf } from '#gateways/osm/roads.ts'
import { teacherOf, type DriveTrack } from '#modules/roads/learn.ts'
import { hourOfWeekIn } from '#modules/roads/speeds.ts'
import { addLessons } from '#modules/roads/speeds-store.ts'
import { testDatabase } from './database.ts'

const HOUR_MS = 3_600_000
/** Of ways that are driven again and again: how many times the profile's time they take. Most are as the map says. */
const paces = [1, 2.2, 1, 1.1, 0.62, 1, 0.95, 1.7, 1, 1.05, 1, 1.9] as const
const DRIVES_EACH = 24
const unsaid = { accuracyMeters: null, headingDegrees: null, metersPerSecond: null }

/**
 * @param now  drives end in the six weeks before
 * @returns what the server is started with, and how to drop it again
 */
export async function learnedTown(now: number): Promise<{ readonly env: { readonly GENGFU_DATABASE_URL: string }; drop(): Promise<void> }> {
  const { database, drop } = await testDatabase()
  const graph = buildGraph(roadsOf(readOsm(readFileSync(new URL('../demo/guixi/guixi.osm.pbf', import.meta.url)))).input)
  const streets = streetsOf(graph, 'car')
  const drives: DriveTrack[] = []
  for (const [way, pace] of paces.entries()) {
    for (let drive = 0; drive < DRIVES_EACH; drive++) {
      const endedAt = now - (37 * drive + 11 * way + 3) * HOUR_MS
      // slower in the hours when everybody is on the road
      const hour = new Date(endedAt + 8 * HOUR_MS).getUTCHours()
      const track = fixesAlong(randomWay(streets, way + 1), 100 * way + drive, pace * (hour === 8 || hour === 17 || hour === 18 ? 1.4 : 1))
      drives.push({ mode: 'car', fixes: track.map((fix) => ({ ...fix, ms: endedAt - track.at(-1)!.ms + fix.ms, ...unsaid })) })
    }
  }
  // a yard behind the last way, which the map does not know
  const { points } = randomWay(streets, 1)
  const [lon, lat] = [points.at(-2)!, points.at(-1)!]
  for (let drive = 0; drive < 8; drive++) {
    const endedAt = now - (24 * drive + 5) * HOUR_MS
    drives.push({ mode: 'car', fixes: Array.from({ length: 60 }, (_, second) => ({ ms: endedAt - 1000 * (60 - second), lon: lon + 0.00009 * Math.max(0, second - 15), lat: lat + 0.00006 * Math.max(0, second - 15), ...unsaid })) })
  }
  const lessons = teacherOf(graph).learn(drives)
  await addLessons(database, 0, undefined, now, lessons, hourOfWeekIn('Asia/Shanghai'))
  return { env: { GENGFU_DATABASE_URL: database.url }, drop }
}
