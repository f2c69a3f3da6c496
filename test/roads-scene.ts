/** The roads room on a real map and a real journal, without a server: for tests of what happens between its parts. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildGraph } from '#core/graph/build.ts'
import { writeGraph } from '#core/graph/graph-file.ts'
import { readOsm, type OsmData } from '#gateways/osm/pbf.ts'
import { roadsOf } from '#gateways/osm/roads.ts'
import type { Actor } from '#kernel/actor.ts'
import { isRefused } from '#kernel/decision.ts'
import { closeRoad } from '#modules/roads/close-road.ts'
import type { DrawnShape, TravelMode } from '#modules/roads/contract.ts'
import type { TownRoads } from '#modules/roads/deps.ts'
import { openRoads, type RoadsRoom } from '#modules/roads/jobs.ts'
import type { LearnsFrom } from '#modules/roads/speeds-jobs.ts'
import { speedsProjections } from '#modules/roads/speeds-store.ts'
import { projections } from '#modules/roads/store.ts'
import type { Db } from '#platform/db/sql.ts'
import { postgresJournal } from '#platform/journal/postgres.ts'
import { silentLog } from '#platform/log.ts'
import { testDatabase } from './database.ts'

export const here = { lon: 117.2097, lat: 28.2932 }
export const there = { lon: 117.235, lat: 28.305 }
export const night: Actor = { account: 'night', name: 'night', grants: [{ role: 'dispatcher', agency: 'guixi' }] }

export type RoadsNode = {
  readonly journal: ReturnType<typeof postgresJournal>
  readonly room: RoadsRoom
  /** What went wrong in the background. */
  readonly faults: string[]
  close(geometry: DrawnShape, more?: { modes?: readonly TravelMode[] }): Promise<string>
  /** Hear the journal, as the server does once everything is open. */
  listen(): Promise<void>
}

export async function roadsScene() {
  const scene = await testDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'gengfu-roads-scene-'))
  const data = readOsm(readFileSync(new URL('../demo/guixi/guixi.osm.pbf', import.meta.url)))
  const nodes: RoadsNode[] = []
  let ids = 0
  const newId = () => `id-${++ids}`
  let clock = 1_767_225_600_000
  const now = () => clock

  /** The same streets, their names with the version before; `reversed` numbers them the other way round, as another day's map would. */
  function map(version: string, { reversed = false } = {}): TownRoads {
    const turned: OsmData = reversed ? { ...data, ways: data.ways.toReversed() } : data
    const { input, streets } = roadsOf(turned)
    const bytes = writeGraph(buildGraph(input))
    const graph = new Uint8Array(new SharedArrayBuffer(bytes.length))
    graph.set(bytes)
    return { version, graph, streets: streets.map(({ name }) => ({ name: `${version} ${name}`, nameEn: null })), folder: mkdtempSync(join(folder, 'map-')) }
  }

  /** @param how.db  in place of the scene's own, for trouble with it */
  async function node(town: { roads: () => TownRoads | undefined; onChange?: (listener: () => void) => () => void }, how: { db?: Db; plans?: boolean; learnsFrom?: LearnsFrom } = {}): Promise<RoadsNode> {
    const faults: string[] = []
    const journal = postgresJournal({ db: scene.database, log: silentLog, projections: [...projections, ...speedsProjections] })
    const needs = { ...(how.learnsFrom ? { learnsFrom: how.learnsFrom } : {}), journal, now, newId, log: silentLog, plans: how.plans ?? false, onFault: (what: string) => void faults.push(what) }
    const room = await openRoads({ ...needs, db: how.db ?? scene.database, town: { onChange: () => () => {}, ...town } })
    const findAgency = async (path: string) => ({ id: path, path }) as never
    const made: RoadsNode = {
      journal,
      room,
      faults,
      async close(geometry, more = {}) {
        const outcome = await closeRoad({ journal, now, newId, findAgency, room }, night, { commandId: newId(), geometry, reason: '测试', ...more })
        if (isRefused(outcome)) throw new Error(outcome.refused)
        return outcome.answer.closure
      },
      async listen() {
        journal.listen(room.hear)
        await journal.start()
      },
    }
    nodes.push(made)
    return made
  }

  async function end() {
    for (const { room, journal } of nodes) {
      await room.stop()
      await journal.stop()
    }
    await scene.drop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { database: scene.database, newId, now, map, node, end, at: (instant: number) => void (clock = instant) }
}

/** The middle of a drawn line's middle piece. */
export function middleOf(line: readonly (readonly number[])[]): [number, number] {
  const half = Math.floor(line.length / 2)
  const [a, b] = [line[half - 1]!, line[half]!]
  return [(a[0]! + b[0]!) / 2, (a[1]! + b[1]!) / 2]
}
